#!/bin/bash
# certctl killed in the middle of things: by strace at SAMPLES points spread over all calls of a run that change the disk or ask the CA for
# something, and by TERM and INT at random moments. Then a run that is left alone has to come to the end, at no cost with the CA.
#
#   SAMPLES=40   points of each sweep; 0 for all of them        SEED=N   for which points, and for the moments
#
# Which call it was that a kill came at is read from the trace of the killed run.
NEED='strace taskset python3'
LIMIT=600
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=strace.sh
. "${BASH_SOURCE%/*}/strace.sh"
here=$(realpath "${BASH_SOURCE%/*}")
certctl=$(realpath "${CERTCTL:-$here/../../.build/release/certctl}") || fail "no certctl; nothing was tested"
export PEBBLE_BIN=${PEBBLE:-$here/../../.build-tools/root/usr/bin/pebble} ONE_PROFILE=1
SAMPLES=${SAMPLES:-40} SEED=${SEED:-$RANDOM}
RANDOM=$SEED
umask 022
in_ns "$here/pebble.sh" start "$T/pebble" >"$T/environment" || fail "no Pebble"
on_exit "in_ns '$here/pebble.sh' stop '$T/pebble'"
# shellcheck source=/dev/null
. "$T/environment"

home=$T/home words=()
issue() { # COMMAND…   runs certctl by that, in $home, with $words as further arguments
  in_ns "$@" "$certctl" issue a.test www.a.test --home "$home" --ca "$ACME_DIRECTORY" --ca-roots "$ACME_CA_ROOT" --agree-tos \
    --http01-port 5002 "${words[@]}"
}
traced() { issue taskset -c 0 strace -f -qq -yy -s 40 -o "$T/trace" -e "trace=$calls" "$@"; }

struck() { # KIND COUNT   the call at which that killed the run, as points() would name it
  points "$home" "$T/trace" | awk -v kind="$1" -v count="$2" '$1 == kind && $2 == count {print; exit}'
}
begin_with() { rm -rf "$home"; [ -z "$1" ] || cp -a "$1" "$home"; } # TEMPLATE

# What Pebble has done since mark().
mark() { marked=$(wc -l <"$ACME_LOG"); }
made() { tail -n +$((marked + 1)) "$ACME_LOG" | grep -c "$1"; }
ACCOUNT='There are now .* accounts' ORDER='Added order' CERTIFICATE='Issued certificate serial' FAILED='set INVALID'
# A second order is right where the journal does not know of the first, whose answer the kill has kept from us; and where the first has
# failed, since who was to answer the CA's challenge had just been killed. For nothing else.
forgotten_order() {
  [ "$(made "$ORDER")" -gt "$1" ] &&
    ! awk '/\{"key":/ {order = 0} /\{"order":/ {order = 1} END {exit !order}' "$home/lib/lineages/a.test/journal" 2>/dev/null
}

