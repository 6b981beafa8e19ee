#!/bin/bash
# Answering http-01: `certctl respond` under abuse, and the ways to answer against Pebble and a real nginx. R01 to R22 are cases of abuse.
NEED='nginx python3 setpriv prlimit ss'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

home=$T/home
control=$home/run/control.sock challenge=$home/run/challenge/http01.sock
client() { in_ns timeout -k 5 100 python3 "$here/responder-client.py" "$@"; }
answers_on() { in_ns bash -c "exec 3<>/dev/tcp/127.0.0.1/$1"; } # PORT
free() { ! answers_on "$1" 2>/dev/null; }                        # PORT
respond() { # [options]   in the background, its id in $service
  : >"$T/respond.log"                             # what an earlier one has said must not be taken for this one's word
  spawn "$T/respond.log" "$program" respond --home "$home" "$@"; service=$pid
  wait_for 5 grep -q 'answering challenges' "$T/respond.log" || fail "the responder does not start: $(cat "$T/respond.log")"
}
ended_by() { # SIGNAL   the service; $status
  kill -"$1" "$service"; wait_for 15 not kill -0 "$service" || kill -KILL "$service"
  wait "$service"; status=$?
}
published() { # COUNT SECONDS   answers that are handed in for so long; the first is $path and $content
  spawn "$T/published" python3 "$here/responder-client.py" publish "$control" "$1" "$2"; publisher=$pid
  wait_for 5 lines "$T/published" "$1" || fail "nothing was published: $(cat "$T/published")"
  read -r path content <"$T/published"
}
lines() { [ "$(wc -l <"$1")" = "$2" ] || { echo "$(wc -l <"$1") lines in $1"; return 1; }; } # FILE COUNT
descriptors() { find "/proc/$1/fd" -mindepth 1 | wc -l; }        # PID
get() { in_ns curl -s --max-time 5 "$@"; }
answers_all() { # PORT   every answer that is published
  local path content
  while read -r path content; do
    [ "$(get "http://127.0.0.1:$1$path")" = "$content" ] || { echo "$path is not answered"; return 1; }
  done <"$T/published"
}

echo "# abuse"
respond --http01-port 80
ok "ready: the challenge socket is for every user" [ "$(stat -c '%a %F' "$challenge")" = '666 socket' ]
ok "and the control socket for its owner" [ "$(stat -c '%a %F' "$control")" = '600 socket' ]
ok "and its directory can be mounted without it" [ "$(ls "$home/run/challenge")" = http01.sock ]
ok "it may have as many descriptors as the hard limit allows" [ "$(awk '/^Max open files/ {print $4 == $5}' "/proc/$service/limits")" = 1 ]
published 1 1000
before=$(descriptors "$service")
for case in r02 r03 r04 r05 r06 r07 r08 r09 r10 r11 r12 r13 r14 r15 r17 r21 r22 r01; do
  rule=$(sed -n "/^def $case(/{n;s/^ *\"\"\"\(.*\)\"\"\"$/\1/p}" "$here/responder-client.py")
  ok "${case^^}: ${rule:?}" client $case 80 "$path" "$content"
  ok "and a good client is answered" client r22 80 "$path" "$content"
done
few_left() { [ "$(descriptors "$service")" -le $((before + 5)) ] || { echo "$(descriptors "$service") descriptors, were $before"; return 1; }; }
ok "none of their connections is left" wait_for 15 few_left
ok "no line was logged for any request" lines "$T/respond.log" 1
for network in 10.1.1.1/24 10.2.0.1/16; do ip -n "$NS" addr add $network dev lo; done
ok "a network has its share and no more" client quota 10.1.1.1:80 "$path" "$content"

try certctl respond --home "$T/second" --http01-port 80
ok "R18: a port that is held: 3, and by whom" explains 3 "could not listen on port 80" "certctl listens on it (pid $service" "sudo kill $service"
try certctl respond --home "$home" --http01-port 81
ok "a second service on the same sockets: 3" explains 3 "could not listen at $control" "another certctl listens there" "ss -lxp"
kill "$publisher"
ok "when an issuer goes, so do its answers" wait_for 5 client r12 80 "${path}x" "$content"
gone() { [ "$(get -o /dev/null -w '%{http_code}' "http://127.0.0.1$path")" = 404 ]; }
ok "the answer itself is not given any more" wait_for 5 gone

published 100 1000; mv "$T/published" "$T/first"; first=$publisher; published 100 1000
ok "R19: of two orders with 100 names each one is answered" answers_all 80
in_flight() { # R20: half a request, then the token goes, then the other half
  in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/80; printf "GET %s HTTP/1.1\r\nHost: a\r\nConn" "$1" >&3
    kill "$2"; sleep 0.5; printf "ection: close\r\n\r\n" >&3; timeout 5 cat <&3' _ "$path" "$publisher"
}
run in_flight
ok "R20: a token that goes while it is asked for is not found" output_has "HTTP/1.1 404 Not Found"
ok "and nothing of it is said" not output_has "${content#*.}"
cp "$T/first" "$T/published"
ok "and the other order's are still answered" answers_all 80
kill "$first"

for message in '' '{}' '{"redirect":["a b"],"version":1}' '{"redirect":["a.test"],"version":9}' "$(printf '%070000d' 0)"; do
  ok "an issuer that makes no sense is refused: ${message:0:40}" client refused "$control" "${message:- }"
done
chmod 666 "$control"; cp "$here/responder-client.py" "$T"
ok "an issuer of another user is refused, though the file lets it in" \
  setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 "$T/responder-client.py" refused "$control" '{"publish":[],"version":1}'
chmod 600 "$control"
ok "and refusals are told of, but not each" [ "$(wc -l <"$T/respond.log")" -le 6 ]
ended_by TERM
ok "SIGTERM ends it in order" status_is 0
ok "and its sockets are gone" [ -z "$(find "$home/run" -type s)" ]
ok "and the port is free" free 80

: >"$T/respond.log"
spawn "$T/respond.log" prlimit --nofile=120:120 "$program" respond --home "$home" --http01-port 80; service=$pid
wait_for 5 grep -q 'answering challenges' "$T/respond.log"
published 1 1000
ok "R16: more clients than descriptors" client r16 80 "$path" "$content"
kill "$publisher"; kill -KILL "$service"; wait "$service"
ok "killed, it leaves its sockets" [ -S "$control" ]
respond --http01-port none
ok "the next one replaces them" [ -S "$challenge" ]
ok "and without a port there is none" free 80
ended_by INT
ok "SIGINT ends it in order" status_is 0
notified() { # READY and STOPPING, at a path and at an abstract name
  in_ns timeout 20 python3 - "$1" "$program" "$T/notify-home" <<'PY'
import os, signal, socket, subprocess, sys
name = sys.argv[1]
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM); s.settimeout(10)
s.bind("\0" + name[1:] if name[0] == "@" else name)
child = subprocess.Popen([sys.argv[2], "respond", "--home", sys.argv[3], "--http01-port", "none"], env={"NOTIFY_SOCKET": name})
said = [s.recv(100)]; child.send_signal(signal.SIGTERM); said.append(s.recv(100))
sys.exit(child.wait() or said != [b"READY=1", b"STOPPING=1"] and f"{said}")
PY
}
ok "it tells a service manager that it is ready and that it ends" notified "$T/notify"
ok "and one at an abstract name" notified @certctl-test
for bad in "LISTEN_PID=1 LISTEN_FDS=1 LISTEN_FDNAMES=http" "LISTEN_PID=x LISTEN_FDS=1"; do
  # shellcheck disable=SC2086
  try in_ns env $bad timeout 10 "$program" respond --home "$home"
  ok "sockets that make no sense are refused: $bad" explains 3 "could not take over the sockets" "" "systemctl restart"
done

echo "# the service, and Pebble"
ca_start pebble "$pebble"
respond --http01-port 80
run issue a.test www.a.test --http01 service
ok "issued by way of the service" status_is 0
ok "and all of it fits" sound a.test p256 a.test www.a.test
ok "without a warning" not output_has warning
moved() { get -o /dev/null -w '%{http_code} %{redirect_url}' -H "Host: $1" "http://127.0.0.1$2"; } # HOST TARGET
ok "from then on its names go to https" [ "$(moved A.test.:80 '/x?y=1')" = '308 https://a.test/x?y=1' ]
ok "and others do not" [ "$(moved b.test /)" = '404 ' ]
ok "nor do challenges" [ "$(moved a.test /.well-known/acme-challenge/x)" = '404 ' ]
ok "nor what comes through the proxy's socket" [ "$(get -o /dev/null -w '%{http_code}' --unix-socket "$challenge" http://a.test/)" = 404 ]
mode_is() { # NAME MODE
  python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["http01"])' "$home/lib/lineages/$1/settings.json" | grep -qx "$2"
}
ok "what was asked for is remembered" mode_is a.test service

killed_between() { # the service dies after it was handed the answers and before the CA asks for them
  kill -STOP "$(cat "$ca/chall.pid")"           # the CA waits for the name
  issue crash.test --http01 service >"$T/issue.log" 2>&1 & local issuing=$!
  wait_for 10 grep -q validating "$T/issue.log" || return
  kill -KILL "$service"
  spawn "$T/respond.log" "$program" respond --home "$home" --http01-port 80; service=$pid
  sleep 0.5; kill -CONT "$(cat "$ca/chall.pid")"
  wait "$issuing" || { cat "$T/issue.log"; return 1; }
}
killed_between; status=$?
service=$(pgrep -n -f "respond --home $home")
ok "a service that is killed during a validation and begins anew has the answers again" [ "$status" = 0 ]
ok "and all of it fits" sound crash.test p256 crash.test
run issue auto.test
ok "auto: the service where it runs" status_is 0
ok "and auto is what is remembered" mode_is auto.test auto
ok "and it was the service: its names go to https" [ "$(moved auto.test /)" = '308 https://auto.test/' ]
stop_pid "$service"
try issue none.test --http01 service
ok "no service: 3, and how to start it" explains 3 "could not hand the answers in" "$control: No such file" "certctl respond"
run issue auto.test --force
ok "auto: without a service and with a free port, its own" status_is 0
ok "and the port is free again" free 80

echo "# nginx on port 80"
mkdir -p "$T/www"; chmod 755 "$home" "$home/run" "$home/run/challenge"
nginx_with() { # LOCATION
  cat >"$T/nginx.conf" <<CONF
daemon off; worker_processes 1; pid $T/nginx.pid; error_log $T/error.log;
events { worker_connections 256; }
http { access_log off; server { listen 80; listen [::]:80; location / { return 200 "an app"; } $1 } }
CONF
  if [ -n "${nginx:-}" ]; then stop_pid "$nginx" QUIT; fi
  spawn "$T/nginx.log" nginx -c "$T/nginx.conf"; nginx=$pid
  wait_for 5 answers_on 80 || fail "nginx does not start: $(cat "$T/error.log" "$T/nginx.log")"
}
nginx_with ''
try issue held.test
ok "auto: a holder that passes nothing on: 3, and who it is" explains 3 "could not listen on port 80" "nginx listens on it (pid $nginx" "--http01 proxied"
paste=$(sed -n 's/^  fix: .*`\(location [^`]*\)`.*/\1/p' "$T/err")
ok "and what to paste is in the fix" [ -n "$paste" ]
ok "and the challenge socket is gone again" [ ! -e "$challenge" ]
run issue warned.test --http01 proxied
ok "proxied, though nothing is passed on: the CA says no" status_is 6
ok "and we had warned" output_has "the server on port 80 does not pass challenges on to certctl"
nginx_with "$paste"
run issue proxied.test --http01 proxied
ok "with that pasted: proxied" status_is 0
ok "and all of it fits" sound proxied.test p256 proxied.test
ok "without a warning" not output_has warning
ok "and the socket is gone again" [ ! -e "$challenge" ]
run issue canary.test
ok "auto: a canary comes back through the holder" status_is 0
ok "and auto is what is remembered" mode_is canary.test auto
respond --http01-port none
run issue behind.test --http01 proxied
ok "proxied, with the service behind the proxy" status_is 0
ok "without a warning" not output_has warning
ok "the service does not redirect what the proxy passes on" [ "$(moved behind.test /)" = '200 ' ]
run issue auto2.test
ok "auto: the service behind the proxy" status_is 0
stop_pid "$service"
spawn "$T/other.log" "$program" respond --home "$home" --http01-port none; service=$pid
wait_for 5 test -S "$control"; rm "$control"
try issue busy.test --http01 proxied
ok "a challenge socket that another has: 3" explains 3 "could not listen at $challenge" "another certctl" "wait until"
stop_pid "$service"
run certctl issue port.test --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem" --http01 proxied --http01-port 8080 --http01-address 127.0.0.1
ok "proxied to a port that nginx does not pass anything to" status_is 6
nginx_with 'location ^~ /.well-known/acme-challenge/ { proxy_pass http://127.0.0.1:8080; proxy_set_header Host $host; }'
run certctl issue port.test --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem" --http01 proxied --http01-port 8080 --http01-address 127.0.0.1
ok "and to one that it does" status_is 0
ok "without a warning" not output_has warning

nginx_with "location ^~ /.well-known/acme-challenge/ { default_type text/plain; root $T/www; try_files \$uri =404; }"
run issue files.test www.files.test --http01 "webroot:$T/www"
ok "webroot" status_is 0
ok "and all of it fits" sound files.test p256 files.test www.files.test
ok "without a warning" not output_has warning
ok "and nothing is left of it" [ -z "$(ls -A "$T/www")" ]
chown 65534:65534 "$T/www"; mkdir "$T/nobody"; chown 65534:65534 "$T/nobody"
run as_nobody issue nobody.test --home "$T/nobody/home" --ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos --http01 "webroot:$T/www"
ok "webroot as a user that may write there and has no port" status_is 0
ln -s "$T" "$T/www/.well-known"
try issue linked.test --http01 "webroot:$T/www"
ok "a link below the root is not followed: 3" explains 3 "could not put answers below $T/www" "" "--http01 webroot:"
rm "$T/www/.well-known"
try issue files.test www.files.test --force --http01 "webroot:$T/nowhere"
ok "a root that is not there: 3" explains 3 "the file given by --http01 cannot be used" "$T/nowhere: there is no such folder" "check the path"
stop_pid "$nginx" QUIT
summary
