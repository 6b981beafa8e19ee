#!/bin/bash
LIMIT=200
. "${BASH_SOURCE%/*}/testbed.sh"
. "${BASH_SOURCE%/*}/ca.sh"
ONE_PROFILE=1 PEBBLE_VA_ALWAYS_VALID=1 ca_start real "$pebble"
for lane in 1 2 3 4; do ( trap - EXIT; home=$T/h$lane; for i in $(seq 100); do prev=$(openssl x509 -in $home/lib/tls/live/a.test/cert.pem -noout -serial 2>/dev/null); issue a.test --force --http01-address 127.0.0.$lane >$T/o.$lane 2>&1 || { echo "FAIL lane $lane $i prev $prev"; tail -3 $T/o.$lane; rm -rf $home; }; done ) & done
wait $(jobs -p | tail -4)
summary
