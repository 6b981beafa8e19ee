#!/bin/bash
# README's walk-through of a whole stack, word by word: its Compose file, its certctl.conf and its commands, at the paths that it names. Only the images
# and the CA are stand-ins. With TRANSCRIPT=FILE what a user would see is written there.
NEED='nginx docker dockerd docker-compose python3 curl openssl'
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=docker.sh
. "${BASH_SOURCE%/*}/docker.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

# The paths of a real machine.
for directory in /srv /etc/certctl /var/lib/certctl /run/certctl; do ours $directory || fail "no $directory"; done
start_dockerd
[ -e /run/docker.sock ] || { : >/run/docker.sock; on_exit 'rm /run/docker.sock'; }
mount --bind "${DOCKER_HOST#unix://}" /run/docker.sock || fail "no /run/docker.sock"; on_exit 'umount /run/docker.sock'
unset DOCKER_HOST

block() { # LANGUAGE FIRST   README's block of code that begins with FIRST, without the indentation that it has in a list
  awk -v fence="\`\`\`$1" -v first="$2" '{line = $0; sub(/^ +/, "", line)} line == "```" {inside = 0} inside {print substr($0, indent + 1)}
    line == fence {indent = length($0) - length(line); getline; line = substr($0, indent + 1); if (index(line, first) == 1) {inside = 1; print line}}' \
    "$here/../../README.md"
}
mkdir -p /srv/proxy/conf.d
block yaml 'services:' >/srv/proxy/compose.yaml
block nginx 'proxy nginx' >"$T/sites.conf"
ok "README has a Compose file, and the sites" test -s /srv/proxy/compose.yaml -a -s "$T/sites.conf"

echo "# the images that it names"
nginx_image nginx:stable
python=$(readlink -f /usr/bin/python3) library=/usr/lib/$(basename "$(readlink -f /usr/bin/python3)")
stand_in() { # IMAGE ROLE PORT
  docker import -c "ENTRYPOINT [\"$python\",\"-B\",\"/backend.py\",\"$2\",\"$3\"]" "$T/backend.tar" "$1" >/dev/null || fail "no image $1"
}
EXTRA=$python bash "$here/mkimage" "$T/image.tar" && mkdir "$T/backend" && tar -C "$T/backend" -xf "$T/image.tar" && mkdir -p "$T/backend$library" &&
  cp -a "$library/." "$T/backend$library" && cp "$here/stack-backend.py" "$T/backend/backend.py" &&
  tar -C "$T/backend" --exclude=__pycache__ --exclude=test -cf "$T/backend.tar" . || fail "no image of the backends"
stand_in example/frontend app:frontend 3000
stand_in example/backend app:backend 8080
stand_in mysql:8 app:database 3306
stand_in portainer/portainer-ce:latest console 9000
stand_in registry:3 registry 5000
ca_start one "$pebble" 80

echo "# step by step"
compose() { in_ns timeout 120 docker-compose --project-directory /srv/proxy -f /srv/proxy/compose.yaml "$@"; }
say() { [ -z "${TRANSCRIPT:-}" ] || cat >>"$TRANSCRIPT"; }
types() { # COMMAND…
  try "$@"; { printf '$ %s\n' "$*"; cat "$T/out" "$T/err"; echo; } | say
}
running() { [ "$(docker ps --filter status=running -q | wc -l)" = 6 ]; }
try compose up -d
ok "Compose brings it up: 0" status_is 0
ok "all six containers run, before there is any certificate" wait_for 20 running

{ printf 'ca %s { roots %s; }\n' "$directory" "$ca/ca.pem"; cat "$T/sites.conf"; } >/etc/certctl/certctl.conf
printf 'user:%s\n' "$(openssl passwd -apr1 -salt salt word)" >/srv/proxy/conf.d/registry.htpasswd
types certctl apply --dry-run
ok "the plan is told: 0" status_is 0
types certctl apply --agree-tos
ok "applied: 0" status_is 0
types certctl list
for name in app portainer registry; do ok "$name.example.com is valid" output_has "$name.example.com"; done
types certctl site list

# As on the internet: names lead here, and the CA is believed.
printf '127.0.0.1 %s\n' 'localhost app.example.com portainer.example.com registry.example.com' >"$T/hosts"
mount --bind "$T/hosts" /etc/hosts || fail "cannot bind /etc/hosts"; on_exit 'umount /etc/hosts'
fetch() { in_ns curl -sS --max-time 20 --cacert "$ca/root-0.pem" "$@"; }
ok "the frontend answers" test "$(fetch https://app.example.com/x)" = 'frontend /x https'
ok "and the backend below /api/" test "$(fetch https://app.example.com/api/y)" = 'backend /api/y https'
ok "Portainer believes where a change comes from" test "$(fetch -d x -H 'Origin: https://portainer.example.com' https://portainer.example.com/api/auth)" = 'console /api/auth https'
ok "the registry asks for a password" test "$(fetch -o /dev/null -w '%{http_code}' https://registry.example.com/v2/)" = 401
ok "and takes a layer of 50 MB" test "$(head -c 50000000 /dev/zero | fetch -u user:word -X PATCH -T - -H 'Expect:' https://registry.example.com/v2/x/blobs/uploads/1)" = '50000000 bytes'
types certctl renew
ok "nothing is due" status_is 0
types certctl watch
ok "what is served is what is stored" status_is 0
serial() { in_ns openssl s_client -connect 127.0.0.1:443 -servername app.example.com </dev/null 2>/dev/null | openssl x509 -noout -serial; }
before=$(serial)
types certctl renew app.example.com --force
ok "a renewal is served" test "$status" = 0 -a "$(serial)" != "$before"
try compose restart nginx
ok "and still is when Compose has started nginx anew" test "$(wait_for 10 serial; serial)" != "$before"
try compose down
ok "Compose takes it down: 0" status_is 0
summary
