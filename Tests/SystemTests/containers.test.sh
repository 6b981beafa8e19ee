#!/bin/bash
# A Compose-like stack behind nginx in a container: one certctl.conf brings all of it to https from nothing, it is renewed under load without a
# request that fails, and the container is still brought back after a crash.
NEED='nginx docker dockerd python3 wrk curl openssl'
LIMIT=540
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

shop
python=$(readlink -f /usr/bin/python3); library=/usr/lib/$(basename "$python")
EXTRA=$python nginx_image backend:test

server() { # NAME ROLE PORT
  docker run -d --name "$1" --network shop -v "$library:$library:ro" -v "$here/stack-backend.py:/backend.py:ro" \
    --entrypoint "$python" backend:test -B /backend.py "$2" "$3" >/dev/null || fail "no container $1"
}
server frontend app:frontend 3000
server backend1 app:backend1 8080
server backend2 app:backend2 8080
server echo echo 9001
server registry registry 5000
server portainer console 9000

echo "# everything from nothing"
printf 'user:%s\n' "$(openssl passwd -apr1 -salt salt word)" >"$conf/registry.htpasswd"
settings \
  'site shop.test www.shop.test { to frontend:3000; location /api/ { to backend1:8080 backend2:8080; } gzip; hsts 1h; }' \
  'site ws.test { kind websocket; to echo:9001; }' \
  'site registry.test { kind registry; to registry:5000; auth_basic_user_file /etc/nginx/conf.d/registry.htpasswd; }' \
  'site portainer.test { kind portainer; to portainer:9000; }' \
  'site old.test { kind redirect; to shop.test; }' \
  'certificate mail.test;'
proxy_up || fail "the container does not run: $(docker logs proxy 2>&1)"
ok "nginx runs before there is any certificate" test -z "$(ls "$home/lib/tls")"
try apply --dry-run
ok "the plan is told: 0" status_is 0
ok "and all six certificates are missing" test "$(grep -c 'to be issued' <<<"$output")" = 6
ok "and nothing was written" test "$(ls "$conf")" = registry.htpasswd
start=$(date +%s%N); try apply --agree-tos; took=$((($(date +%s%N) - start) / 1000000))
ok "applied: 0" status_is 0
echo "# certctl apply: $took ms for six certificates and five sites; nginx was reloaded $(reloads) times"
for name in shop.test www.shop.test ws.test registry.test portainer.test old.test; do
  ok "$name is served" test -n "$(served $name)"
done
ok "over IPv4 and IPv6" is_served shop.test '[::1]'
ok "the frontend answers, path and query kept" test "$(get 'https://shop.test/x?y=1')" = 'frontend /x?y=1 https'
# Each of nginx's workers begins with the first one.
ok "both backends take turns" test "$(for _ in $(seq 12); do get https://www.shop.test/api/z; done | sort -u)" = $'backend1 /api/z https\nbackend2 /api/z https'
ok "http leads to https" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' http://shop.test/x)" = '308 https://shop.test/x'
ok "the site that has moved leads there" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' https://old.test/x)" = '308 https://shop.test/x'
ok "a name that is nobody's gets no certificate" test -z "$(served nobody.test)"
say() { in_ns unshare --mount bash -c 'mount --bind "$1" /etc/hosts; python3 "$2" "${@:3}"' bash "$T/hosts" "$here/websocket-client.py" "$@"; }
printf '127.0.0.1 localhost\n127.0.0.1 %s\n' 'shop.test ws.test registry.test portainer.test' >"$T/hosts"
ok "a WebSocket is let through" test "$(say ws.test /live "$ca/root-0.pem")" = $'HTTP/1.1 101 Switching Protocols\nhello'
ok "and so is the console's" test "$(say portainer.test /api/websocket/exec "$ca/root-0.pem" https://portainer.test)" = $'HTTP/1.1 101 Switching Protocols\nhello'
ok "which refuses another page's" test "$(say portainer.test /api/websocket/exec "$ca/root-0.pem" https://evil.test)" = 'HTTP/1.1 403 Forbidden'
ok "the console believes where a change comes from" test "$(get -d x -H 'Origin: https://portainer.test' https://portainer.test/api/auth)" = 'console /api/auth https'
ok "and not without nginx's word for it" test \
  "$(in_ns curl -sS -d x -H 'Origin: https://portainer.test' "http://$(docker inspect -f '{{.NetworkSettings.Networks.shop.IPAddress}}' portainer):9000/api/auth")" = 'Forbidden - origin invalid'