complain() { echo "$point: $2" >>"$T/bad.$1"; } # ORACLE WHAT
none() { [ ! -e "$T/bad.$1" ] || { head -n 12 "$T/bad.$1"; echo "($(wc -l <"$T/bad.$1") lines)"; return 1; }; }
look() { # ORACLE [settled]
  local said; said=$(python3 "$here/store-check.py" "$home" a.test "${@:2}" 2>&1) || complain "$1" "$said"
}
digests() { (cd "$home/lib/tls/gen/a.test" 2>/dev/null && sha256sum 00000[12]/*); } # of the generations that were there before

# The run after a kill, and what has to be so then.
recover() { # ACCOUNTS   that the two runs together may make
  local orders=1
  [ -d "$home" ] && look killed
  [ "$before" = "$([ -z "$before" ] || digests)" ] || complain previous "an earlier generation has changed"
  forgotten_order 0 && orders=2
  run issue env
  [ "$status" = 0 ] || complain status "the next run ends with $status: $(tail -n 3 <<<"$output")"
  look settled settled
  [ "$before" = "$([ -z "$before" ] || digests)" ] || complain previous "an earlier generation has changed after the next run"
  [ "$(made "$CERTIFICATE")" = 1 ] || complain cost "$(made "$CERTIFICATE") certificates"
  [ "$(made "$FAILED")" = 0 ] || orders=$((orders + 1))
  [ "$(made "$ORDER")" = $orders ] || complain cost "$(made "$ORDER") orders, not $orders"
  [ "$(made "$ACCOUNT")" = "$1" ] || complain cost "$(made "$ACCOUNT") accounts, not $1"
}
judge() { # "what was killed"
  ok "$1: what a kill leaves is whole, and secret" none killed
  ok "$1: earlier generations stay to the byte" none previous
  ok "$1: the next run succeeds" none status
  ok "$1: it leaves all in order and nothing over" none settled
  ok "$1: both made one certificate, of one order unless the kill has spoiled that" none cost
  rm -f "$T"/bad.*
}

sweep() { # "what is killed" TEMPLATE ACCOUNTS
  local kind count about i first total wanted
  begin_with "$2"
  run traced
  [ "$status" = 0 ] || fail "not even without a kill: $output"
  points "$home" "$T/trace" >"$T/points"; total=$(wc -l <"$T/points"); wanted=$((SAMPLES && SAMPLES < total ? SAMPLES : total))
  ok "$1: keys are made readable by their owner alone, and no mode is changed later" \
    not grep -Eq '(key\.pem[^"]*".*O_CREAT.*mode=0(6[0-7]*[1-7]|[^6]))|^[0-9]+ +f?chmod' "$T/trace"
  : >"$T/hit"
  for ((i = 0; i < wanted; i++)); do
    # Not at even steps: open, write, sync and rename come in steps of their own.
    first=$((i * total / wanted)); point=$((first + RANDOM % ((i + 1) * total / wanted - first) + 1))
    read -r kind count about < <(sed -n "${point}p" "$T/points")
    point="killed at $kind $count ($about)"
    begin_with "$2"; before=$([ ! -d "$home" ] || digests); mark
    run traced -e "inject=$kind:signal=SIGKILL:when=$count"
    if [ "$status" = 137 ]; then struck "$kind" "$count" >>"$T/hit"; else echo "# not reached: $kind $count ($about)"; fi
    recover "$3"
  done
  sort -u "$T/hit" >"$T/coverage"
  echo "# $1: killed at $(wc -l <"$T/coverage") of $total points:$(cut -d ' ' -f 1 "$T/points" | sort | uniq -c | while read -r i kind; do
    printf ' %s %d of %d,' "$kind" "$(grep -c "^$kind " "$T/coverage")" "$i"
  done | sed 's/,$//')"
  ok "$1: nearly all points that were aimed at were met" [ $(($(wc -l <"$T/coverage") * 10)) -ge $((wanted * 9)) ]
  judge "$1"
}

echo "# SEED=$SEED"
echo "# a first certificate"
sweep "first certificate" "" 1

echo "# a later one, with generations to clear away"
begin_with ""
run issue env; [ "$status" = 0 ] || fail "no first certificate: $output"
words=(--key-type p384); run issue env; [ "$status" = 0 ] || fail "no second certificate: $output"
rm -rf "$T/template"; cp -a "$home" "$T/template"
words=(--key-type p256)
sweep "later certificate" "$T/template" 0
words=()

echo "# killed again and again, recoveries too"
begin_with ""; mark; spare=0 before=''
for ((i = 0; i < 30; i++)); do
  read -r kind count _ < <(sed -n "$((RANDOM % 40 + i * 3 + 1))p" "$T/points")
  known=$(made "$ORDER") point="kill $i of $kind $count"
  run traced -e "inject=$kind:signal=SIGKILL:when=$count"
  look killed
  forgotten_order "$known" && spare=$((spare + 1))
done
run issue env
ok "after 30 kills in a row the next run succeeds" status_is 0
ok "and all is in order, and nothing left over" python3 "$here/store-check.py" "$home" a.test settled
ok "and meanwhile nothing was torn or open" none killed
ok "and it was one certificate" [ "$(made "$CERTIFICATE")" = 1 ]
ok "and one account" [ "$(made "$ACCOUNT")" = 1 ]
ok "and one order, and one for each that was spoiled" [ "$(made "$ORDER")" -le $((1 + spare + $(made "$FAILED"))) ]
run issue env
ok "and a run after that has nothing to do" output_has unchanged
rm -f "$T"/bad.*

echo "# TERM and INT at random moments"
begin_with ""; start=${EPOCHREALTIME/./}; run issue env; whole=$(((${EPOCHREALTIME/./} - start) / 1000)) # milliseconds
interrupted=0
# A run lasts some 50 ms: how many of ten are caught is chance, so it goes on until three were.
for ((i = 0; i < 10 || (i < 60 && interrupted < 3); i++)); do
  signal=TERM; ((i % 2)) && signal=INT
  moment=$((RANDOM * whole / 32768 + 1)) point="$signal after $moment ms of $whole"
  begin_with ""; before='' ; mark
  run issue timeout --foreground --preserve-status -s $signal "$(printf '0.%03d' $moment)"
  case $status in
    0) ;; # it was through
    130 | 143) interrupted=$((interrupted + 1)) ;;
    *) complain signal "status $status: $output" ;;
  esac
  in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/5002' 2>/dev/null && complain signal "port 5002 is still held"
  sleep 0.2 # what was on its way when it died
  recover 1
done
ok "TERM and INT end it by that signal, and free its port" none signal
ok "and three or more came in time ($interrupted of $i)" [ "$interrupted" -ge 3 ]
judge "TERM and INT"
summary
