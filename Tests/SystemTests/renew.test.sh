#!/bin/bash
# certctl renew against a real CA: by the CA's window and by lifetime, with the predecessor named; nothing while nothing is due; killed at
# SAMPLES places by strace and gone on with; with its caches damaged; one that fails beside good ones; three of twenty that are due; and the
# others two months later, under faketime and on a host that has been up for as long.
#   SAMPLES=20   places to kill it at
NEED='strace taskset python3 faketime unshare'
LIMIT=500
# shellcheck disable=SC2034,SC2046,SC2154 # some variables are for ca.sh, some its
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=strace.sh
. "${BASH_SOURCE%/*}/strace.sh"
SAMPLES=${SAMPLES:-20}
faketime=$(ls /usr/lib/*/faketime/libfaketime.so.1) || fail "no libfaketime; nothing was tested"

renew() { certctl renew --home "$home" "$@"; }
generation() { basename "$(readlink "$home/lib/tls/live/$1")"; } # NAME
made() { grep -c 'Issued certificate serial' "$ca/pebble.log"; }
stored() { find "$home/lib/tls/gen" -mindepth 2 -maxdepth 2 -name '0*' | grep -vc '000000$'; }
forget() { rm -f "$home/lib/schedule" "$home/lib/renewal/advice"; }
json() { python3 -c 'import json, sys; print(json.dumps({"Certificate": open(sys.argv[1]).read(), "ARIResponse": sys.argv[2]}))' "$@"; }
advise() { # NAME FROM TO   the CA suggests a window, in seconds from now
  local window; window=$(python3 -c 'import datetime, json, sys
now = datetime.datetime.now(datetime.timezone.utc)
start, end = ((now + datetime.timedelta(seconds=float(s))).isoformat() for s in sys.argv[1:])
print(json.dumps({"suggestedWindow": {"start": start, "end": end}}))' "$2" "$3")
  json "$home/lib/tls/live/$1/cert.pem" "$window" |
    in_ns curl -fsS --max-time 5 --cacert "$ca/ca.pem" -d @- "$management/set-renewal-info/"
}
moved() { renew >"$T/renewed" 2>&1; [ "$(generation "$1")" != "$2" ]; } # NAME GENERATION

SHORT_VALIDITY=40 ONE_PROFILE='' ca_start ca "$pebble"
home=$T/home

echo "# nothing due"
run issue a.test --profile default
run issue b.test --profile default
ok "two certificates" status_is 0
run renew
ok "the CA is asked for its advice once" output_has "2 certificates, nothing was due"
before=$(requests)
for _ in 1 2 3; do run renew; done
ok "while nothing is due it says so" output_has "2 certificates, nothing was due"
ok "and asks the CA for nothing" none_since "$before"
run in_ns timeout 100 strace -f -qq -o "$T/trace" -e trace=socket,connect "$program" renew --home "$home"
ok "nor opens a connection" not grep -q 'AF_INET' "$T/trace"
kept=$(photo "$home/lib/tls" "$home/lib/lineages" "$home/lib/accounts")
for cut in 0 1 30 60; do
  head -c $cut "$home/lib/schedule" >"$T/cut"; cat "$T/cut" >"$home/lib/schedule"; run renew
  ok "a schedule of $cut bytes is made anew, with the same answer" output_has "2 certificates, nothing was due"
done
rm "$home/lib/schedule"; run renew
ok "and so is one that is gone" output_has "2 certificates, nothing was due"
ok "without a request" none_since "$before"
ok "and nothing else has changed" same "$kept" "$home/lib/tls" "$home/lib/lineages" "$home/lib/accounts"

echo "# by the CA's window (RFC 9773)"
last=$(generation a.test) count=$(made)
advise a.test -2 1; forget
ok "the window of a certificate comes, and it is renewed" wait_for 20 moved a.test "$last"
ok "with the CA's suggestion as the reason" grep -q 'the CA suggests it' "$T/renewed"
ok "the other one is left alone" [ "$(generation b.test)" = 000001 ]
ok "for one certificate of the CA" [ "$(made)" = $((count + 1)) ]
ok "which knows what was replaced" grep -qi 'replac' "$ca/pebble.log"
ok "the pair fits" pair_is_sound a.test
last=$(generation a.test)
advise a.test -7200 -3600; forget; run renew
ok "a window in the past is told" output_has "wants a certificate to be renewed at once"
ok "but one by the window's word alone was had today already" [ "$(generation a.test)" = "$last" ]
json "$home/lib/tls/live/a.test/cert.pem" '{"suggestedWindow": {"start": "soon", "end": 7}}' |
  in_ns curl -fsS --max-time 5 --cacert "$ca/ca.pem" -d @- "$management/set-renewal-info/"
forget; run renew
ok "and nonsense is no window" output_has "nothing was due"
ok "that anything is renewed by" [ "$(generation a.test)" = "$last" ]

echo "# by lifetime"
run issue short.test --profile shortlived
last=$(generation short.test)
ok "one of 40 seconds is renewed before it ends" wait_for 60 moved short.test "$last"
ok "and fits" pair_is_sound short.test
sleep 41; last=$(generation short.test); run renew
ok "one that has expired is renewed" [ "$(generation short.test)" != "$last" ]
run certctl delete short.test --home "$home"

echo "# one that fails beside good ones"
run issue good.test --profile default; run issue bad.test --profile default
resolve bad.test 192.0.2.1
good=$(generation good.test) bad=$(generation bad.test)
run renew good.test bad.test --force --no-deploy
ok "some renewed, some failed: 11" status_is 11
ok "the one that can be renewed is" output_has "good.test: renewed"
ok "the other is told" output_has "bad.test: failed"
run renew bad.test
ok "and not tried at once again: 0, since it is not due" status_is 0
run certctl list --home "$home"
ok "what was renewed waits to be deployed" output_has "deploy pending"
run certctl deploy --pending --home "$home"
ok "and deploy does what waits" [ "$(generation good.test)" != "$good" ]
ok "while the other goes on with what it had" [ "$(generation bad.test)" = "$bad" ]
run certctl delete bad.test --home "$home"; run certctl delete good.test --home "$home"

echo "# twenty, of which three are due"
# The CA behind a proxy that can tell another time; its own TLS is believed for years.
mkdir "$T/proxy"
cp "$ca/ca.pem" "$T/proxy"; cp "$ca/ca.pem" "$T/proxy/test-ca.pem"; cp "$ca/ca.key" "$T/proxy/test-ca.key"
cat "$ca/cert.pem" "$ca/key.pem" >"$T/proxy/server.pem"
echo "20000 $(base64 -w 0 <<<'any clock')" >"$T/proxy/rules"
spawn "$T/proxy.said" python3 "$here/tampering-proxy.py" 127.0.0.1 14000 "$T/proxy"
wait_for 20 [ -e "$T/proxy/ready" ] || fail "no proxy: $(cat "$T/proxy.said")"
options=(--ca https://localhost:20000/dir --ca-roots "$ca/ca.pem" --agree-tos --http01-port 80)
home=$T/twenty
run issue --each $(printf 'n%s.test ' {1..20}) --profile default
ok "twenty certificates" [ "$(stored)" = 20 ]
for name in n3.test n9.test n17.test; do run certctl revoke $name --home "$home"; done
count=$(made); run renew
ok "the three that are due are renewed" output_has "20 certificates, 3 renewed"
ok "for three certificates of the CA" [ "$(made)" = $((count + 3)) ]
ok "and no other is touched" [ "$(cd "$home/lib/tls/gen" && echo */000002)" = 'n17.test/000002 n3.test/000002 n9.test/000002' ]

