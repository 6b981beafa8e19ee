#!/bin/bash
# Docker Compose itself: stacks that it has made are found by the labels that it gives, and what certctl prints where a mount is missing is written
# and typed to the letter; after that there is https. By a directory of sites, and by a single nginx.conf.
NEED='nginx docker dockerd docker-compose python3 curl openssl'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of the files sourced
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

start_dockerd
nginx_image nginx:test
python=$(readlink -f /usr/bin/python3); library=/usr/lib/$(basename "$python")
EXTRA=$python nginx_image backend:test
ca_start one "$pebble" 80
# Nothing of certctl's is there yet but its settings.
rm -r "$home"/{lib,run}
compose() { (cd "$project" && docker-compose "$@" 2>&1); }
stack() { # MOUNT FILE   writes the project's main file: nginx with one mount, and what is behind it
  cat >"$2" <<YAML
version: "3.8"
services:
  proxy:
    image: nginx:test
    restart: unless-stopped
    stop_signal: SIGQUIT
    ports: ["80:80", "443:443"]
    volumes: ["$1"]
  frontend: &behind
    image: backend:test
    entrypoint: ["$python", "-B", "/backend.py"]
    command: ["app:frontend", "3000"]
    volumes: ["$library:$library:ro", "$here/stack-backend.py:/backend.py:ro"]
  backend:
    <<: *behind
    command: ["app:backend", "8080"]
YAML
}
site='site shop.test { to frontend:3000; location /api/ { to backend:8080; } }'
container() { docker ps -q --filter label=com.docker.compose.project="$1" --filter label=com.docker.compose.service=proxy; } # PROJECT
works() { docker top "$(container "$1")" | grep -q 'nginx: worker process'; } # PROJECT
# Writes the file that was printed where it has to be, and types each command that was printed.
as_told() {
  local file; file=$(sed -n 's/.*write this to \([^ ,]*\).*/\1/p' <<<"$output")
  [ -n "$file" ] || { echo "no file is named in: $output"; return 1; }
  sed -n '/^# What certctl needs nginx to see/,/^$/p' <<<"$output" >"$file"
  sed -n 's/^ *then: //p' <<<"$output" >"$T/typed"; [ -s "$T/typed" ] || { echo "no command in: $output"; return 1; }
  (cd / && bash -ex "$T/typed")
}
refuses() { # RULE WORDS
  ok "$1: 9" status_is 9
  ok "$1: it is told" output_has "$2"
}
serves() { # RULE
  ok "$1: 0" status_is 0
  ok "$1: the certificate is served" is_served shop.test
  ok "$1: with what is behind it" test "$(get https://shop.test/ https://shop.test/api/x)" = $'frontend / https\nbackend /api/x https'
}

echo "# a directory of sites"
project=$T/shop; mkdir "$project/conf.d"
stack ./conf.d:/etc/nginx/conf.d:ro "$project/docker-compose.yml"
run compose up -d; status_is 0 || fail "no stack"
wait_for 10 works shop || fail "nginx does not run: $(compose logs proxy)"
printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "proxy compose:shop/proxy { configuration $project/conf.d; }" "$site" >"$home/etc/certctl.conf"
n=$(requests) first=$(container shop)
try apply --agree-tos
refuses "nothing of certctl's is mounted" "no mount shows $home/lib/tls, $home/run/challenge"
ok "the program that made the container is the one to type" output_has "then: docker-compose --project-directory $project -p shop up -d proxy"
ok "the CA was not asked" none_since "$n"
ok "nothing was written" test -z "$(ls "$project/conf.d")"
ok "what is printed is done" as_told
ok "and Compose has made the container anew" test "$(container shop)" != "$first"
try apply --agree-tos
serves "and then"
old=$(served shop.test); try renew shop.test
ok "renewed" is_served shop.test
ok "by another certificate" test "$(served shop.test)" != "$old"
run compose up -d --force-recreate
ok "whatever Compose does later, it does with those mounts" wait_for 15 is_served shop.test
try apply
ok "and certctl finds the container again" output_has "Nothing to do"
run compose run -d --no-deps proxy
ok "a container that was run once is not meant" test "$(docker ps -q --filter label=com.docker.compose.oneoff=True | wc -l)" = 1
try renew shop.test
ok "the service is" is_served shop.test
run compose run --rm --no-deps --entrypoint 'nginx -t' proxy
ok "Compose's own run has the mounts, too" output_has "test is successful"
docker ps -q --filter label=com.docker.compose.oneoff=True | xargs docker rm -f >/dev/null
compose down >/dev/null

echo "# a single nginx.conf, in a project of other files, and no word of it in certctl.conf"
project=$T/two; mkdir -p "$project"; rm -r "$home"/{lib,run}
cat >"$project/nginx.conf" <<'CONF'
user www-data;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { }
http {
    access_log off;
    server { listen 80; server_name static.test; return 200 "mine\n"; }
}
CONF
stack ./nginx.conf:/etc/nginx/nginx.conf:ro "$project/prod.yml"
printf '%s\n' 'version: "3.8"' 'services:' '  proxy:' '    environment: {STAGE: prod}' >"$project/more.yml"
run bash -c "cd '$T' && docker-compose -f two/prod.yml -f two/more.yml up -d"; status_is 0 || fail "no stack"
wait_for 10 works two || fail "nginx does not run"
printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "$site" >"$home/etc/certctl.conf"
try apply --agree-tos
refuses "no directory for sites" "no mount shows"
ok "one is proposed in the project's" output_has "mkdir -p"
ok "Compose is told all its files" output_has "docker-compose --project-directory $project -p two -f $project/prod.yml -f $project/more.yml -f $project/compose.certctl.yaml up -d proxy"
ok "what is printed is done" as_told
wait_for 10 works two || fail "nginx does not run"
try apply --agree-tos
refuses "nginx.conf includes nothing" "add to http { }: include /etc/nginx/conf.d/*.conf;"
sed 's|access_log off;|& include /etc/nginx/conf.d/*.conf;|' "$project/nginx.conf" >"$T/new"; cat "$T/new" >"$project/nginx.conf"
try apply --agree-tos
serves "with that line"
ok "what was there is served as before" test "$(get http://static.test/)" = mine
ok "sites are where it was proposed" test -e "$project/certctl-sites/certctl-shop.test.conf"
summary
