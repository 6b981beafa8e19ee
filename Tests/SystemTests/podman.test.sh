#!/bin/bash
# Podman in Docker's place: nginx in a container of its, reached by the socket of `podman system service`. From nothing to https, renewed, refused,
# stopped, crashed; and made by podman-compose.
NEED='nginx podman podman-compose runc python3 curl openssl iptables'
LIMIT=240
# shellcheck disable=SC2154 # some variables are of the files sourced
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

for p in netavark aardvark-dns; do [ -x /usr/lib/podman/$p ] || fail "program $p is missing; nothing was tested"; done
# Some of what it keeps has no setting.
for directory in /run/containers /run/runc /var/lib/containers; do ours $directory || fail "no $directory"; done
mkdir "$T/pm"
# A process may have no more open files, and no more children, than the machine lets this test have.
cat >"$T/pm/containers.conf" <<CONF
[containers]
default_ulimits = ["nofile=1024:4096", "nproc=4096:4096"]
[engine]
cgroup_manager = "cgroupfs"
events_logger = "file"
runtime = "runc"
tmp_dir = "$T/pm/tmp"
[network]
network_backend = "netavark"
network_config_dir = "$T/pm/networks"
CONF
printf '%s\n' '[storage]' 'driver = "vfs"' "graphroot = \"$T/pm/root\"" "runroot = \"$T/pm/run\"" >"$T/pm/storage.conf"
export CONTAINERS_CONF=$T/pm/containers.conf CONTAINERS_STORAGE_CONF=$T/pm/storage.conf DOCKER_HOST=unix://$T/pm/podman.sock
# What containers.sh types for Docker, Podman takes as well.
docker() { in_ns podman "$@"; }
spawn "$T/pm/log" podman system service --time=0 "$DOCKER_HOST"
on_exit 'docker rm -f -t 0 --all >/dev/null'
api() { curl -sS --max-time 20 --unix-socket "$T/pm/podman.sock" "http://localhost/$1"; }
wait_for 10 api _ping || fail "no service: $(cat "$T/pm/log")"
image() { # TAG
  bash "$here/mkimage" "$T/image.tar" && docker import -c 'ENTRYPOINT ["nginx","-g","daemon off;"]' "$T/image.tar" "$1" >/dev/null 2>&1 || fail "no image $1"
}
python=$(readlink -f /usr/bin/python3); library=/usr/lib/$(basename "$python")
image nginx:test; EXTRA=$python image backend:test
docker network create shop >/dev/null || fail "no network"
docker run -d --name frontend --network shop -v "$library:$library:ro" -v "$here/stack-backend.py:/backend.py:ro" --entrypoint "$python" \
  backend:test -B /backend.py app:frontend 3000 >/dev/null || fail "no container frontend"
ca_start one "$pebble" 80
settings 'site a.test { to frontend:3000; }'

echo "# from nothing"
start_container proxy "${mounts[@]:0:2}" && wait_for 10 has_workers || fail "nginx does not run: $(docker logs proxy 2>&1)"
try apply --agree-tos
ok "mounts are missing: 9" status_is 9
ok "it is told, with what to type" output_has "then: docker compose --project-directory $T/shop"
gone proxy; proxy_up || fail "nginx does not run: $(docker logs proxy 2>&1)"
try apply --agree-tos
ok "applied: 0" status_is 0
ok "the certificate is served" is_served a.test
# Each of nginx's workers asks name servers of its own.
ok "and what is behind it, by the name of its container" test "$(for _ in $(seq 8); do get https://a.test/x; done | sort -u)" = 'frontend /x https'
try apply
ok "a second run has nothing to do" output_has "Nothing to do"
old=$(served a.test) before=$(reloads); try renew a.test
ok "renewed" is_served a.test
ok "by another certificate" test "$(served a.test)" != "$old"
ok "and one reload" test "$(($(reloads) - before))" = 1
printf '%s\n' "ca $directory { roots $ca/ca.pem; }" 'site a.test { to frontend:3000; }' >"$home/etc/certctl.conf"
try renew a.test
ok "without a word of it in certctl.conf the one with port 80 is found" is_served a.test

echo "# what does not go well"
settings 'site a.test { to frontend:3000; raw { proxy_cache nowhere; } }'; photo=$(photo "$conf" "$home/lib/tls/nginx")
try apply
ok "what nginx refuses: 9" status_is 9
ok "in nginx's words" output_has 'zone "nowhere" is unknown'
ok "no file is another" same "$photo" "$conf" "$home/lib/tls/nginx"
settings 'site a.test { to frontend:3000; }'
stays() { # RULE WORDS [COMMAND]
  # shellcheck disable=SC2086
  try ${3:-deploy}
  ok "$1: 9" status_is 9
  ok "$1: it is told" output_has "$2"
}
certctl renew a.test --force --no-deploy --home "$home" >/dev/null 2>&1 || fail "no new certificate"
docker pause proxy >/dev/null; stays paused "podman unpause proxy"; docker unpause proxy >/dev/null
docker stop -t 5 proxy >/dev/null 2>&1; stays stopped "does not run (exited"
docker rename proxy other; proxy=proxy settings 'site a.test { to frontend:3000; }'; stays renamed "there is no container"
docker rename other proxy; settings 'site a.test { to frontend:3000; }'; docker start proxy >/dev/null; wait_for 10 has_workers
try deploy
ok "once that is mended all is well" status_is 0
ok "and the new certificate is served" is_served a.test

echo "# a crash after all that"
last=$(served a.test); kill -KILL "$(docker inspect -f '{{.State.Pid}}' proxy)"
back() { [ "$(served a.test)" = "$last" ]; }
ok "unless-stopped brings the container back, with the last certificate" wait_for 15 back
try renew a.test
ok "and a renewal is served by it" is_served a.test

echo "# made by podman-compose"
docker rm -f -t 0 --all >/dev/null; project=$T/pc; mkdir -p "$project/conf.d"
cat >"$project/compose.yaml" <<YAML
services:
  proxy:
    image: localhost/nginx:test
    ports: ["80:80", "443:443"]
    volumes: ["./conf.d:/etc/nginx/conf.d:ro"]
  frontend:
    image: localhost/backend:test
    entrypoint: ["$python", "-B", "/backend.py"]
    command: ["app:frontend", "3000"]
    volumes: ["$library:$library:ro", "$here/stack-backend.py:/backend.py:ro"]
YAML
(cd "$project" && in_ns podman-compose up -d >"$T/pc.log" 2>&1) || fail "no stack: $(cat "$T/pc.log")"
works() { docker exec pc_proxy_1 cat /run/nginx.pid; }
wait_for 10 works || fail "nginx does not run: $(cat "$T/pc.log")"
printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "proxy compose:pc/proxy { configuration $project/conf.d; }" 'site c.test { to frontend:3000; }' >"$home/etc/certctl.conf"
stays "mounts are missing" "then: podman-compose -p pc -f $project/compose.yaml -f $project/compose.override.yaml up -d --force-recreate" "apply --agree-tos"
as_told() {
  sed -n '/^# What certctl needs nginx to see/,/^$/p' <<<"$output" >"$project/compose.override.yaml"
  sed -n 's/^ *then: //p' <<<"$output" >"$T/typed"; [ -s "$T/typed" ] || return 1
  (cd / && in_ns bash -ex "$T/typed")
}
ok "what is printed is done" as_told
wait_for 10 works || fail "nginx does not run"
try apply --agree-tos
ok "and then it works" status_is 0
ok "and is served" is_served c.test
ok "with what is behind it" test "$(get https://c.test/x)" = 'frontend /x https'
summary