run renew
ok "what was just renewed is asked about" output_has "20 certificates, nothing was due"

echo "# two months later"
later=$((61 * 86400))
echo $later >"$T/proxy/20000.clock"; touch "$T/proxy/20000.on"
# libfaketime adds to the environment, and Swift looks for the arguments in front of it: so a shell comes first.
renew_later() {
  in_ns unshare --time --boottime $later --fork timeout -k 5 100 env LD_PRELOAD="$faketime" DONT_FAKE_MONOTONIC=1 FAKETIME_DONT_RESET=1 \
    FAKETIME="+${later}s" bash -c 'exec "$@"' - "$program" renew --home "$home" "$@"
}
count=$(made); run renew_later
ok "all of 90 days are due, and renewed in one run" output_has "20 certificates, 20 renewed"
ok "each once" [ "$(made)" = $((count + 20)) ]
ok "by a clock that nobody doubts" not output_has clock
ok "and brought into use" [ "$(find "$home/lib/tls/live" -lname '*/000003' | wc -l)$(find "$home/lib/tls/live" -lname '*/000002' | wc -l)" = 317 ]
ok "as pairs that fit" pair_is_sound n7.test

echo "# killed"
ca_use ca
home=$T/killed
run issue k.test --profile default
traced() { in_ns timeout 100 taskset -c 0 strace -f -qq -yy -s 40 -o "$T/trace" -e "trace=$calls" "$@" "$program" renew k.test --force --home "$home"; }
cp -a "$home" "$T/template"
run traced
ok "a renewal that is watched" status_is 0
points "$home" "$T/trace" >"$T/points"; total=$(wc -l <"$T/points")
met=0 spoiled='' second=''
for ((i = 0; i < SAMPLES; i++)); do
  read -r kind which about < <(sed -n "$((i * total / SAMPLES + 1))p" "$T/points")
  rm -rf "$home"; cp -a "$T/template" "$home"
  count=$(made) old=$(stored)
  run traced -e "inject=$kind:signal=SIGKILL:when=$which"
  [ "$status" = 137 ] || continue
  met=$((met + 1))
  renew >"$T/again" 2>&1; [ "$(generation k.test)" != 000001 ] || renew k.test --force >"$T/again" 2>&1
  pair_is_sound k.test >"$T/why" 2>&1 || spoiled="$spoiled $kind:$which($about)"
  [ $(($(made) - count)) = $(($(stored) - old)) ] && [ $(($(made) - count)) = 1 ] ||
    second="$second $kind:$which($about):$(($(made) - count))of$(($(stored) - old))"
done
echo "# killed at $met of $SAMPLES places among $total"
ok "most places were met" [ $((met * 10)) -ge $((SAMPLES * 8)) ]
ok "afterwards one renew leaves a pair that fits" [ -z "$spoiled" ]
ok "and the CA has issued one certificate each time, which is stored" [ -z "$second" ] || echo "#$second"
summary
