#!/bin/bash
# Everything that keeps an nginx in a container from serving a new certificate: each ends with exit code 9 and the reason, with the old one served
# where it was, and with the new one once that is mended. The certificate is in the store all the time.
NEED='nginx docker dockerd python3 curl openssl prlimit'
LIMIT=540
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

shop
sites=('site a.test { to app:3000; }' 'site b.test { to other:3000; }')
settings "${sites[@]}"
proxy_up || fail "the container does not run: $(docker logs proxy 2>&1)"
try apply --agree-tos
ok "two sites are served, though nothing runs behind them" status_is 0
ok "which is told" output_has "a.test: no container in nginx's networks is called app"
docker create --name app --network shop nginx:test >/dev/null; docker network create elsewhere >/dev/null
docker create --name other --network elsewhere nginx:test >/dev/null
try apply
ok "one that does not run is told with what starts it" output_has "the container app does not run (created), and requests get 502: docker start app"
ok "and one in another network" output_has "the container other is in none of nginx's networks"
gone app; gone other; docker network rm elsewhere >/dev/null
ok "a.test" is_served a.test
ok "b.test" is_served b.test

# A new certificate that is not in use yet; what is served, and what the files are.
fresh() { certctl renew "${1:-a.test}" --force --no-deploy --home "$home" >/dev/null 2>&1 || fail "no new certificate"; old=$(served a.test); before=$(photo "$conf" "$home/lib/tls/nginx"); }
unchanged() { same "$before" "$conf" "$home/lib/tls/nginx"; }
still() { [ "$(served a.test)" = "$old" ] || { echo "served: $(served a.test)"; return 1; }; }
stays() { # RULE WORDS   `certctl deploy` fails with these words, and nothing has become different
  try deploy
  ok "$1: 9" status_is 9
  ok "$1: it is told" output_has "$2"
  ok "$1: no file is another" unchanged
  ok "$1: nothing is noted as cut off" test ! -e "$home/lib/deploy/transaction"
}
converges() { # RULE
  try deploy
  ok "$1: once that is mended all is well" status_is 0
  ok "$1: the new certificate is served" is_served a.test
}

echo "# S01: the engine's socket"
fresh; engine=$DOCKER_HOST
DOCKER_HOST=unix://$T/none.sock; stays "no socket" "there is no socket at $T/none.sock"; ok "no socket: the old one is served" still
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/stale.sock"
DOCKER_HOST=unix://$T/stale.sock; stays "a stale socket" "nobody listens at it"
DOCKER_HOST=tcp://127.0.0.1:2375; try deploy; ok "another machine's engine: 9, as of any deployment that fails" status_is 9
DOCKER_HOST=$engine
mkdir -m 0777 "$T/nobody"; chmod 711 "$T/dk"
requests=$(requests)
try as_nobody issue n.test --to app:3000 --home "$T/nobody/home" "${options[@]}"
ok "a socket that this user may not use: 9, before the CA is asked" status_is 9
ok "and it is told" output_has "this user may not use"
ok "and nothing was asked of the CA" none_since "$requests"
converges "the right socket"

echo "# S03: states of the container"
fresh; docker pause proxy >/dev/null
stays paused "docker unpause proxy"
docker unpause proxy >/dev/null; ok "paused: the old one is served" still; converges paused
fresh; docker stop -t 5 proxy >/dev/null
stays stopped "does not run (exited"
docker start proxy >/dev/null; wait_for 10 has_workers; ok "stopped: the old one is served" still; converges stopped
fresh; echo 'nonsense;' >"$conf/user.conf"; before=$(photo "$conf" "$home/lib/tls/nginx")
docker restart -t 5 proxy >/dev/null
restarts() { [ "$(docker inspect -f '{{.RestartCount}}' proxy)" -ge 3 ]; }
wait_for 30 restarts
stays restarting 'unknown directive "nonsense"'
rm "$conf/user.conf"; wait_for 40 has_workers; ok "restarting: the old one is served" still
steady() { [ -n "$(served a.test)" ] && sleep 11; }; wait_for 30 steady
converges restarting
fresh; gone proxy
stays missing "there is no container"
proxy_up; ok "missing: the old one is served" still; converges missing
fresh; proxy=proxy; settings "${sites[@]}"; docker rename proxy proxy-1
stays renamed "was proxy-1 meant?"
ok "renamed: the old one is served" still
docker rename proxy-1 proxy; converges renamed
proxy=compose:shop/proxy; settings "${sites[@]}"
fresh; docker run -d --name twin --network shop "${labels[@]}" nginx:test >/dev/null
stays "two of them" "more than one container is"
ok "two of them: the old one is served" still
gone twin; converges "two of them"

