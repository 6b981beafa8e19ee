#!/bin/bash
# Issuances one after the other on several lanes, at CAs that refuse half of all good nonces, take their time with every validation, and use
# valid authorizations again never, half of the time, and always. COUNT=… how many certificates (200), LANES=… how many at a time (8).
LIMIT=600
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

count=${COUNT:-200} lanes=${LANES:-8} reuses=(0 50 100)
# Empty is not 1: the CA waits 0 or 1 s before each of its three looks at a name.
export PEBBLE_VA_NOSLEEP='' PEBBLE_VA_SLEEPTIME=2 PEBBLE_WFE_NONCEREJECT=50
for reuse in "${reuses[@]}"; do
  PEBBLE_AUTHZREUSE=$reuse ca_start "reuse-$reuse" "$pebble"
  # The CA asks on one port only, so each lane answers on an address of its own.
  for ((lane = 0; lane < lanes; lane++)); do
    for name in kept.test www.kept.test fresh.test; do resolve "lane$lane.$name" "127.0.0.$((10 + lane))"; done
  done
done

# Each lane goes from CA to CA: most certificates for the names that it had before, every fourth for a name that it takes up anew.
lane() { # NUMBER
  local i names
  for ((i = $1; i < count; i += lanes)); do
    ca_use "reuse-${reuses[(i / lanes) % 3]}"; home=$T/home-$ca_name
    names=("lane$1.kept.test" "www.lane$1.kept.test")
    if ((i / lanes % 4 == 3)); then
      names=("n$i.lane$1.fresh.test"); resolve "${names[0]}" "127.0.0.$((10 + $1))"
    else
      resolve "${names[1]}" "127.0.0.$((10 + $1))"
    fi
    if issue "${names[@]}" --force --http01-address "127.0.0.$((10 + $1))" >"$T/lane-$1.said" 2>&1 && sound "${names[0]}" p256 "${names[@]}" >>"$T/lane-$1.said" 2>&1; then
      echo "$ca_name" >>"$T/lane-$1.good"
    else
      { echo "certificate $i, ${names[*]} at $ca_name:"; cat "$T/lane-$1.said"; } >>"$T/lane-$1.bad"
    fi
  done
}
started=$SECONDS; ids=()
for ((number = 0; number < lanes; number++)); do
  (trap - EXIT; lane $number) & ids+=($!)
done
wait "${ids[@]}"
seconds=$((SECONDS - started))

cat "$T"/lane-*.good >"$T/good" 2>/dev/null; cat "$T"/lane-*.bad >"$T/bad" 2>/dev/null
all_good() { [ "$(wc -l <"$T/good")" = "$count" ] || { echo "$(wc -l <"$T/good") of $count"; cat "$T/bad"; return 1; }; }
ok "$count certificates in $seconds s, each with all that belongs to it" all_good
each_used() { # TEXT   every CA has done it
  local reuse
  for reuse in "${reuses[@]}"; do grep -qE "$1" "$T/reuse-$reuse/pebble.log" || { echo "not at reuse-$reuse: $1"; return 1; }; done
}
seen() { grep -c "$2" "$T/$1/pebble.log"; } # CA TEXT
issued=$(cat "$T"/reuse-*/pebble.log | grep -c 'Issued certificate serial') asked=$(cat "$T"/reuse-*/pebble.log | grep -c 'POST /order-plz')
ok "the CAs have made no certificate that was not asked for" [ "$issued" = "$count" ]
ok "the CAs were as hard as they should be" each_used 'Configured to reject 50%'
ok "and did sleep" each_used 'Sleeping for 1'
ok "and refused nonces: $asked requests for $issued orders" [ "$asked" -gt $((count * 5 / 4)) ]
ok "and used authorizations again" [ "$(seen reuse-100 'Pulled a task')" -lt "$(seen reuse-0 'Pulled a task')" ]
for reuse in "${reuses[@]}"; do
  ok "one account at the CA that uses $reuse % of authorizations again, however many began at once" [ "$(seen "reuse-$reuse" 'accounts in memory')" = 1 ]
done
left=$(find "$T"/home-*/lib/tls/.tmp -mindepth 1)
ok "nothing is left over" [ -z "$left" ]
summary
