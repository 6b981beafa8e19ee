#!/bin/bash
# The cases of nginx that take a machine of their own: configuration that cannot be written, swaps under reloads that nobody has announced, old workers,
# paths that are never used twice, files of 100,000 lines.
NEED='nginx python3 curl openssl prlimit'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of the files sourced
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
probe=$(realpath "${PROBE:-$here/../../.build/debug/deployment-probe}")
[ -x "$probe" ] || fail "$probe is missing: swift build --build-tests"
home=$T/home; mkdir -p "$T/conf.d" "$home/etc"
# Not on a disk: ten thousand swaps are to be flushed.
mount -t tmpfs tmpfs "$home" || fail "no tmpfs"; chmod 755 "$home"; mkdir "$home/etc"
cat >"$T/nginx.conf" <<CONF
user www-data; worker_processes 2; pid $T/nginx.pid; error_log $T/error.log notice;
events { worker_connections 128; }
http { access_log off; map_hash_max_size 262144; map_hash_bucket_size 128; include $T/conf.d/*.conf; }
CONF
mount --bind "$T/nginx.conf" /etc/nginx/nginx.conf || fail "cannot bind nginx.conf"
on_exit umount /etc/nginx/nginx.conf
echo 'server { listen 80; server_name plain.test; return 204; }' >"$T/conf.d/plain.conf"
spawn "$T/nginx.log" nginx -g 'daemon off;'; nginx=$pid
wait_for 5 test -s "$T/nginx.pid" || fail "nginx does not start"
ca_start one "$pebble" 80
options=(--ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos)
settings() { printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "proxy host { configuration $T/conf.d; }" "$@" >"$home/etc/certctl.conf"; }
served() { in_ns timeout 5 openssl s_client -connect "${1:-127.0.0.1}:443" -servername a.test </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null; }
stored() { openssl x509 -noout -serial -in "$home/lib/tls/gen/a.test/$(ls "$home/lib/tls/gen/a.test" | tail -n 1)/cert.pem"; }
is_served() { local is; is=$(served "$@"); [ -n "$is" ] && [ "$is" = "$(stored)" ]; }
renew() { certctl renew a.test --force --home "$home" "$@"; }
deploy() { certctl deploy --home "$home" "$@"; }
settings 'site a.test { to 127.0.0.1:3000; }'
try certctl apply --agree-tos --home "$home"
ok "a site is served" is_served

echo "# X10: a configuration that cannot be written"
mount --bind "$T/conf.d" "$T/conf.d"; mount -o remount,ro,bind "$T/conf.d"
photo=$(photo "$T/conf.d" "$home/lib/tls/nginx") old=$(served)
settings 'site a.test { to 127.0.0.1:3001; }'
try certctl apply --home "$home"
ok "a site that changes: 9" status_is 9
ok "with the file and the reason" output_has "$T/conf.d/certctl-a.test.conf~new cannot be used: open: Read-only file system"
renew --no-deploy >/dev/null 2>&1
try deploy
ok "and with a new certificate: 9" status_is 9
ok "nothing is changed" same "$photo" "$T/conf.d" "$home/lib/tls/nginx"
ok "the old certificate is served" test "$(served)" = "$old"
ok "nothing is noted as cut off" test ! -e "$home/lib/deploy/transaction"
settings 'site a.test { to 127.0.0.1:3000; }'
try deploy
ok "where no site changes the certificate comes into use all the same" is_served
umount "$T/conf.d"
settings 'site a.test { to 127.0.0.1:3001; }'
try certctl apply --home "$home"
ok "once it can be written, the site changes" grep -q 3001 "$T/conf.d/certctl-a.test.conf"

echo "# X13: what is cached by a path's name, its moment and its inode"
paths=()
for _ in 1 2 3 4; do renew >/dev/null 2>&1; paths+=("$(cat "$home/lib/tls/nginx/a.test.conf")"); touch -d '2026-01-01' "$home"/lib/tls/gen/a.test/*/*.pem; done
ok "is never met again: four renewals at once, and all of them have other paths" test "$(printf '%s\n' "${paths[@]}" | sort | uniq -d)" = ''
# What was deleted gives its inodes and its number free.
renew --no-deploy >/dev/null 2>&1; gone=$(ls "$home/lib/tls/gen/a.test" | tail -n 1); rm -r "$home/lib/tls/gen/a.test/$gone"
renew >/dev/null 2>&1
ok "a generation that somebody has deleted gives its number to none" not test -e "$home/lib/tls/gen/a.test/$gone"
ok "and what is served is the newest" is_served

echo "# X17: reloads at random moments while pairs are swapped"
renew --no-deploy >/dev/null 2>&1; : >"$T/error.log"
spawn "$T/swaps" "$probe" swap "$home" a.test 10001; swaps=$pid
# One shows that handshakes come to their end, the other that no reload meets a torn pair.
shake() { local n=0; while kill -0 "$swaps" 2>/dev/null; do [ -n "$(served)" ] || echo "no handshake"; n=$((n + 1)); done; echo "$n handshakes"; }
shake >"$T/shakes" & shaker=$!
reloads=0
while kill -0 "$swaps" 2>/dev/null; do kill -HUP "$nginx"; reloads=$((reloads + 1)); sleep "0.0$((RANDOM % 4))"; done
wait "$shaker"
ok "ten thousand swaps were made" test "$(cat "$T/swaps")" = '10001 swaps'
ok "no reload has failed, and no pair was torn" not grep -E '\[(emerg|alert|crit)\]' "$T/error.log"
ok "every handshake came to its end" not grep -q 'no handshake' "$T/shakes"
echo "# beside 10,000 swaps: $reloads signals, $(grep -c 'reconfiguring' "$T/error.log") reloads, $(cat "$T/shakes")"
ok "nginx has read the pairs many times meanwhile" test "$(grep -c reconfiguring "$T/error.log")" -gt 5
kill -HUP "$nginx"
ok "the last pair is served in the end" wait_for 5 is_served

echo "# S14: old workers"
# A connection that an old worker keeps: it has the certificate that it began with, for as long as it lasts.
cat >"$T/hold.py" <<'PY'
import socket, ssl, sys, time
context = ssl.create_default_context(); context.check_hostname = False; context.verify_mode = ssl.CERT_NONE
held = context.wrap_socket(socket.create_connection(("127.0.0.1", 443)), server_hostname="a.test")
held.send(b"GET / HTTP/1.1\r\nHost: a.test\r\n")
print("held", flush=True); time.sleep(60)
PY
spawn "$T/held" python3 "$T/hold.py"; holder=$pid
wait_for 5 grep -q held "$T/held" || fail "no connection is held"
old=$(served)
try renew
ok "one that is busy with an old connection is no reason to wait: 0" status_is 0
ok "the new one is served" is_served
ok "by others than the old worker, which goes on" pgrep -P "$nginx" -f 'worker process is shutting down'
stop_pid "$holder"
# One that has not heard of the reload yet still takes connections: with a socket of its own it would go on with the old certificate.
stuck=$(pgrep -P "$nginx" -f 'nginx: worker process$' | head -n 1); old=$(served)
kill -STOP "$stuck"; photo=$(photo "$home/lib/tls/nginx"); start=$SECONDS
try renew
kill -CONT "$stuck"
ok "one that still takes connections by the old certificate is not overlooked: 9" status_is 9
ok "and it is told" output_has "was told to reload and goes on as before"
ok "the files are as they were" same "$photo" "$home/lib/tls/nginx"
echo "# told after $((SECONDS - start)) s"
try deploy
ok "once it is gone the new certificate is served" is_served

echo "# X15: a file of 100,000 lines"
python3 - "$T/conf.d/plain.conf" <<'PY'
import sys
lines = ["map $uri $place {\n"] + [f"    /page/{n}  '/place/{n}';  # {n}\n" for n in range(99_991)] + ["}\n"]
server = "server {\n    listen 80;\n    server_name big.test;\n\n    # The last of many lines.\n    location = /x { return 200 \"$place\\n\"; }\n}\n"
open(sys.argv[1], "w").write("".join(lines) + server)
PY
ok "there is one" test "$(wc -l <"$T/conf.d/plain.conf")" = 100000
cp "$T/conf.d/plain.conf" "$T/first"; kill -HUP "$nginx"
# The most memory that it had, and how long it took.
measured() {
  in_ns python3 - "$T/measure" "$@" <<'PY'
import resource, subprocess, sys, time
start = time.monotonic(); status = subprocess.call(sys.argv[2:])
usage = resource.getrusage(resource.RUSAGE_CHILDREN)
open(sys.argv[1], "w").write(f"{usage.ru_maxrss // 1024} {int((time.monotonic() - start) * 1000)} {int(usage.ru_utime * 1000)}")
sys.exit(status)
PY
}
try measured timeout -k 5 100 "$program" issue big.test --in-place --home "$home" "${options[@]}"
read -r memory took cpu <"$T/measure"
ok "a certificate is put into its last server: 0" status_is 0
ok "every line that is not certctl's is as it was" diff <(grep -v '# certctl$' "$T/conf.d/plain.conf") "$T/first"
ok "there are some of certctl's" test "$(grep -c '# certctl$' "$T/conf.d/plain.conf")" -ge 3
ok "with $memory MB of memory" test "$memory" -lt 400
echo "# $(wc -lc <"$T/first" | xargs) lines and bytes: issued and put there in $took ms ($cpu ms of CPU)"
try certctl site edit big.test --home "$home"
ok "a second run has nothing to do" output_has "Nothing to do"
try certctl site undo big.test --home "$home"
ok "and back: every byte" cmp "$T/conf.d/plain.conf" "$T/first"
summary
