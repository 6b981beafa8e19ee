#!/bin/bash
# Certificates put into users' own server blocks where nginx runs in a container and they are mounted from this host: issued, renewed, redirected,
# taken back byte for byte; by a directory and by a single file.
NEED='nginx docker dockerd curl openssl'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of the files sourced
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=containers.sh
. "${BASH_SOURCE%/*}/containers.sh"

shop
options=(--ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos)
site() { try certctl site "$@" --home "$home"; }
issue_in_place() { try certctl issue "$@" --in-place --home "$home" "${options[@]}"; }
edited() { grep -c '# certctl$' "$1"; } # FILE   how many lines certctl has marked there
settings

cat >"$conf/shop.conf" <<'CONF'
# The shop's own.
server {
    listen 80;
    listen [::]:80;
    server_name a.test;  # mine

    location = /x { return 200 "mine\n"; }
}
CONF
chown 33:33 "$conf/shop.conf"; chmod 640 "$conf/shop.conf"
mkdir "$T/first"; cp -a "$conf/shop.conf" "$T/first"
users() { photo "$conf/shop.conf"; }
before=$(users) inode=$(stat -c %i "$conf/shop.conf")
proxy_up || fail "the container does not run: $(docker logs proxy 2>&1)"

echo "# a directory that is mounted"
site edit a.test --dry-run
ok "the plan names the file of this host" output_has "to be changed: $conf/shop.conf"
ok "and changes nothing" same "$before" "$conf/shop.conf"
issue_in_place a.test
ok "issued, and put into the user's block: 0" status_is 0
ok "the stored certificate is served" is_served a.test
ok "over IPv6, too" is_served a.test '[::1]'
ok "by the user's block" test "$(get https://a.test/x)" = mine
ok "http goes on" test "$(get http://a.test/x)" = mine
ok "all other lines are the user's" diff <(grep -v '# certctl$' "$conf/shop.conf") "$T/first/shop.conf"
ok "the file is the same one, with its owner and mode" test "$(stat -c '%i %u:%g %a' "$conf/shop.conf")" = "$inode 33:33 640"
n=$(reloads) now=$(photo "$conf"); site edit a.test
ok "a second run has nothing to do" output_has "Nothing to do"
ok "changes no byte" same "$now" "$conf"
ok "and reloads nothing" test "$(reloads)" = "$n"
docker restart -t 5 proxy >/dev/null; wait_for 10 has_workers
ok "the container starts with it" is_served a.test
old=$(served a.test); try renew a.test
ok "renewed" is_served a.test
ok "by another certificate" test "$(served a.test)" != "$old"
ok "without an edit" same "$now" "$conf"
site edit a.test --redirect
ok "a redirect: 0" status_is 0
ok "http leads to https" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' http://a.test/x)" = '308 https://a.test/x'
try renew a.test
ok "renewed by the server of certctl's" is_served a.test
site undo a.test
ok "taken back: 0" status_is 0
ok "every byte is back" same "$before" "$conf/shop.conf"
ok "in the same file" test "$(stat -c %i "$conf/shop.conf")" = "$inode"
ok "nothing of certctl's is left beside it" test "$(find "$conf" -type f)" = "$conf/shop.conf"
ok "http goes on" test "$(get http://a.test/x)" = mine

echo "# what nginx refuses is put back"
echo 'server { listen 80; server_name other.test; include /etc/nginx/conf.d/key.inc; }' >"$conf/other.conf"
: >"$conf/key.inc"; docker exec proxy nginx -s reload; before=$(photo "$conf")
echo 'nonsense;' >"$conf/key.inc"; broken=$(photo "$conf")
issue_in_place other.test
ok "a configuration that is broken: 9" status_is 9
ok "with the file of this host" output_has "$conf/key.inc:1"
ok "nothing is changed" same "$broken" "$conf"
: >"$conf/key.inc"; issue_in_place other.test
ok "once that is mended it is served" is_served other.test
site undo other.test
ok "and taken back" same "$before" "$conf"
rm "$conf/other.conf" "$conf/key.inc"

echo "# two certificates, and one server that passes questions on for both"
cat >"$conf/pair.conf" <<'CONF'
server { listen 80; server_name b.test c.test; return 301 https://$host$request_uri; }
server { listen 80; server_name d.test; return 204; }
CONF
for name in b c; do printf 'server {\n    listen 443 ssl;\n    server_name %s.test;\n    ssl_certificate own.pem;\n    ssl_certificate_key own.key;\n    return 204;\n}\n' $name; done >>"$conf/pair.conf"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$conf/own.key" -out "$conf/own.pem" -subj /CN=own -days 2 2>/dev/null
sed -i 's#own\.#/etc/nginx/conf.d/own.#' "$conf/pair.conf"
docker exec proxy nginx -s reload; before=$(photo "$conf/pair.conf")
issue_in_place b.test; ok "the first" is_served b.test
issue_in_place c.test; ok "the second" is_served c.test
site undo b.test
ok "the first one is taken back: 0" status_is 0
ok "its block has the pair that it had" test "$(served b.test)" = "$(openssl x509 -noout -serial -in "$conf/own.pem")"
old=$(served c.test); try renew c.test
ok "the second is renewed and served" is_served c.test
ok "by another certificate" test "$(served c.test)" != "$old"
site undo c.test
ok "then the second: every byte is back" same "$before" "$conf/pair.conf"

echo "# a single file that is mounted"
gone proxy
cat >"$T/nginx.conf" <<'CONF'
user www-data;
pid /run/nginx.pid;
error_log /dev/stderr notice;
events { }
http {
    access_log off;
    include /etc/nginx/conf.d/*.conf;
    server {
        listen 80;
        server_name s.test;
        location = /x { return 200 "single\n"; }
    }
}
CONF
before=$(photo "$T/nginx.conf") inode=$(stat -c %i "$T/nginx.conf")
proxy_up -v "$T/nginx.conf:/etc/nginx/nginx.conf:ro"
issue_in_place s.test
ok "issued, and put into it: 0" status_is 0
ok "served: what was mounted is what was written" is_served s.test
ok "by the user's block" test "$(get https://s.test/x)" = single
ok "in the same file" test "$(stat -c %i "$T/nginx.conf") $(edited "$T/nginx.conf")" = "$inode $(docker exec proxy cat /etc/nginx/nginx.conf | grep -c '# certctl$')"
try renew s.test; ok "renewed" is_served s.test
site undo s.test
ok "every byte is back" same "$before" "$T/nginx.conf"
ok "and nginx reads that" test "$(docker exec proxy cat /etc/nginx/nginx.conf)" = "$(cat "$T/nginx.conf")"

echo "# a file of the image"
gone proxy; proxy_up; n=$(requests)
docker exec proxy sh -c 'echo "server { listen 80; server_name i.test; }" >/etc/nginx/image.conf'
echo 'include /etc/nginx/image.conf;' >"$conf/include.conf"; docker exec proxy nginx -s reload
issue_in_place i.test
ok "is left alone: 9" status_is 9
ok "since it would be lost" output_has "lost on recreate"
ok "and the CA is not asked" none_since "$n"
summary
