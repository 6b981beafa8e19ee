#!/bin/bash
# The catalogue of what a clock can do (C), one line or more for each case, with what becomes of it: the real program under faketime, which
# moves the time and leaves alone how long the host has been up. What is decided at which moment is in the tests of Renewal; this one shows
# that the program, its TLS and its files go along.
NEED='python3 faketime unshare'
LIMIT=600
# shellcheck disable=SC2034,SC2154 # some variables are for the tables, some of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=catalogue.sh
. "${BASH_SOURCE%/*}/catalogue.sh"
faketime=$(ls /usr/lib/*/faketime/libfaketime.so.1) || fail "no libfaketime; nothing was tested"

# A line is: CASE | what is done | how | exit codes | what it says, with & between. `how` is words of bash: see, never, or a function below.
#
# Every host has a certificate for 90 days that is in use, and has renewed before. Whatever its clock says then, these hold: nothing is
# removed, and what was in use is there byte for byte; no certificate is renewed more than once; and once the clock is right again all is as
# it would be without: nothing is renewed that was not due, and what is due is renewed, or held back for 30 hours at most.
clock=$(cat <<'TABLE'
C01 | a year back | wrong '-365d' | 0 | earlier time than before & this machine's clock is wrong
C01 | a year back, and the CA is trusted anyway | wrong_but_trusted '-365d' | 0 | earlier time than before & nothing was due
C02 | a year ahead | wrong '+365d' | 0 | gone further than time has passed & nothing was due
C02 | a year ahead at the first run there is | first_run '+365d' | 0 | nothing was due
C03 | 1970 | wrong '@1970-01-02 00:00:00' | 0 | earlier time than before & this machine's clock is wrong
C03 | 1970, and the CA is trusted anyway | wrong_but_trusted '@1970-01-02 00:00:00' | 0 | earlier time than before & nothing was due
C04 | 2038-01-19, a second behind what 31 bits hold | wrong '@2038-01-19 03:14:08' | 3 | gone further than time has passed & this machine's clock is wrong
C04 | 2038-01-19, and the CA is trusted anyway | wrong_but_trusted '@2038-01-19 03:14:08' | 0 | nothing was due
C04 | 2106-02-07, a second behind what 32 bits hold | wrong '@2106-02-07 06:28:16' | 3 | gone further than time has passed & this machine's clock is wrong
C04 | 2106-02-07, and the CA is trusted anyway | wrong_but_trusted '@2106-02-07 06:28:16' | 0 | nothing was due
C05 | 25 hours ahead in the middle of an order | mid_order +25h | 0 | renewed
C05 | 25 hours back in the middle of an order | mid_order -25h | 0 | renewed
C06 | 25 hours back after failures | after_failures | 0 |
C07 | another time zone, and its change for summer | zones | 0 | nothing was due
C08 | the leap second is smeared: a second takes longer for a day | smeared | 0 | nothing was due
C09 | the host has slept for 31 days | slept 31 | 0 | nothing was due
C09 | the host has slept for 61 days | slept 61 | 0 | 1 renewed
C10 | the CA's clock is 10 minutes behind | others_clock -600 | 0 |
C10 | the CA's clock is 3 days ahead | others_clock 259200 | 0 |
C11 | the CA said when to ask again, under a clock that was a year ahead | asked_again '+365d' | 0 | nothing was due
TABLE
)
rows "$clock"

ca_start real "$pebble"
rules_of=(
  [mid_order]='authz delay=3' [after_failures]='newOrder times=1 keep status=403 problem=rejectedIdentifier any clock'
  [slept]='any clock' [others_clock]='any clock'
)
# The proxy's TLS is believed at any time, that of the CA itself from now on for ten years.
(
  export LD_PRELOAD=$faketime FAKETIME='1970-01-01 00:00:01'
  authority "at any time" "$T/tls/ca" 73000; issued localhost DNS:localhost 73000 any
)
cp "$T/tls/any.pem" "$T/proxy/server.pem"
proxy_start
proxied_ca() { at_ca=(--ca "https://localhost:$port/dir" --ca-roots "$T/tls/ca.pem"); }
direct_ca() { at_ca=(--ca "$directory" --ca-roots "$ca/ca.pem"); }

have() { # a certificate in use on a host that has renewed before
  must "a certificate to keep" order "${at_ca[@]}"; must "a schedule" renew
  kept=$(photo "$home/lib/tls") serial=$(serial)
}
asleep=()
renew() { program_in_ns renew --home "$home" "$@"; }
serial() { openssl x509 -in "$home/lib/tls/live/$name/cert.pem" -noout -serial; }
# Where libfaketime is loaded first it adds to the environment, which is moved by that; Swift looks for the arguments in front of it. So a
# shell comes first.
under_faketime() { # VARIABLE=VALUE COMMAND…   in NS; how long the host has been up stays as it is
  in_ns "${asleep[@]}" timeout -k 5 100 env LD_PRELOAD="$faketime" DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 "$1" bash -c 'exec "$@"' - "${@:2}"
}
faked() { under_faketime "FAKETIME=$1" "$program" "${@:2}" --home "$home"; } # FAKETIME COMMAND…
untouched() { diff <(echo "$kept") <(photo "$home/lib/tls") >"$dir/changed" || bad "what was in use has changed: $(cat "$dir/changed")"; }
right_again() { # all is as it would be without a wrong clock, and soon nothing is said of one
  must "at the right time" renew
  grep -q 'nothing was due' "$dir/must" || bad "at the right time: $(cat "$dir/must")"
  must "at the right time, again" renew
  ! grep -q 'clock' "$dir/must" || bad "it still speaks of the clock: $(cat "$dir/must")"
  untouched; [ "$(certificates)" = "$serial" ] || bad "another certificate was made"
  # Whatever was noted under the other clock, a certificate that is due is renewed, or will be soon.
  must "called back" program_in_ns revoke "$name" --home "$home"
  attempt renew; grep -q '1 renewed\|not tried before' "$dir/out" || bad "neither renewed nor due: $(cat "$dir/out" "$dir/err")"; soon
}
certificates() { for file in "$home"/lib/tls/gen/"$name"/00000[1-9]/cert.pem; do openssl x509 -in "$file" -noout -serial; done; }
soon() { # of the last attempt: what is held back is tried within a day and its quarter, the longest wait there is
  local until
  until=$(sed -n 's/.*not tried before \([^:]*:[0-9]* UTC\).*/\1/p' "$dir/out")
  [ -z "$until" ] || [ "$(date -d "$until" +%s)" -le $(($(date +%s) + 108060)) ] || bad "held back: $(cat "$dir/out")"
}