echo "# X07: a configuration that was broken before"
fresh; echo 'server { listen 8081; location / { proxy_pass http://nobody.invalid; } }' >"$conf/user.conf"
before=$(photo "$conf" "$home/lib/tls/nginx")
stays "an upstream that is missing" 'host not found in upstream "nobody.invalid"'
ok "an upstream that is missing: it was so before" output_has "did before certctl changed anything"
ok "an upstream that is missing: the old one is served" still
rm "$conf/user.conf"; converges "an upstream that is missing"

echo "# X11: a test that passes, and a reload that fails"
fresh
echo 'events {} http { server { listen 8080; } }' >"$conf/second"
docker exec -d proxy nginx -c /etc/nginx/conf.d/second -g 'daemon off; pid /run/second.pid;'
wait_for 5 docker exec proxy cat /run/second.pid || fail "no second nginx in the container"
echo 'server { listen 8080; }' >"$conf/user.conf"; before=$(photo "$conf" "$home/lib/tls/nginx")
stays "a port that is taken inside" "bind() to 0.0.0.0:8080 failed (98"
ok "a port that is taken inside: the old one is served" still
rm "$conf/user.conf" "$conf/second"; converges "a port that is taken inside"
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers
fresh; master=$(state proxy .State.Pid); read -r files most < <(prlimit --pid $master --nofile -o SOFT,HARD --noheadings)
prlimit --pid $master --nofile=12:"$most"
stays "a master that may open no more files" "Too many open files"
ok "a master that may open no more files: the old one is served" still
prlimit --pid $master --nofile="$files:$most"; converges "a master that may open no more files"

echo "# X08: what nginx refuses is put back"
fresh; settings 'site a.test { to app:3000; raw { proxy_cache nowhere; } }' "${sites[1]}"
try apply
ok "apply: 9" status_is 9
ok "in nginx's words" output_has 'zone "nowhere" is unknown'
ok "no file is another" unchanged
try deploy
ok "deploy: 9, too" status_is 9
certctl renew b.test --force --no-deploy --home "$home" >/dev/null 2>&1
try deploy
ok "a bad site: 9" status_is 9
ok "the good site is served with its new certificate all the same" is_served b.test
settings "${sites[@]}"; converges "a bad site"

echo "# X09: files of certctl's own that are gone, and an nginx that cannot start without them"
fresh; rm -r "$conf/certctl"; docker restart -t 5 proxy >/dev/null
loops() { [ "$(docker inspect -f '{{.RestartCount}}' proxy)" -ge 3 ]; }
wait_for 30 loops
try deploy --dry-run
ok "a plan: 9" status_is 9
ok "what is missing is named" output_has "$conf/certctl/challenge.inc"
ok "and what puts it back" output_has 'run `certctl apply`'
ok "and nothing is put there" test ! -e "$conf/certctl"
try deploy
ok "deploy: 9" status_is 9
ok "they are put back" output_has "files of certctl's were missing, which is mended: $conf/certctl/challenge.inc"
ok "and what to type is told" output_has 'docker restart proxy, then run: certctl deploy'
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers; converges "files of its own"
ok "no empty file is left" test -z "$(find "$conf/certctl" -empty)"

echo "# S11: a shell as first process"
gone proxy
docker run -d --name proxy --network shop -p 80:80 -p 443:443 "${labels[@]}" "${mounts[@]}" --entrypoint /bin/sh nginx:test -c 'nginx -g "daemon off;"; true' >/dev/null
wait_for 10 has_workers; try renew a.test
ok "renewed and served" status_is 0
ok "indeed" is_served a.test
gone proxy; proxy_up

echo "# what is behind nginx"
ok "a site whose server is missing: 502" test "$(get -o /dev/null -w '%{http_code}' https://a.test/)" = 502

echo "# another processor"
fresh; gone proxy
MACHINE=aarch64 nginx_image wrong:1; fake_arm64 wrong:1 || fail "no image for another processor"
docker run -d --name proxy "${labels[@]}" "${mounts[@]}" wrong:1-arm64 >/dev/null 2>&1
wait_for 10 becomes proxy exited
stays "an image for another processor" "its image is for arm64, this machine is amd64"
gone proxy; proxy_up; ok "an image for another processor: the old one is served" still; converges "an image for another processor"
summary
