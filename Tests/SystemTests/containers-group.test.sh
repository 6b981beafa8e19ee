#!/bin/bash
# An nginx in a container whose master process is not root: what it may not read is told with who reads and what to do, that works as it is
# printed, and no other group can read a key, whatever tls_group says later.
NEED='nginx docker dockerd python3 curl openssl'
LIMIT=540
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

shop
# As in nginxinc/nginx-unprivileged: nothing that only root may write.
cat >"$T/nginx.conf" <<'CONF'
worker_processes 2;  pid /tmp/nginx.pid;  error_log /dev/stderr notice;
events { worker_connections 512; }
http {
  access_log off;  client_body_temp_path /tmp/body;  proxy_temp_path /tmp/proxy;
  fastcgi_temp_path /tmp/fastcgi;  uwsgi_temp_path /tmp/uwsgi;  scgi_temp_path /tmp/scgi;
  include /etc/nginx/conf.d/*.conf;
}
CONF
chmod 644 "$T/nginx.conf"
ports=(-p 80:80 -p 443:443)
proxy_as() { # USER:GROUP
  gone proxy 2>/dev/null
  docker run -d --name proxy --network shop --user "$1" --stop-signal SIGQUIT --restart unless-stopped "${ports[@]}" "${labels[@]}" \
    "${mounts[@]}" -v "$T/nginx.conf:/etc/nginx/nginx.conf:ro" --entrypoint nginx nginx:test -e /dev/stderr -g 'daemon off;' >/dev/null
}
restarts() { [ "$(docker inspect -f '{{.RestartCount}}' proxy)" -ge 3 ]; }
sites=('site a.test { to app:3000; }' 'site b.test { to other:3000; }')
tls=$home/lib/tls
groups() { ls "$tls/group"; }
key() { find "$tls/group/$1/a.test" -name privkey.pem | sort | tail -n 1; } # GROUP
# Everything that a group has, and nothing else: kinds, modes, owners.
form() { # GROUP
  local is
  is=$(find "$tls/group" -mindepth 1 -printf '%y %m %U:%G\n' | sort -u)
  [ "$is" = $'d 2750 0:'"$1"$'\nf 640 0:'"$1" ] || { echo "$is"; return 1; }
}
private() { # keys as they are issued are their owner's alone
  local keys
  keys=$(find "$tls/gen" -name privkey.pem -printf '%m %U:%G\n' | sort -u)
  [ "$keys" = '600 0:0' ] || { echo "$keys"; return 1; }
}
reads() { docker exec --user "$1" proxy cat "$2" >/dev/null 2>&1; } # USER:GROUP FILE
still() { [ "$(served a.test)" = "$old" ] || { echo "served: $(served a.test)"; return 1; }; }

echo "# X12: nginx may not read a key"
settings "${sites[@]}"
proxy_as 101:101; wait_for 10 has_workers || fail "the container does not run: $(docker logs proxy 2>&1)"
try apply --agree-tos
master=$(state proxy .State.Pid)
ok "the certificates are saved, and it fails: 9" explains 9 '2 of 2 certificates were not deployed' \
  "nginx in the container proxy may not read a key; everything is as it was, and the certificate is saved: $tls/gen/a.test/000001/privkey.pem: Permission denied" \
  "put tls_group 101; into $home/etc/certctl.conf, then run: certctl deploy --force"
ok "it is told who reads" output_has "its master process (${master% }) runs as user 101, group 101, and keys are for their owner alone"
ok "http is answered as before, by the site that is on its way" test "$(get -o /dev/null -w '%{http_code}' http://a.test/)" = 503
ok "nothing is served that was not" test -z "$(served a.test)"
ok "nothing is noted as cut off" test ! -e "$home/lib/deploy/transaction"
ok "nginx would start with what there is" docker exec proxy nginx -e /dev/stderr -t
try deploy --pending
ok "the timer leaves it alone until it is time, and keeps telling why: 9" explains 9 \
  '2 of 2 certificates were not deployed: a.test, b.test' 'it has failed once to be deployed, and is tried again after' 'certctl deploy tries at once'
# As it is printed.
line=$(sed -n 's/.*put \(tls_group [0-9]*;\) into.*/\1/p' "$T/err"); [ -n "$line" ] || line='tls_group 101;'
settings "$line" "${sites[@]}"
try apply --check
ok "certctl.conf is right so" status_is 0
try deploy --force
ok "as it is printed it works" status_is 0
ok "and it is said that a group may read the key" output_has 'a group may read the key'
ok "a.test is served" is_served a.test
ok "b.test is served" is_served b.test
ok "the group has copies, in directories that are its own" form 101
ok "and what was issued is nobody else's" private
ok "nginx's user reads a key" reads 101:101 "$(key 101)"
ok "another user does not" not reads 33:33 "$(key 101)"
ok "nor may he look around" not docker exec --user 33:33 proxy sh -c "echo $tls/group/101/* | grep -q a.test"
try certctl list --home "$home"
ok "list has nothing to say against it" status_is 0
try certctl show a.test --home "$home"
ok "nor has show" status_is 0
count=$(reloads); try deploy
ok "a second run finds nothing to do" test "$status $(reloads)" = "0 $count"

echo "# renewals"
for _ in 1 2 3 4; do certctl renew a.test --force --home "$home" >/dev/null 2>&1 || fail "not renewed"; done
ok "a renewed certificate is served" is_served a.test
ok "in the same form" form 101
ok "old copies go as old generations do" test "$(ls "$tls/group/101/a.test")" = "$(ls "$tls/gen/a.test" | tail -n 3)"

echo "# another number"
old=$(served a.test); settings 'tls_group 33;' "${sites[@]}"; before=$(photo "$conf" "$tls/nginx")
try deploy
ok "a group that nginx is not in: told with the one that it is to be" explains 9 'not deployed' \
  'keys are for group 33, as tls_group has it' 'put tls_group 101; in place of tls_group 33; into'
ok "no file is another" same "$before" "$conf" "$tls/nginx"
ok "the old one is served" still
settings 'tls_group 101;' "${sites[@]}"
try deploy
ok "the right one again: 0" status_is 0
ok "and nothing is left for the wrong one" form 101

echo "# X12: a container that cannot start, since it is another user's from now on"
proxy_as 5555:5555; wait_for 30 restarts
try deploy --force
ok "it is told" status_is 9
ok "with the key" output_has 'Permission denied'
ok "and what to do" output_has 'tls_group GID; in certctl.conf'
settings 'tls_group 5555;' "${sites[@]}"
try deploy --force
ok "nginx is led to keys that it may read: 9, for it does not run yet" explains 9 'not deployed' \
  'is from now on (group 5555)' 'docker restart proxy, then run: certctl deploy'
docker restart -t 5 proxy >/dev/null; wait_for 20 has_workers
wait_for 15 is_served a.test
steady() { certctl deploy --home "$home" >/dev/null 2>&1; }; wait_for 40 steady
try deploy
ok "as it is printed it works" status_is 0
ok "a.test is served" is_served a.test
ok "the old group has nothing any more" form 5555

echo "# no group at all"
gone proxy; settings "${sites[@]}"; proxy_up
old=$(served a.test)
try apply --dry-run
ok "the plan says which files change" output_has "changed: $tls/nginx/a.test.conf"
ok "and nothing has changed" form 5555
try apply
ok "apply takes the keys back: 0" status_is 0
ok "nginx is led to what was issued" grep -q "\"$tls/gen/a.test/" "$tls/nginx/a.test.conf"
ok "no group has a key" test -z "$(groups)"
ok "the same certificate is served" still
try apply
ok "a second run has nothing to do" output_has 'Nothing to do'

echo "# who may not give keys away"
cp -r "$home" "$T/nobody"; echo 'tls_group 101;' >"$T/nobody/etc/certctl.conf"; chown -R 65534:65534 "$T/nobody"
try as_nobody deploy --home "$T/nobody"
ok "is told who may" explains 8 'certificates failed' 'keys cannot be given to group 101, as tls_group has it: only root can do that, or a member of the group: Operation not permitted' 'sudo certctl deploy'
ok "and leaves nothing behind" test -z "$(ls "$T/nobody/lib/tls/group")"

echo "# X12: a server of the user's own, on another port inside"
settings; rm "$conf"/*.conf
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$conf/old.key" -out "$conf/old.pem" -subj /CN=old -days 5 2>/dev/null
chmod 644 "$conf/old.key"
cat >"$conf/user.conf" <<'CONF'
server { listen 80; server_name d.test; location / { return 301 https://$host$request_uri; } }
server {
  listen 8443 ssl;
  server_name d.test;
  ssl_certificate /etc/nginx/conf.d/old.pem; ssl_certificate_key /etc/nginx/conf.d/old.key;
  location / { return 200 "mine\n"; }
}
CONF
ports=(-p 80:80 -p 443:8443); proxy_as 101:101; wait_for 10 has_workers
old=$(served d.test); ok "it is served with a certificate of its own" test -n "$old"
try issue d.test --in-place
ok "what nginx may not read is not put into it: 9" explains 9 'may not read a key' 'runs as user 101, group 101' 'put tls_group 101; into'
ok "the certificate of its own is served" test "$(served d.test)" = "$old"
ok "by the same lines" grep -q '  ssl_certificate /etc/nginx/conf.d/old.pem; ssl_certificate_key /etc/nginx/conf.d/old.key;' "$conf/user.conf"
settings 'tls_group 101;'
try issue d.test --in-place
ok "as it is printed it works" status_is 0
ok "d.test is served" is_served d.test
ok "by the server that was there" test "$(get https://d.test/)" = mine
ok "and keys are for its group" form 101
ports=(-p 80:80 -p 443:443)

echo "# X12: an engine whose root is another user here (userns-remap)"
stop_dockerd
for file in subuid subgid; do
  echo nobody:100000:65536 >"$T/$file"
  mount --bind "$T/$file" "/etc/$file" || fail "cannot mount /etc/$file"
  on_exit "umount /etc/$file"
done
start_dockerd --userns-remap=nobody:nogroup
docker network create shop >/dev/null || fail "no network"
nginx_image nginx:test
settings 'site c.test { to app:3000; }'; rm "$conf"/*.conf
proxy_up || fail "the container does not run: $(docker logs proxy 2>&1)"
try apply --agree-tos
ok "its root may not read a key either: 9" status_is 9
ok "by its numbers on this host" output_has 'runs as user 100000, group 100000, and keys are for their owner alone'
ok "with what to write" output_has 'put tls_group 100000; into'
settings 'tls_group 100000;' 'site c.test { to app:3000; }'
try deploy --force
ok "as it is printed it works" status_is 0
ok "c.test is served" is_served c.test
summary
