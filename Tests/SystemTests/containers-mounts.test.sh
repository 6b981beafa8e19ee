#!/bin/bash
# The ways in which people mount nginx's configuration into its container: each works, or certctl says what to change, and that works as it is
# printed. Where a mount is missing or shows an old state a certificate is kept, and nothing is changed.
NEED='nginx docker dockerd python3 curl openssl'
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

shop
refuses() { # RULE WORDS   the last try ended with 9 and these words
  ok "$1: 9" status_is 9
  ok "$1: it is told" output_has "$2"
}
# What Compose adds to a service by an override file, as options of `docker run`.
volumes() { # FILE
  python3 - "$1" <<'PY'
import json, sys
lines = [line.strip() for line in open(sys.argv[1])]
fields = [line.removeprefix("- ").split(": ", 1) for line in lines if ": " in line]
sources = [json.loads(value) for name, value in fields if name == "source"]
targets = [json.loads(value) for name, value in fields if name == "target"]
for source, target in zip(sources, targets, strict=True):
    print(f"-v\n{source}:{target}:ro")
PY
}
# Writes the file that certctl has printed, and makes the container anew with it.
as_printed() { # [OPTION of docker run…]
  local file options
  file=$(sed -n "s/.*write this to \([^ ,]*\).*/\1/p" <<<"$output")
  sed -n '/^# What certctl needs nginx to see/,/^$/p' <<<"$output" >"$file" || return
  mapfile -t options < <(volumes "$file")
  ((${#options[@]})) || { echo "no volumes in:"; cat "$file"; return 1; }
  gone proxy; proxy_with "$@" "${options[@]}"
}
proxy_with() { start_container proxy "$@" && wait_for 10 has_workers; }

echo "# a directory of sites, and nothing of certctl's"
settings 'site a.test { to app:3000; }'
proxy_with -v "$conf:/etc/nginx/conf.d:ro"
requests=$(requests)
try apply --agree-tos
refuses "no mounts of certctl's" "does not see what it has to"
ok "both are named" output_has "$home/lib/tls, $home/run/challenge"
ok "and the command to type" output_has "docker compose --project-directory $T/shop -p shop"
ok "the CA was not asked" none_since "$requests"
ok "nothing was written" test -z "$(ls "$conf")"
ok "what is printed is done" as_printed -v "$conf:/etc/nginx/conf.d:ro"
try apply --agree-tos
ok "and then it works" status_is 0
ok "and is served" is_served a.test

echo "# a single nginx.conf"
gone proxy; rm -r "$conf"; mkdir "$conf"
cat >"$T/nginx.conf" <<'CONF'
user www-data;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { }
http {
    access_log off;
    server { listen 80; server_name static.test; return 200 "mine\n"; }
}
CONF
printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "site a.test { to app:3000; }" >"$home/etc/certctl.conf"
single=(-v "$T/nginx.conf:/etc/nginx/nginx.conf:ro" -v "$home/lib/tls:$home/lib/tls:ro" -v "$home/run/challenge:$home/run/challenge:ro")
proxy_with "${single[@]}"; certctl renew a.test --force --no-deploy --home "$home" >/dev/null 2>&1; photo=$(photo "$conf" "$home/lib/tls/nginx")
try apply
refuses "no directory for sites" "no mount shows /etc/nginx/conf.d"
ok "one is proposed" output_has "mkdir -p $T/shop/certctl-sites"
ok "and what is there is not asked for" not output_has "source: \"$home/lib/tls\""
settings 'site a.test { to app:3000; }'
try apply
refuses "a directory that is not mounted" "no mount shows /etc/nginx/conf.d"
ok "what is printed is done" as_printed "${single[@]}"
try apply
refuses "a directory that is not included" "no include in http { } of its configuration names them"
ok "with the line to add" output_has "add to http { }: include /etc/nginx/conf.d/*.conf;"
ok "nothing was changed" same "$photo" "$conf" "$home/lib/tls/nginx"
sed -i 's|access_log off;|& include /etc/nginx/conf.d/*.conf;|' "$T/nginx.conf" # sed makes another file
try apply
refuses "nginx.conf was replaced, which the container does not see" "sees an old state of $T/nginx.conf"
ok "with the command that helps" output_has "docker restart proxy, then run: certctl apply"
ok "and the line that is there is not asked for" not output_has "add to http"
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers
try apply
ok "as soon as it does, it works" status_is 0
ok "and is served" is_served a.test
ok "what was there is served as before" test "$(get http://static.test/)" = mine

echo "# S13: made anew with fewer mounts"
renew_only() { certctl renew a.test --force --no-deploy --home "$home" >/dev/null 2>&1 || fail "no new certificate"; old=$(served a.test); photo=$(photo "$conf" "$home/lib/tls/nginx"); }
unchanged() { same "$photo" "$conf" "$home/lib/tls/nginx"; }
converges() { # RULE
  try deploy
  ok "$1: once that is mended all is well" status_is 0
  ok "$1: the new certificate is served" is_served a.test
}
gone proxy; proxy_up; renew_only
gone proxy; start_container proxy "${mounts[@]:0:2}" "${mounts[@]:4}"
restarts() { [ "$(docker inspect -f '{{.RestartCount}}' proxy)" -ge 3 ]; }; wait_for 20 restarts
try deploy
refuses "without tls" "no mount shows $home/lib/tls "
ok "without tls: nothing was changed" unchanged
ok "without tls: what is printed makes it start" as_printed "${mounts[@]:0:2}" "${mounts[@]:4}"
converges "without tls"
renew_only; gone proxy; proxy_with "${mounts[@]:0:4}"
try deploy
refuses "without challenge" "no mount shows $home/run/challenge"
ok "without challenge: the old one is served" test "$(served a.test)" = "$old"
ok "without challenge: nothing was changed" unchanged
gone proxy; proxy_up; converges "without challenge"

echo "# mounts that show an old state"
renew_only; mv "$conf" "$T/old.d"; cp -a "$T/old.d" "$conf"
try deploy
refuses "a directory that was replaced" "sees an old state of $conf"
ok "a directory that was replaced: the old one is served" test "$(served a.test)" = "$old"
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers; converges "a directory that was replaced"
renew_only; mkdir "$T/disk"; mv "$home/lib/tls" "$T/disk/tls"; ln -s "$T/disk/tls" "$home/lib/tls"
try deploy
ok "tls moved away behind a link: an error" test "$status" = 8 -o "$status" = 9
ok "tls moved away behind a link: the old one is served" test "$(served a.test)" = "$old"
rm "$home/lib/tls"; mv "$T/disk/tls" "$home/lib/tls"; converges "tls moved away behind a link"
gone proxy; mv "$conf" "$T/real.d"; ln -s real.d "$conf"
proxy_up; renew_only; converges "sites in a directory that is a link"
mkdir "$T/other.d"; cp -a "$T/real.d/." "$T/other.d/"; ln -sfn other.d "$conf"; renew_only
try deploy
ok "a link that leads elsewhere since: 9" status_is 9
ok "a link that leads elsewhere since: the old one is served" test "$(served a.test)" = "$old"
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers; converges "a link that leads elsewhere since"

echo "# nothing leads to it"
renew_only; gone proxy
docker run -d --name proxy --network none "${labels[@]}" "${mounts[@]}" nginx:test >/dev/null; wait_for 10 has_workers
try deploy
refuses "no network" "nothing on this host leads to"
gone proxy; docker run -d --name proxy --network shop "${labels[@]}" "${mounts[@]}" nginx:test >/dev/null; wait_for 10 has_workers
try deploy
ok "nothing published: the container's own address is asked" status_is 0
summary