try apply
ok "a second run has nothing to do" output_has 'Nothing to do'
before=$(reloads); for _ in 1 2 3; do try deploy; done
ok "and neither has deploy: no reload" test "$(reloads)" = "$before"

echo "# an upload of 3 GB"
written() { # bytes that nginx's workers have written to a disk
  local process; for process in $(docker top proxy -eo pid,args | awk '/nginx: worker process/ {print $1}'); do sed -n 's/^write_bytes: //p' "/proc/$process/io"; done | awk '{n += $1} END {print n + 0}'
}
upload() { # BYTES URL [OPTION…]
  head -c "$1" /dev/zero | get --max-time 240 -X PATCH -T - -H 'Transfer-Encoding: chunked' -H 'Expect:' "${@:2}"
}
ok "not without a password" test "$(get -o /dev/null -w '%{http_code}' https://registry.test/v2/)" = 401
ok "with one the registry answers" test "$(get -u user:word -o /dev/null -w '%{http_code}' https://registry.test/v2/)" = 200
before=$(written); start=$(date +%s%N)
try upload 3000000000 https://registry.test/v2/x/blobs/uploads/1 -u user:word
seconds=$((($(date +%s%N) - start) / 1000000000)); spooled=$(($(written) - before))
ok "all of it has arrived" test "$output" = '3000000000 bytes'
ok "and nginx has written none of it to a disk" test "$spooled" -lt 1000000
echo "# 3 GB in chunks: $seconds s; nginx wrote $spooled bytes to its disk"
before=$(written); try upload 8000000 https://shop.test/upload
ok "what a site that buffers takes is seen on the disk" test "$(($(written) - before))" -gt 7000000
ok "where the registry leads next is https" test "$(get -u user:word -d x -o /dev/null -w '%header{location}' https://registry.test/v2/x)" = 'https://registry.test/v2/x/blobs/uploads/1'

echo "# twenty renewals under load"
mount --bind "$T/hosts" /etc/hosts || fail "cannot bind /etc/hosts"; on_exit umount /etc/hosts
first=$(served shop.test) before=$(reloads)
spawn "$T/wrk.log" wrk -t 1 -c 8 -d 200 -H 'Connection: close' https://shop.test/; wrk=$pid
for i in $(seq 20); do
  try renew shop.test
  [ "$status" = 0 ] && is_served shop.test >/dev/null || { echo "$output"; break; }
done
kill -INT "$wrk"; wait_for 10 not kill -0 "$wrk"
ok "each was served at once" test "$i" = 20 -a "$status" = 0
ok "and the last one is another than the first" test "$(served shop.test)" != "$first"
ok "requests were made all the time" test "$(awk '/requests in/ {print $1}' "$T/wrk.log")" -gt 500
ok "and none has failed" not grep -qE 'Non-2xx|Socket errors' "$T/wrk.log"
ok "nginx was reloaded once for each" test "$(($(reloads) - before))" = 20
sed 's/^/# wrk: /' <(grep -E 'requests in|Socket errors|Non-2xx' "$T/wrk.log")

echo "# one reload for many"
before=$(reloads); try renew
ok "all six are renewed" status_is 0
ok "by one reload" test "$(($(reloads) - before))" = 1
for name in shop.test ws.test registry.test portainer.test old.test; do ok "$name: the new one" is_served $name; done

echo "# a crash after all that"
last=$(served shop.test)
kill -KILL "$(docker inspect -f '{{.State.Pid}}' proxy)"
back() { [ "$(state proxy .RestartCount .State.Running)" = '1 true ' ] && [ "$(served shop.test)" = "$last" ]; }
ok "unless-stopped brings the container back, with the last certificate" wait_for 15 back
ok "and a renewal is served by it" test "$(renew ws.test >/dev/null; is_served ws.test && echo yes)" = yes
summary
