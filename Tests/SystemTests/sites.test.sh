#!/bin/bash
# The files that certctl writes for sites, in a real nginx: it takes them, and serves every kind of site as it should be served.
# PROBE=path gives the program that writes them; `swift build` makes it. NGINX_BIN=path gives another nginx than the machine's.
nginx=${NGINX_BIN:-nginx}
NEED="$nginx python3 openssl"
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
probe=${PROBE:-${BASH_SOURCE%/*}/../../.build/debug/site-probe}
[ -x "$probe" ] || fail "$probe is missing: swift build --build-tests"

names='app.test www.app.test absent.test socket.test portainer.test registry.test static.test group.test old.test raw.test'
mkdir "$T"/{conf.d,backends,pairs,cache,logs}; chown www-data "$T/cache"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 9 -subj /CN=sites -keyout "$T/backends/key.pem" -out "$T/backends/cert.pem" \
  -addext "subjectAltName=IP:127.0.0.1$(printf ',DNS:%s' $names)" 2>/dev/null || fail "no certificate"
for name in $names 127.0.0.1; do
  printf '%s\n' "ssl_certificate $T/backends/cert.pem;" "ssl_certificate_key $T/backends/key.pem;" >"$T/pairs/$name.conf"
done
printf 'pusher:%s\n' "$(openssl passwd -apr1 secret)" >"$T/registry.htpasswd"; chmod 644 "$T/registry.htpasswd"
cat >"$T/nginx.conf" <<CONF
user www-data; worker_processes 2; pid $T/nginx.pid; error_log $T/logs/error.log notice;
events { worker_connections 256; }
http { access_log off; include $T/conf.d/*.conf; }
CONF
cat >"$T/certctl.conf" <<CONF
proxy host { configuration $T/conf.d; }
site app.test www.app.test {
    to frontend:3000;
    location /api/ { to backend1:3001 backend2:3002; }
    location "/odd {};\\"\$host/" { to 127.0.0.1:3002; }
    cache;
    gzip;
}
site absent.test { to absent:3000; }
site socket.test { kind websocket; to socket:9001; }
site portainer.test { kind portainer; to https://portainer:9443; }
site registry.test { kind registry; to 127.0.0.1:5000; auth_basic_user_file $T/registry.htpasswd; }
site static.test { kind static; to [::1]:8081; cache; gzip; hsts 1y includeSubDomains; }
site group.test { to 127.0.0.1:3001 127.0.0.1:3002 127.0.0.1:3999; }
site old.test { kind redirect; to app.test; }
site raw.test {
    to frontend:3000;
    raw {
        client_max_body_size 1k;
        proxy_set_header X-Mine "a; b";
        proxy_set_header X-Real-IP none;
        add_header X-Raw yes always;
        ssl_session_timeout 2h;
    }
}
CONF
now=1800000000
render() { # KEY=VALUE…
  run "$probe" "$T/certctl.conf" "$T/conf.d" "$now" "pairs=$T/pairs" "socket=$T/backends/http01.sock" "cache=$T/cache/certctl" resolver=127.0.0.1 \
    ipv6=on "$@" < <("$nginx" -V 2>&1)
}
# `run` has no standard input of its own.
run() { output=$("$@" 2>&1); status=$?; }
reload() { # and waits until none of the old workers is left
  local old; old=$(pgrep -P "$(cat "$T/nginx.pid")" | tr '\n' ' ')
  in_ns "$nginx" -c "$T/nginx.conf" -e "$T/logs/error.log" -s reload
  # shellcheck disable=SC2086
  wait_for 10 not ps -p "$(echo $old | tr ' ' ,)"
}

echo "# what nginx makes of the files"
render
ok "the files are written" status_is 0
version=$("$nginx" -v 2>&1); version=${version##*/}
by_chance() { [[ $output == *"note: app.test: before nginx 1.27.3 requests for /api/ are divided by chance"* ]]; }
if [ "$(printf '%s\n' 1.27.3 "$version" | sort -V | head -n 1)" = 1.27.3 ]; then
  ok "this nginx ($version) can look the names of a group up again" not by_chance
else
  ok "what this nginx ($version) cannot do is told" by_chance
fi
tested() { run in_ns "$nginx" -t -c "$T/nginx.conf" -e "$T/logs/error.log"; status_is 0 && ! grep -E 'warn|emerg' <<<"$output"; }
ok "nginx takes them, and warns of nothing" tested
render
ok "the second time there is nothing to do" output_has "nothing to do"

spawn "$T/logs/backends" python3 "${BASH_SOURCE%/*}/site-backends.py" "$T/backends"
wait_for 10 test -e "$T/backends/ready" || fail "no backends: $(cat "$T/logs/backends")"
spawn "$T/logs/nginx" "$nginx" -c "$T/nginx.conf" -e "$T/logs/error.log" -g 'daemon off;'
get() { # URL [OPTION…]   through nginx, whatever the name
  run in_ns curl -sk -m 20 --connect-to "::127.0.0.1:" "${@:2}" "$1"
}
wait_for 10 in_ns curl -sk -o /dev/null --connect-to ::127.0.0.1: https://app.test/ || fail "no nginx: $(cat "$T/logs/nginx" "$T/logs/error.log")"
said() { # URL EXPRESSION [OPTION…]   in Python, of the answer r, whose headers are h
  get "$1" "${@:3}"
  python3 -c 'import json, sys; r = json.loads(sys.argv[1]); h = dict(r["headers"]); names = [n for n, _ in r["headers"]]; assert '"$2"', r' "$output"
}
code() { get "$1" -o /dev/null -w '%{http_code}' "${@:3}"; [ "$output" = "$2" ] || { echo "it is $output"; return 1; }; }
header() { # URL NAME VALUE [OPTION…]   exactly once
  get "$1" -o /dev/null -D - "${@:4}"
  local found; found=$(tr -d '\r' <<<"$output" | grep -i "^$2: ")
  [ "${found,,}" = "${2,,}: ${3,,}" ] || { echo "not once '$2: $3' in:"; echo "$output"; return 1; }
}
no_header() { get "$1" -o /dev/null -D - "${@:3}"; ! grep -i "^$2:" <<<"$output"; }

echo "# names that no site has"
closed() { get "$@"; status_is 52; }
ok "an unknown host is not answered on http" closed http://unknown.test/
refused() { get https://unknown.test/ -v; status_is 35 && output_has unrecognized; }
ok "an unknown name gets no handshake, and sees no certificate" refused
ok "but the CA gets its answer before there is a site" eval 'get http://unknown.test/.well-known/acme-challenge/tok && output_has "answer to tok for unknown.test"'

echo "# http"
ok "the CA gets its answer for a site" eval 'get http://registry.test/.well-known/acme-challenge/t-1 && output_has "answer to t-1 for registry.test"'
location() { get "$1" -o /dev/null -w '%{http_code} %{redirect_url}'; [ "$output" = "$2" ] || { echo "$output"; return 1; }; }
ok "all else goes to https, with path and query" location 'http://www.app.test/a/b%20c?d=%26&e' '308 https://www.app.test/a/b%20c?d=%26&e'
ok "and is told nothing of transport security" no_header http://app.test/ strict-transport-security
ok "a redirect goes where it should, with path and query" location 'https://old.test/x?y=z' '308 https://app.test/x?y=z'

echo "# an app"
ok "gets path and query as they are" said 'https://app.test/a%20b//c?d=e' 'r["path"] == "/a%20b//c?d=e" and r["port"] == 3000'
ok "and learns who asked, and how" said https://app.test/ '(h["host"], h["x-forwarded-host"], h["x-forwarded-proto"], h["x-forwarded-port"]) == ("app.test", "app.test", "https", "443") and h["x-real-ip"] == h["x-forwarded-for"] == "127.0.0.1"'
ok "a port that the client named stays" said https://app.test:443/ 'h["host"] == "app.test:8443"' -H 'Host: app.test:8443'
ok "what a client says of a proxy does not come through" said https://app.test/ '"proxy" not in h' -H 'Proxy: evil'
ok "no request pretends to be an upgrade" said https://app.test/ '"upgrade" not in h and h.get("connection") != "upgrade"'
ok "nor does one to HTTP/2 in clear text come through" said https://app.test/ '"upgrade" not in h' --http1.1 -H 'Upgrade: h2c' -H 'Connection: Upgrade'
ok "HTTP/2 is spoken" eval 'get https://app.test/ -o /dev/null -w "%{http_version}"; [ "$output" = 2 ]'
ok "also over IPv6" eval 'run in_ns curl -skg -m 20 -o /dev/null -w "%{http_code}" --resolve "app.test:443:[::1]" https://app.test/; [ "$output" = 200 ]'
divided() { local i ports; for i in {1..40}; do get "https://app.test/api/x"; ports+=$(grep -oE '"port": [0-9]+' <<<"$output"); done; [[ $ports == *3001* && $ports == *3002* && $ports != *3000* ]]; }
ok "a location has servers of its own, and both are asked" divided
ok "a path cannot end its directive" said 'https://app.test/odd%20%7B%7D;%22$host/x' 'r["port"] == 3002'
head -c 11000000 /dev/zero >"$T/large"
ok "11 MB are too much for an app" code https://app.test/ 413 --data-binary "@$T/large"
ok "transport security begins small, and is told once" header https://app.test/ Strict-Transport-Security max-age=300
ok "nginx does not tell its version" header https://app.test/ Server nginx

echo "# an app that is not there"
ok "is missed by those who ask for it" code https://absent.test/ 502
ok "who are told of transport security all the same" header https://absent.test/ Strict-Transport-Security max-age=300
ok "and by no others" code https://app.test/ 200
grouped() { local i; for i in {1..12}; do code https://group.test/ 200 || return 1; done; }
ok "in a group another one answers" grouped

echo "# WebSocket"
cat >"$T/ws.py" <<'PYTHON'
import socket, ssl, sys
context = ssl._create_unverified_context()
with context.wrap_socket(socket.create_connection(("127.0.0.1", 443), 10), server_hostname=sys.argv[1]) as s:
    s.sendall(f"GET /ws HTTP/1.1\r\nHost: {sys.argv[1]}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
              "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += s.recv(1)
    assert head.startswith(b"HTTP/1.1 101 ") and b"s3pPLMBiTxaQ9kYGzzhZRbK+xOo=" in head, head
    for text in b"ping", b"pong":
        s.sendall(text)
        got = b""
        while len(got) < 4:
            got += s.recv(4)
        assert got == text, got
PYTHON
for name in socket.test portainer.test app.test; do
  ok "$name: both sides talk" in_ns python3 "$T/ws.py" $name
done

echo "# Portainer"
ok "is asked over TLS, and takes what is long" said https://portainer.test/ 'r["port"] == 9443 and r["body"] == 11000000' --data-binary "@$T/large"

echo "# a registry"
head -c 3000000 /dev/zero >"$T/layer"
ok "asks for a password" code https://registry.test/v2/ 401
ok "and says what it is, once" header https://registry.test/v2/ Docker-Distribution-Api-Version registry/2.0
ok "also where the registry itself says so" header https://registry.test/v2/ Docker-Distribution-Api-Version registry/2.0 -u pusher:secret
ok "with transport security, once" header https://registry.test/v2/ Strict-Transport-Security max-age=300 -u pusher:secret
ok "a layer of 3 MB arrives" said https://registry.test/v2/a/blobs 'r["method"] == "PUT" and r["body"] == 3000000' -u pusher:secret -T "$T/layer"
ok "one of unknown length arrives in chunks" said https://registry.test/v2/a/blobs/uploads/ 'r["method"] == "POST" and r["body"] == 3000000 and r["chunked"]' \
  -u pusher:secret --http1.1 -X POST -H 'Transfer-Encoding: chunked' -H 'Expect:' --data-binary "@$T/layer"
ok "and what follows is on https" header https://registry.test/v2/a/blobs/uploads/ Location https://registry.test/v2/a/blobs/uploads/1 -u pusher:secret -d x
ok "there is nothing beside it" code https://registry.test/ 404 -u pusher:secret

echo "# files"
ok "a file is fetched once" header https://static.test/a.css X-Cache-Status MISS
ok "and then kept" header https://static.test/a.css X-Cache-Status HIT
ok "with transport security as it was set, once" header https://static.test/a.css Strict-Transport-Security 'max-age=31536000; includeSubDomains'
ok "and the other headers" header https://static.test/a.css X-Content-Type-Options nosniff
ok "what is asked for with a password is not kept" header https://static.test/a.css X-Cache-Status BYPASS -H 'Authorization: Basic eA=='
ok "nor, of an app, what is asked for with a cookie" header https://app.test/a.css X-Cache-Status BYPASS -H 'Cookie: session=1'
ok "a file of a location is its own" said https://app.test/api/b.css 'r["port"] in (3001, 3002)'
ok "a page is not kept" no_header https://static.test/a.html X-Cache-Status
ok "a file is compressed" header https://app.test/c.css Content-Encoding gzip -H 'Accept-Encoding: gzip'
ok "a page of an app is not" no_header https://app.test/c.html Content-Encoding -H 'Accept-Encoding: gzip'
ok "one of a static site is" header https://static.test/c.html Content-Encoding gzip -H 'Accept-Encoding: gzip'

echo "# raw { }"
ok "its request headers arrive, and replace certctl's" said https://raw.test/ 'h["x-mine"] == "a; b" and names.count("x-real-ip") == 1 and h["x-real-ip"] == "none" and h["host"] == "raw.test"'
ok "its answer headers too" header https://raw.test/ X-Raw yes
ok "and its limit counts" code https://raw.test/ 413 --data-binary "@$T/layer"

echo "# as time goes by"
now=$((now + 8 * 86400)); render
ok "after 8 days transport security has grown to a week" output_has "+    add_header Strict-Transport-Security max-age=604800 always;"
ok "and what was set stays" eval '! grep -F certctl-static.test <<<"$output"'
reload
ok "and is served" header https://app.test/ Strict-Transport-Security max-age=604800
printf '# mine\n' >>"$T/conf.d/certctl-app.test.conf"
sed -i 's/^site old.test .*//; s/to frontend:3000;/to 127.0.0.1:3000;/' "$T/certctl.conf"; render
ok "what a person changed is left alone, and the new one put beside it" output_has "conflict: certctl-app.test.conf, offered: certctl-app.test.conf.new"
ok "with what differs" output_has '-# mine'
kept() { grep -q '^# mine' "$T/conf.d/certctl-app.test.conf" && grep -q 'proxy_pass http://127.0.0.1:3000;' "$T/conf.d/certctl-app.test.conf.new"; }
ok "so it stands there" kept
ok "a site that is gone takes its file along" [ ! -e "$T/conf.d/certctl-old.test.conf" ]
ok "nginx takes that too" tested
render; ok "and there is nothing to do again" output_has "nothing to do"
mv "$T/conf.d/certctl-app.test.conf.new" "$T/conf.d/certctl-app.test.conf"; render
ok "what is taken up is certctl's again" eval '! grep -F conflict <<<"$output" && grep -F "nothing to do" <<<"$output"'

echo "# an address for a name, and another port"
printf 'site 127.0.0.1 ::1 { to 127.0.0.1:3001; }\n' >>"$T/certctl.conf"; render port=8443
ok "it is told whose certificate is shown to all" output_has "note: whoever asks for an unknown name is shown the certificate of 127.0.0.1"
ok "nginx takes it" tested
reload
ok "it is served to who asks by address" eval 'run in_ns curl -sk -m 20 https://127.0.0.1/; output_has "\"port\": 3001"'
unserved() { get https://unknown.test/ --http1.1; status_is 52; }
ok "by one of IPv6 too" eval 'run in_ns curl -skg -m 20 "https://[::1]/"; output_has "\"port\": 3001"'
ok "an unknown name still gets nothing" unserved
ok "the port that the world sees is told" said https://app.test/ 'h["x-forwarded-port"] == "8443"'
ok "and used" location http://app.test/x '308 https://app.test:8443/x'
summary
