#!/bin/bash
# certctl-http01.service and its sockets, in a systemd that is booted for the test: who may what, and what a crash costs.
NEED='nginx python3 apt-get dpkg-deb'
LIMIT=180
# shellcheck disable=SC2154 # some variables are of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

units=$here/../../systemd
mkdir "$T/units"
# The program lies where every root has it; nothing of the machine's own units is started.
for unit in "$units"/certctl-*; do sed "s#/usr/local/bin/certctl#/units/certctl#" "$unit" >"$T/units/${unit##*/}"; done
cp "$program" "$T/units/certctl"
start_systemd "$T/units"
in_sd useradd --system certctl || fail "no user certctl"
in_sd systemctl start certctl-http01.socket certctl-challenge.socket certctl-control.socket
ok "the sockets are there before the service is" in_sd systemctl is-active certctl-http01.socket certctl-challenge.socket certctl-control.socket
ok "and it is not started before it is needed" not in_sd systemctl is-active certctl-http01.service
modes() { in_sd stat -c '%a %U %F %n' /run/certctl/control.sock /run/certctl/challenge /run/certctl/challenge/http01.sock; }
run modes
ok "the control socket is certctl's alone" output_has "600 certctl socket /run/certctl/control.sock"
ok "the challenge socket is everyone's" output_has "666 root socket /run/certctl/challenge/http01.sock"

get() { in_ns curl -s --max-time 10 "$@"; }
ok "a request starts it" [ "$(get -o /dev/null -w '%{http_code}' http://127.0.0.1/)" = 404 ]
ok "and it says that it is ready" wait_for 5 in_sd systemctl is-active certctl-http01.service
main() { in_sd systemctl show -p MainPID --value certctl-http01.service; }
facts() { in_sd sh -c 'grep -E "^(Uid|CapEff|NoNewPrivs|Seccomp):" /proc/$1/status; ls -l /proc/$1/fd' _ "$(main)"; }
run facts
ok "it has no capability" output_has $'CapEff:\t0000000000000000'
ok "and may gain none" output_has $'NoNewPrivs:\t1'
ok "and a filter of system calls" output_has $'Seccomp:\t2'
ok "and is not root" not output_has $'Uid:\t0'

ca_start pebble "$pebble"
home=/var/lib/test-home
issue() { # NAME…   as certctl, in the systemd's own file system, where its sockets are
  in_sd timeout -k 5 100 setpriv --reuid=certctl --regid=certctl --clear-groups \
    /units/certctl issue "$@" --home "$home" --ca "$directory" --ca-roots "$home.pem" --agree-tos --http01 service
}
in_sd sh -c "cat >$home.pem; mkdir -p $home/run; chown -R certctl: $home; ln -s /run/certctl/control.sock $home/run/control.sock" <"$ca/ca.pem"
run issue a.test
ok "the user certctl issues by way of it" status_is 0
ok "and its names go to https" [ "$(get -o /dev/null -w '%{http_code} %{redirect_url}' -H 'Host: a.test' http://127.0.0.1/)" = '308 https://a.test/' ]
stranger() { in_sd setpriv --reuid=65534 --regid=65534 --clear-groups /usr/bin/python3 -c '
import socket; socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET).connect("/run/certctl/control.sock")'; }
ok "another user cannot" not stranger

crash() { # SIGKILL after the answers were handed in and before the CA asks for them; systemd keeps the sockets and starts it again
  kill -STOP "$(cat "$ca/chall.pid")"
  issue "$1" >"$T/issue.log" 2>&1 </dev/null & local issuing=$! old
  wait_for 10 grep -q validating "$T/issue.log" || { cat "$T/issue.log"; return 1; }
  old=$(main); in_sd kill -KILL "$old"
  kill -CONT "$(cat "$ca/chall.pid")"
  wait "$issuing" || { cat "$T/issue.log"; return 1; }
  [ "$(main)" != "$old" ] || { echo "it was not started again"; return 1; }
}
ok "a crash during a validation: the backlog and the next start answer" crash b.test
ok "and again" crash c.test
backlog() { # a request that comes while nobody runs
  in_sd systemctl stop certctl-http01.service
  [ "$(get -o /dev/null -w '%{http_code}' http://127.0.0.1/)" = 404 ]
}
ok "a request while the service is stopped waits for it to start" backlog
flood() { # 30 times, as soon as it runs again
  local i pid
  for i in {1..30}; do
    pid=$(main)
    [ "$pid" = 0 ] || in_sd kill -KILL "$pid" 2>/dev/null   # 0 would be ourselves
    get -o /dev/null http://127.0.0.1/
  done
}
flood
ok "thirty crashes in a row do not take the sockets down" [ "$(get -o /dev/null -w '%{http_code}' http://127.0.0.1/)" = 404 ]
in_sd systemctl stop certctl-http01.service
ok "it ends in order" [ "$(in_sd systemctl show -p Result --value certctl-http01.service)" = success ]
summary
