#!/bin/bash
# Certificates put into users' own server blocks of this host's nginx: issued, renewed, redirected, taken back.
NEED='nginx python3 curl openssl'
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
chmod 755 "$T"; home=$T/home
# All of /etc/nginx is the test's own: as Debian has it, with links in sites-enabled, beside conf.d as nginx's own packages have it.
mkdir -p "$T/etc/conf.d" "$T/etc/sites-available" "$T/etc/sites-enabled" "$T/www"
mount --bind "$T/etc" /etc/nginx || fail "cannot bind /etc/nginx"
on_exit umount /etc/nginx
cat >/etc/nginx/nginx.conf <<CONF
user www-data;
worker_processes 2;
pid $T/nginx.pid;
error_log $T/error.log notice;
events { worker_connections 128; }
http {
	access_log off;
	include /etc/nginx/conf.d/*.conf;
	include /etc/nginx/sites-enabled/*;
}
CONF
echo home >"$T/www/index.html"; chmod -R a+rX "$T/www"
cat >/etc/nginx/sites-available/a <<CONF
# My site.
server {
	listen 80;
	listen [::]:80;
	server_name a.test www.a.test;	# both
	root $T/www;

	location = /x { return 200 "x of a\n"; }
}
CONF
ln -s ../sites-available/a /etc/nginx/sites-enabled/a
printf 'server {\r\n    listen 80 default_server;\r\n    server_name _;\r\n    return 404;\r\n}\r\n' >/etc/nginx/sites-available/default
ln -s /etc/nginx/sites-available/default /etc/nginx/sites-enabled/default
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/old.key" -out "$T/old.pem" -subj /CN=old -days 5 2>/dev/null || fail "no old certificate"
cat >/etc/nginx/conf.d/default.conf <<CONF
server {
    listen       80;
    server_name  b.test;
    return 301 https://\$host\$request_uri;
}

server {
    listen       443 ssl;
    server_name  b.test;
    ssl_certificate     $T/old.pem;
    ssl_certificate_key $T/old.key;

    location / {
        return 200 "b\n";
    }
}
CONF
chown 33:33 /etc/nginx/sites-available/a; chmod 640 /etc/nginx/sites-available/a

spawn "$T/nginx.log" nginx -g 'daemon off;'
wait_for 5 test -s "$T/nginx.pid" || fail "nginx does not start"
ca_start one "$pebble" 80
options=(--ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos)
mkdir -p "$home/etc"
settings() { printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "$@" >"$home/etc/certctl.conf"; }
settings 'proxy host { configuration /etc/nginx/conf.d; }'
get() { in_ns curl -sS --max-time 10 --cacert "$ca/root-0.pem" --resolve "*:443:127.0.0.1" --resolve "*:80:127.0.0.1" "$@"; }
served() { in_ns timeout 5 openssl s_client -connect "${2:-127.0.0.1}:443" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
stored() { openssl x509 -noout -serial -in "$home/lib/tls/live/$1/cert.pem"; }
reloads() { grep -c 'signal 1 (SIGHUP) received' "$T/error.log"; }
site() { try certctl site "$@" --home "$home"; }
inode() { stat -Lc '%i %u:%g %a' "/etc/nginx/$1"; }
users() { photo /etc/nginx/nginx.conf /etc/nginx/sites-available /etc/nginx/sites-enabled /etc/nginx/conf.d/default.conf; }
before=$(users); cp -a /etc/nginx "$T/first"
a_inode=$(inode sites-available/a)

echo "# a plan changes nothing"
site edit a.test www.a.test --dry-run
ok "the plan is shown" status_is 0
ok "by the file that the link leads to" output_has "to be changed: /etc/nginx/sites-available/a"
ok "with the lines" output_has "listen 443 ssl; # certctl"
ok "and nothing is changed" same "$before" /etc/nginx/nginx.conf /etc/nginx/sites-available /etc/nginx/sites-enabled /etc/nginx/conf.d/default.conf
ok "nor anything added" test ! -e /etc/nginx/conf.d/certctl
site edit a.test
ok "without a certificate there is nothing to put there" status_is 3
n=$(requests); try issue c.test --in-place
ok "a name that no block has: exit 3" status_is 3
ok "and why" output_has "no server block has the name c.test"
ok "before the CA is asked" none_since "$n"

echo "# an http-only block"
try issue a.test www.a.test --in-place
ok "issued and put there" status_is 0
ok "https is served from the user's block" test "$(get https://a.test/x)" = "x of a"
ok "with the certificate that is stored" test "$(served www.a.test)" = "$(stored a.test)"
ok "over IPv6 too" test "$(served a.test '[::1]')" = "$(stored a.test)"
ok "http is served as before" test "$(get http://a.test/x)" = "x of a"
ok "the file is the same one, its owner and mode too" test "$(inode sites-available/a)" = "$a_inode"
ok "the link is still one" test -L /etc/nginx/sites-enabled/a
ok "lines without certctl's are the user's" diff <(grep -v '# certctl$' /etc/nginx/sites-available/a) "$T/first/sites-available/a"
ok "no server of certctl's was put before the user's" test ! -e /etc/nginx/conf.d/certctl-01-default.conf
now=$(photo /etc/nginx); r=$(reloads)
site edit a.test
ok "a second run has nothing to do" output_has "Nothing to do"
ok "changes no byte" same "$now" /etc/nginx
ok "and reloads nothing" test "$(reloads)" = "$r"

echo "# renewal"
old=$(served a.test)
try certctl renew a.test --force --home "$home"
ok "renewed by way of nginx" status_is 0
ok "the new certificate is served" test "$(served a.test)" = "$(stored a.test)"
ok "and is another one" test "$(served a.test)" != "$old"
ok "without any edit" same "$now" /etc/nginx
settings "certificate a.test www.a.test { }"
old=$(served a.test)
try certctl renew a.test --force --home "$home"
ok "a certificate block without a proxy: renewed" status_is 0
ok "nginx is found and reloaded" test "$(served a.test)" = "$(stored a.test)"
ok "with another certificate" test "$(served a.test)" != "$old"
settings 'proxy host { configuration /etc/nginx/conf.d; }'

echo "# a block with a certificate, and one that only redirects"
try issue b.test --in-place
ok "issued and put there" status_is 0
ok "it is served" test "$(served b.test)" = "$(stored b.test)"
ok "the redirect still is one" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' http://b.test/q)" = "301 https://b.test/q"
ok "the old pair is not named any more" not grep -q old.pem /etc/nginx/conf.d/default.conf

echo "# delete"
try certctl delete b.test --home "$home"
ok "delete refuses while nginx names the files" status_is 3
ok "and says where" output_has "/etc/nginx/conf.d/default.conf:"
ok "and how it gets out of there" output_has "certctl site undo b.test, then run the same command again"

echo "# redirect"
site edit a.test --redirect
ok "done" status_is 0
ok "http leads to https" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' 'http://a.test/x?y=1')" = "308 https://a.test/x?y=1"
ok "https goes on" test "$(get https://www.a.test/x)" = "x of a"
ok "the plain server is certctl's" grep -q 'certctl:managed' /etc/nginx/conf.d/certctl-_http-a.test.conf
now=$(photo /etc/nginx)
site edit a.test --redirect
ok "a second run changes no byte" same "$now" /etc/nginx
try certctl renew a.test --force --home "$home"
ok "renewed: the challenge is answered by certctl's server" test "$(served a.test)" = "$(stored a.test)"
try certctl apply --home "$home"
ok "apply leaves all of it alone" same "$now" /etc/nginx

echo "# what cannot be parsed"
printf 'server {\n    listen 80;\n    server_name "c.test;\n}\n' >/etc/nginx/conf.d/broken.conf
now=$(photo /etc/nginx "$home/lib/deploy/edits"); n=$(requests)
try issue c.test --in-place
ok "exit 3" status_is 3
ok "with file, line and column" output_has "/etc/nginx/conf.d/broken.conf:3:17"
ok "nothing is changed" same "$now" /etc/nginx "$home/lib/deploy/edits"
ok "and the CA is not asked" none_since "$n"
rm /etc/nginx/conf.d/broken.conf

echo "# a user's edit in between"
sed -i 's/# My site\./# My site, changed./' /etc/nginx/sites-available/a
site undo a.test --dry-run
ok "the way back is shown" output_has "to go: /etc/nginx/conf.d/certctl-_http-a.test.conf"
site undo a.test
ok "taken back" status_is 0
ok "the user's change stays, all else is as it was" diff <(sed 's/My site\./My site, changed./' "$T/first/sites-available/a") /etc/nginx/sites-available/a
ok "http is served as before" test "$(get http://a.test/x)" = "x of a"
ok "the server of certctl's is gone" test ! -e /etc/nginx/conf.d/certctl-_http-a.test.conf
ok "b goes on" test "$(served b.test)" = "$(stored b.test)"
ok "what b needs is there" test -e /etc/nginx/conf.d/certctl/challenge.inc
sed -i 's/# My site, changed\./# My site./' /etc/nginx/sites-available/a
cp /etc/nginx/conf.d/default.conf "$T/edited"
sed -i '/b.test.conf/d' /etc/nginx/conf.d/default.conf
sed -i "s|server_name  b.test;|&\n    ssl_certificate $T/old.pem; ssl_certificate_key $T/old.key;|" /etc/nginx/conf.d/default.conf
site undo b.test
ok "an edited place that is another's now: exit 9" status_is 9
ok "the file and the line are told" output_has "/etc/nginx/conf.d/default.conf:"
cp "$T/edited" /etc/nginx/conf.d/default.conf
site undo b.test
ok "once it is as it was it is taken back" status_is 0
ok "every byte is back" same "$before" /etc/nginx/nginx.conf /etc/nginx/sites-available /etc/nginx/sites-enabled /etc/nginx/conf.d/default.conf
ok "no file of certctl's is left" test -z "$(find /etc/nginx -name '*certctl*' -type f -o -name '*.inc')"
ok "and no record" test -z "$(ls "$home/lib/deploy/edits")"
site undo b.test
ok "there is nothing more to take back: exit 3" status_is 3
try certctl delete b.test --home "$home"
ok "and the certificate can be deleted" status_is 0
summary