answers=1
wrong() { # FAKETIME   the CA's TLS depends on the time
  direct_ca; have; attempt faked "$1" renew; judge; untouched; right_again
}
wrong_but_trusted() { # FAKETIME
  proxied_ca; have; attempt faked "$1" renew; judge; untouched
  attempt faked "$1" renew; judge; untouched; right_again
}
first_run() { # FAKETIME
  proxied_ca; have; rm -r "$home/lib/schedule" "$home/lib/renewal"
  attempt faked "$1" renew; judge; untouched; right_again
}
mid_order() { # STEP
  proxied_ca; have; must "called back" program_in_ns revoke "$name" --home "$home"; rm "$home/lib/schedule"; touch "$T/proxy/$port.on"
  echo +0 >"$dir/clock"
  FAKETIME_NO_CACHE=1 under_faketime FAKETIME_TIMESTAMP_FILE="$dir/clock" "$program" renew --home "$home" >"$dir/out" 2>"$dir/err" </dev/null & local running=$!
  wait_for 60 grep -q "^$port on POST authz" "$T/proxy/log" || bad "no order is under way"
  echo "$1" >"$dir/clock.new"; mv "$dir/clock.new" "$dir/clock"
  wait $running; status=$?; judge; rm "$T/proxy/$port.on"
  serial_before=$serial
  must "at the right time" renew; must "at the right time, again" renew
  [ "$(serial)" != "$serial_before" ] || bad "it was not renewed"
  [ "$(answered '[a-z]*' finalize 200)" = 2 ] || bad "$(answered '[a-z]*' finalize 200) certificates"
  whole
}
after_failures() {
  proxied_ca; have; must "called back" program_in_ns revoke "$name" --home "$home"; rm "$home/lib/schedule"; touch "$T/proxy/$port.on"
  # It fails a day and an hour ahead; then the clock is put right.
  echo 0 >"$T/proxy/$port.clock"
  attempt faked +25h renew; [ "$status" = 5 ] || bad "under a clock that is ahead: $status, $(cat "$dir/err")"
  attempt renew; judge; soon
  # Whatever was noted, within the longest wait it is tried again.
  echo 108060 >"$T/proxy/$port.clock"; asleep=(unshare --time --boottime 108060 --fork)
  attempt faked +108060 renew; whole
  [ "$(serial)" != "$serial" ] || bad "it is still held back: $(cat "$dir/out" "$dir/err")"
}
zones() {
  local zone
  proxied_ca; have
  for zone in UTC Europe/Berlin America/New_York Pacific/Kiritimati :/nowhere XXX+24:59:59; do
    as=(TZ="$zone"); attempt renew; judge; cat "$dir/out" >>"$dir/renewals"
    program_in_ns list --home "$home" >>"$dir/lists" 2>&1; program_in_ns show "$name" --home "$home" --json >>"$dir/shown" 2>&1
  done
  for zone in renewals shown; do [ "$(sort -u "$dir/$zone" | wc -l)" = 1 ] || bad "$zone differ: $(sort -u "$dir/$zone")"; done
  [ "$(sort -u "$dir/lists" | wc -l)" = 2 ] || bad "lists differ: $(sort -u "$dir/lists")"
  grep -q UTC "$dir/renewals" || bad "no zone is told"
  as=(); right_again
}
smeared() {
  local speed
  proxied_ca; have
  for speed in '+0 x0.99998843' '-0.5' '-1' '+1'; do attempt faked "$speed" renew; judge; ! grep -q clock "$dir/err" || bad "$speed: $(cat "$dir/err")"; done
  right_again
}
slept() { # DAYS   host and CA alike
  proxied_ca; have; echo $(($1 * 86400)) >"$T/proxy/$port.clock"; touch "$T/proxy/$port.on"
  asleep=(unshare --time --boottime $(($1 * 86400)) --fork)
  attempt faked "+$1d" renew
  judge; ! grep -q clock "$dir/err" || bad "the clock is doubted: $(cat "$dir/err")"
  whole; [ "$(certificates | wc -l)" -le 2 ] || bad "more than one was made"
}
others_clock() { # SECONDS
  proxied_ca; have; must "called back" program_in_ns revoke "$name" --home "$home"; rm "$home/lib/schedule"
  echo "$1" >"$T/proxy/$port.clock"; touch "$T/proxy/$port.on"
  attempt renew; judge; whole
  grep -q 'clock' "$dir/err" || bad "nothing is said of the clocks: $(cat "$dir/err")"
  grep -q '1 renewed' "$dir/out" || bad "not renewed: $(cat "$dir/out")"
  rm "$T/proxy/$port.on"; serial=$(certificates); must "at the right time" renew
  [ "$(certificates)" = "$serial" ] || bad "another one was made"
}
asked_again() { # FAKETIME
  local next
  proxied_ca; have; rm "$home/lib/renewal/advice"
  attempt faked "$1" renew; judge; untouched; right_again
  next=$(awk '{print $7}' "$home/lib/renewal/advice")
  [ "$next" -le $(($(date +%s) + 86400)) ] || bad "the CA is asked again on $(date -d "@$next")"
}

servers=$(jobs -rp | wc -l)
lanes=4 begin .
wait "${lines[@]}"
reported
echo "# the catalogue"
ok "the proxy understood all rules" not grep ' mistake ' "$T/proxy/log"
cases C:11
summary
