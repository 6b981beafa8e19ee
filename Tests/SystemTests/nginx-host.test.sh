#!/bin/bash
# Sites of certctl.conf served by this host's nginx: from nothing to https, renewed, changed, broken and put back.
NEED='nginx python3 curl openssl setpriv'
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
chmod 755 "$T"; mkdir "$T/conf.d" "$T/cache"; home=$T/home

cat >"$T/nginx.conf" <<CONF
user www-data; worker_processes 2; pid $T/nginx.pid; error_log $T/error.log notice;
events { worker_connections 128; }
http { access_log off; include $T/conf.d/*.conf; }
CONF
mount --bind "$T/nginx.conf" /etc/nginx/nginx.conf || fail "cannot bind nginx.conf"
on_exit umount /etc/nginx/nginx.conf
cat >"$T/app.py" <<'PY'
import http.server, sys
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = f"{sys.argv[2]} {self.path} {self.headers['X-Forwarded-Proto']}\n".encode()
        self.send_response(200); self.send_header("Content-Length", str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), App).serve_forever()
PY
spawn "$T/app.log" python3 "$T/app.py" 3000 frontend
spawn "$T/api.log" python3 "$T/app.py" 8080 backend
ca_start one "$pebble" 80
options=(--ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos)
mkdir -p "$home/etc"
settings() { printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "proxy host { configuration $T/conf.d; }" "$@" >"$home/etc/certctl.conf"; }
get() { in_ns curl -sS --max-time 10 --cacert "$ca/root-0.pem" --resolve "*:443:127.0.0.1" --resolve "*:80:127.0.0.1" "$@"; }
served() { in_ns timeout 5 openssl s_client -connect "${2:-127.0.0.1}:443" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -serial; }
stored() { openssl x509 -noout -serial -in "$home/lib/tls/live/$1/cert.pem"; }
refused() { ! get -o /dev/null "$1"; } # URL
reloads() { grep -c 'signal 1 (SIGHUP) received' "$T/error.log"; }

echo "# nginx does not run"
settings; before=$(requests)
try issue a.test www.a.test --to 127.0.0.1:3000
ok "an nginx that does not run: exit 9, before the CA is asked" status_is 9
ok "and why" output_has "does not run"
ok "and nothing was asked of the CA" none_since "$before"

echo "# a process of another user that calls itself nginx's master, so that root would run it"
install -m 755 "$BASH" "$T/nginx"; mkfifo "$T/never"
printf 'read -r < %s\n' "$T/never" >"$T/wait"; printf '#!/bin/sh\ntouch %s\n' "$T/owned" >"$T/theirs"; chmod 755 "$T/theirs"
spawn "$T/theirs.log" setpriv --reuid=65534 --regid=65534 --clear-groups \
  bash -c "exec -a 'nginx: master process nginx -c $T/theirs' '$T/nginx' '$T/wait'"; theirs=$pid
wait_for 5 grep -qs '^nginx: master process' "/proc/$theirs/cmdline" || fail "no process with that title: $(cat "$T/theirs.log")"
try issue a.test www.a.test --to 127.0.0.1:3000
ok "is not trusted: exit 9, and whose it is" explains 9 "no nginx of this host can be trusted" "program nginx, user 65534, group 65534" "start nginx as root"
ok "and root has run nothing of it" test ! -e "$T/owned"

spawn "$T/nginx.log" nginx -g 'daemon off;'
wait_for 5 test -s "$T/nginx.pid" || fail "nginx does not start"

echo "# terms that nobody has agreed to"
settings 'site a.test www.a.test { to 127.0.0.1:3000; }'
try certctl apply --home "$home"
ok "without an account and --agree-tos: 2" status_is 2
ok "and what to type" output_has "--agree-tos"
ok "and no file was written" [ -z "$(ls -A "$T/conf.d")" ]
ok "and nginx was not reloaded" test "$(reloads)" = 0
settings

echo "# the first site, from nothing"
try issue a.test www.a.test --to 127.0.0.1:3000
ok "issued and deployed" status_is 0
ok "https is served" test "$(get https://a.test/x?y=1)" = "frontend /x?y=1 https"
ok "with the certificate that is stored" test "$(served www.a.test)" = "$(stored a.test)"
ok "over IPv6 too" test "$(served a.test '[::1]')" = "$(stored a.test)"
ok "http leads there, path and query kept" test "$(get -o /dev/null -w '%{http_code} %{redirect_url}' 'http://a.test/x?y=1')" = "308 https://a.test/x?y=1"
ok "unknown names get no answer" refused http://unknown.test/
ok "the block is in certctl.conf" grep -q 'to 127.0.0.1:3000;' "$home/etc/certctl.conf"
try certctl deploy --home "$home"
ok "a second deployment has nothing to do" output_has "Nothing to deploy"
n=$(reloads); try certctl apply --home "$home"
ok "neither has apply" output_has "Nothing to do"
ok "and nginx was not reloaded" test "$(reloads)" = "$n"

try certctl site edit a.test --home "$home"
ok "a site that certctl writes itself is not edited in place: 3" status_is 3
ok "but changed in certctl.conf" output_has "$home/etc/certctl.conf has a site with that name"

echo "# more of it, by certctl.conf"
settings 'site a.test www.a.test { to 127.0.0.1:3000; location /api/ { to 127.0.0.1:8080; } }' 'site b.test { to 127.0.0.1:8080; }'
try certctl apply --dry-run --home "$home"
ok "the plan names what is to be issued" output_has "to be issued: b.test"
ok "and shows the lines" output_has "location /api/"
ok "and changes nothing" test ! -e "$T/conf.d/certctl-b.test.conf"
try certctl apply --agree-tos --home "$home"
ok "applied" status_is 0
ok "a path goes elsewhere" test "$(get https://a.test/api/z)" = "backend /api/z https"
ok "the second site is served" test "$(get https://b.test/)" = "backend / https"

echo "# what nginx does not mind"
cp "$home/etc/certctl.conf" "$T/now.conf"
sed -i "s|site b.test {|site b.test { auth_basic_user_file $T/users;|" "$home/etc/certctl.conf"
try certctl apply --dry-run --home "$home"
ok "a file of passwords that is not there is told of" output_has "there is no $T/users"
try certctl apply --check --home "$home"
ok "by a check, too" output_has "there is no $T/users"
install -m 600 /dev/null "$T/users"
try certctl apply --dry-run --home "$home"
ok "and one that the workers may not read" output_has "may not read $T/users"
chgrp www-data "$T/users"; chmod 640 "$T/users"
try certctl apply --dry-run --home "$home"
ok "nothing is told of one that they may" not output_has "auth_basic_user_file:"
cp "$T/now.conf" "$home/etc/certctl.conf"

echo "# a name that another server has"
try issue c.test; ok "c.test has a certificate" status_is 0
echo 'server { listen 80; server_name c.test; }' >"$T/conf.d/mine.conf"; in_ns nginx -s reload 2>/dev/null
cp "$home/etc/certctl.conf" "$T/now.conf"
try issue c.test --to 127.0.0.1:3000
ok "its site is refused: 3" status_is 3
ok "and is not left in certctl.conf" cmp "$T/now.conf" "$home/etc/certctl.conf"
rm "$T/conf.d/mine.conf"

echo "# renewal"
old=$(served a.test)
try certctl renew a.test --force --home "$home"
ok "renewed" status_is 0
ok "the new certificate is served" test "$(served a.test)" = "$(stored a.test)"
ok "and is another one" test "$(served a.test)" != "$old"

echo "# what fails is put back"
photo=$(photo "$T/conf.d")
cp "$home/etc/certctl.conf" "$T/good.conf"
settings 'site a.test www.a.test { to 127.0.0.1:3000; raw { proxy_cache nowhere; } }' 'site b.test { to 127.0.0.1:8080; }'
try certctl apply --home "$home"
ok "what nginx refuses: exit 9" status_is 9
ok "in nginx's own words" output_has 'zone "nowhere" is unknown'
ok "of a certificate that waits nothing is said" not output_has "certificate is saved"
ok "every file is as it was" same "$photo" "$T/conf.d"
ok "and https goes on" test "$(get https://a.test/)" = "frontend / https"
ok "no note is left" test ! -e "$home/lib/deploy/transaction"
settings 'site a.test www.a.test {' '    to 127.0.0.1:3000;' '    raw { nosuch on; }' '}' 'site b.test { to 127.0.0.1:8080; }'
line=$(grep -n nosuch "$home/etc/certctl.conf" | cut -d: -f1)
try certctl apply --home "$home"
ok "what nginx refuses of raw is told by its line in certctl.conf" \
  output_has "unknown directive \"nosuch\" in raw { } of the site a.test, $home/etc/certctl.conf:$line: nosuch on;"
echo 'server { listen 8443; broken; }' >"$T/conf.d/user.conf"
cp "$T/good.conf" "$home/etc/certctl.conf"
old=$(served b.test); try certctl renew b.test --force --home "$home"
ok "a configuration that is broken already: exit 9" status_is 9
ok "is told as such" output_has "did before certctl changed anything"
ok "and the old certificate is served on" test "$(served b.test)" = "$old"
rm "$T/conf.d/user.conf"
try certctl deploy --home "$home"
ok "once that is mended the certificate comes into use" test "$(served b.test)" = "$(stored b.test)"

echo "# a person's changes"
sed -i 's/client_max_body_size.*/client_max_body_size 77m;/' "$T/conf.d/certctl-a.test.conf"
sum=$(sha256sum "$T/conf.d/certctl-a.test.conf")
settings 'site a.test www.a.test { to 127.0.0.1:8080; }' 'site b.test { to 127.0.0.1:8080; }'
try certctl apply --home "$home"
ok "a changed file is told of, since what was asked for is not so: 9" status_is 9
ok "with what to type" output_has "mv $T/conf.d/certctl-a.test.conf.new $T/conf.d/certctl-a.test.conf"
ok "and left alone" test "$(sha256sum "$T/conf.d/certctl-a.test.conf")" = "$sum"
ok "what would stand there is beside it" grep -q 8080 "$T/conf.d/certctl-a.test.conf.new"
try certctl renew a.test --force --home "$home"
ok "it is renewed all the same" test "$(served a.test)" = "$(stored a.test)"

mv "$T/conf.d/certctl-a.test.conf.new" "$T/conf.d/certctl-a.test.conf"
try certctl apply --home "$home"
ok "moved over the old one it is certctl's again" status_is 0

echo "# taken out"
try certctl site remove b.test --home "$home"
ok "its certificate stays, and what forgets it is told" grep -qF "certctl delete --home $home b.test (its certificate is renewed until then)" <(echo "$output")
try certctl apply --home "$home"
ok "a site that is gone from certctl.conf is gone" test ! -e "$T/conf.d/certctl-b.test.conf"

try certctl list --home "$home"; ok "and is listed" output_has "b.test"

echo "# a name longer than nginx has room for by itself"
long=$(printf 'a%.0s' {1..50}).test
settings 'site a.test www.a.test { to 127.0.0.1:8080; }' "site $long { to 127.0.0.1:8080; }"
try certctl apply --agree-tos --home "$home"
ok "is issued for and deployed" status_is 0
ok "with room for it" grep -q 'server_names_hash_bucket_size 128;' "$T/conf.d/certctl-00-http.conf"
ok "and served" test "$(served "$long")" = "$(stored "$long")"
try certctl renew "$long" --force --home "$home"
ok "a renewal keeps the room" grep -q 'server_names_hash_bucket_size 128;' "$T/conf.d/certctl-00-http.conf"
ok "and is served" test "$(served "$long")" = "$(stored "$long")"
echo 'server_names_hash_bucket_size 256;' >"$T/conf.d/user.conf"
try certctl renew "$long" --force --home "$home"
ok "room that a person gives later takes the place of certctl's" status_is 0
ok "which is taken out" not grep -q server_names_hash_bucket_size "$T/conf.d/certctl-00-http.conf"
ok "and all is served" test "$(served "$long")" = "$(stored "$long")"
rm "$T/conf.d/user.conf"
try certctl apply --home "$home"
ok "and comes back where the person's goes" grep -q 'server_names_hash_bucket_size 128;' "$T/conf.d/certctl-00-http.conf"
echo "# killed in the middle of a change that nginx would not start with, and nginx dies with it"
note=$home/lib/deploy/transaction file=$T/conf.d/certctl-a.test.conf
settings 'site a.test www.a.test { to 127.0.0.1:3000; }'; run certctl apply --home "$home"
ok "before it all is well" status_is 0
cp "$file" "$T/good"
half() { [ -e "$note" ] && grep -q 'nonsense on;' "$file"; }
# It is as long so as nginx tests it.
for ((i = 0; i < 10; i++)); do
  settings 'site a.test www.a.test { to 127.0.0.1:3000; raw { nonsense on; } }'
  spawn "$T/apply.log" "$program" apply --home "$home"; apply=$pid
  while kill -0 $apply 2>/dev/null && ! half; do :; done
  kill -KILL $apply 2>/dev/null; half && break
  settings 'site a.test www.a.test { to 127.0.0.1:3000; }'; run certctl apply --home "$home"
done
ok "the file is half way, and what stood there is kept" half
master=$(cat "$T/nginx.pid"); mapfile -t workers < <(pgrep -P "$master")
kill -KILL "$master" "${workers[@]}"
ok "nginx cannot start" not nginx -t
settings 'site a.test www.a.test { to 127.0.0.1:3000; }'
try certctl deploy --pending --home "$home"
ok "the timer says that it does not run: 9" explains 9 "" "" "start nginx"
ok "and has put back what stood there" cmp "$file" "$T/good"
ok "and forgets it" test ! -e "$note"
rm -f "$T/nginx.pid"; spawn "$T/nginx.log" nginx -g 'daemon off;'
ok "nginx starts" wait_for 5 test -s "$T/nginx.pid"
ok "and serves" test "$(get https://a.test/)" = "frontend / https"
try certctl deploy --pending --home "$home"
ok "and nothing is left to be done" status_is 0

try certctl delete a.test --home "$home"
ok "the certificate of a site is not deleted, and what to type is told" explains 3 "a.test was not deleted" \
  "certctl-a.test.conf" "certctl site remove a.test, then certctl apply, then run the same command again"
summary
