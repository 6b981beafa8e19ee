#!/bin/bash
# Sites of certctl.conf, and nothing but timers: in a systemd that is booted for the test, with all of certctl's units as they are installed. What
# nginx serves, on that host and in a container of an engine that runs there, becomes another certificate without anyone looking.
NEED='nginx docker dockerd python3 make apt-get dpkg-deb'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of the files sourced
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=installed.sh
. "${BASH_SOURCE%/*}/installed.sh"

install_certctl
# nginx has port 80: certctl answers at the socket that it passes challenges to.
in_sd systemctl disable --now certctl-http01.socket 2>/dev/null
nginx_of_debian
in_sd systemctl start nginx || fail "no nginx: $(in_sd journalctl -u nginx -n 5)"
cat >"$T/app.py" <<'PY'
import http.server, sys
class App(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers(); self.wfile.write(f"{sys.argv[2]} {self.path}\n".encode())
    def log_message(self, *words): pass
http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), App).serve_forever()
PY
spawn "$T/app.log" python3 "$T/app.py" 3000 frontend
spawn "$T/api.log" python3 "$T/app.py" 8080 backend
# Twenty seconds of life: due after half of it.
VALIDITY=20 ca_start pebble "$pebble"
in_sd sh -c 'cat >/etc/certctl/pebble.pem' <"$ca/ca.pem"
settings() { # LINE…
  printf '%s\n' "ca $directory { roots /etc/certctl/pebble.pem; }" "$@" | in_sd sh -c 'cat >/etc/certctl/certctl.conf; systemd-tmpfiles --create'
}
get() { in_ns curl -sS --max-time 10 --cacert "$ca/root-0.pem" --resolve "*:443:127.0.0.1" --resolve "*:80:127.0.0.1" "$@"; }
served() { in_ns timeout 5 openssl s_client -connect 127.0.0.1:443 -servername a.test </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null; }
drop_in=/etc/systemd/system/certctl-deploy.service.d/configuration.conf
may_write() { # DIRECTORY   by the drop-in, and as systemd knows it
  in_sd grep -Fx "ReadWritePaths=\"-$1\"" $drop_in && in_sd systemctl show -p ReadWritePaths --value certctl-deploy | grep -w -- "-$1"
}
by_timer() { # RULE   another certificate is served soon, though nobody does anything
  local old; old=$(served)
  another() { [ -n "$(served)" ] && [ "$(served)" != "$old" ]; }
  in_sd systemctl start certctl-renew.timer
  ok "$1" wait_for 60 another
  in_sd systemctl stop certctl-renew.timer; settle
}
timer_is_quick certctl-renew
in_sd systemctl stop certctl-renew.timer certctl-deploy.timer certctl-watch.timer; settle

echo "# the host's nginx"
settings 'proxy host { configuration /etc/nginx/conf.d; }'
run in_sd certctl issue a.test --to 127.0.0.1:3000 --agree-tos
ok "a site by hand: 0" status_is 0
ok "it is served" test "$(get https://a.test/x)" = "frontend /x"
ok "the unit that deploys is let into nginx's configuration" may_write /etc/nginx/conf.d
ok "and is as little exposed as before" in_sd systemd-analyze security --no-pager --threshold=25 certctl-deploy.service
by_timer "the timer fires, and another certificate is served"
ok "renew ran as certctl" wrote renew "^$(in_sd id -u certctl) 6 a\.test: renewed"
ok "deploy ran as root" wrote deploy '^0 6 a\.test: '
ok "and ended well" test "$(result_of deploy)" = 0
in_sd sed -i 's|to 127.0.0.1:3000;|& cache; location /api/ { to 127.0.0.1:8080; }|' /etc/certctl/certctl.conf
ok "certctl.conf has another location" test "$(get https://a.test/api/x)" = "frontend /api/x"
by_timer "the timer fires again"
ok "and the unit has written nginx's configuration, too" test "$(get https://a.test/api/x)" = "backend /api/x"
ok "with a cache, whose directory nginx has made" in_sd test -d /var/lib/nginx/certctl
ok "while all is well the journal has no warning" [ -z "$(in_sd journalctl -q -p warning -u 'certctl-*' | grep -v 'loopback network device')" ]

echo "# X10: a configuration that the unit may not write"
in_sd sh -c "mv $drop_in /run/drop-in; systemctl daemon-reload"
in_sd sed -i 's| location /api/ { to 127.0.0.1:8080; }||' /etc/certctl/certctl.conf
files() { in_sd sh -c 'sha256sum /etc/nginx/conf.d/*.conf /etc/nginx/conf.d/certctl/* /var/lib/certctl/tls/nginx/*; ls /etc/nginx/conf.d'; }
before=$(files) old=$(served)
in_sd systemctl start certctl-renew.timer
deployed_badly() { [ "$(result_of deploy)" = 9 ]; }
ok "after the next renewal the unit fails, with the code of that" wait_for 60 deployed_badly
in_sd systemctl stop certctl-renew.timer; settle
ok "which systemctl --failed shows" in_sd sh -c 'systemctl --failed --no-legend | grep certctl-deploy.service'
ok "the journal names the file, and why" wrote deploy '^0 3 .*/etc/nginx/conf.d/certctl-a.test.conf.*Read-only file system'
ok "and what to do" wrote deploy '^0 3 .*certctl apply'
ok "the old certificate is served" test "$(served)" = "$old"
ok "no file is another" test "$(files)" = "$before"
run in_sd certctl list
ok "and the new one waits" output_has pending
run in_sd certctl apply
ok "that is typed" status_is 0
ok "and the unit may write there again" may_write /etc/nginx/conf.d
ok "and is what it was" in_sd cmp $drop_in /run/drop-in
ok "with what certctl.conf has now" test "$(get https://a.test/api/x)" = "frontend /api/x"
in_sd sed -i 's|to 127.0.0.1:3000;|& location /api/ { to 127.0.0.1:8080; }|' /etc/certctl/certctl.conf
by_timer "and the next one is served by the timer alone"
ok "with what certctl.conf has by then" test "$(get https://a.test/api/x)" = "backend /api/x"

echo "# nginx in a container"
in_sd systemctl stop nginx
# Of an engine in there: what nspawn has closed to its host is opened for that process alone.
start_engine() {
  setsid nsenter -t "$init" -a unshare --mount --propagation slave sh -c 'mkdir -p /run/engine
    for place in /proc/sys /sys/fs/cgroup /sys/fs/cgroup/*/; do mount -o remount,rw,bind $place; done
    exec dockerd --storage-driver=vfs --exec-opt native.cgroupdriver=cgroupfs --data-root /var/lib/engine --exec-root /run/engine/exec \
      --pidfile /run/engine/pid -H unix:///run/docker.sock' >"$T/engine.log" 2>&1 </dev/null &
  on_exit stop_engine
  wait_for 20 in_sd docker version || fail "dockerd did not start: $(tail -3 "$T/engine.log")"
}
stop_engine() {
  in_sd docker rm -f proxy >/dev/null
  in_sd sh -c 'kill "$(cat /run/engine/pid)"; for i in $(seq 100); do [ -e /run/engine/pid ] || exit 0; sleep 0.1; done; exit 1'
  rmdir /sys/fs/cgroup/*/docker 2>/dev/null || true
}
start_engine
bash "$here/mkimage" "$T/image.tar" || fail "no image"
in_sd docker import -c 'ENTRYPOINT ["nginx","-g","daemon off;"]' - nginx:test <"$T/image.tar" >/dev/null || fail "no image"
in_sd mkdir -p /srv/proxy/conf.d
# As the units are: the engine's mounts are of the whole host, theirs is their own view of it.
in_sd docker run -d --name proxy --stop-signal SIGQUIT --restart unless-stopped -p 80:80 -p 443:443 -v /srv/proxy/conf.d:/etc/nginx/conf.d:ro \
  -v /var/lib/certctl/tls:/var/lib/certctl/tls:ro -v /run/certctl/challenge:/run/certctl/challenge:ro nginx:test >/dev/null || fail "no container"
has_workers() { in_sd docker top proxy | grep -q 'nginx: worker process'; }
wait_for 10 has_workers || fail "nginx does not run in the container"
settings 'proxy proxy { configuration /srv/proxy/conf.d; }' 'site a.test { to 172.17.0.1:3000; }' 'site b.test { to 172.17.0.1:8080; }'
run in_sd certctl apply --agree-tos
ok "applied by hand: 0" status_is 0
ok "the site is served" test "$(get https://a.test/x)" = "frontend /x"
ok "and so is another, whose certificate was missing" test "$(get https://b.test/x)" = "backend /x"
ok "which certctl's user has, and not root" [ -z "$(in_sd find /var/lib/certctl/{accounts,lineages,renewal,tls/gen} ! -user certctl)" ]
in_sd sh -c 'echo "server { listen 80; server_name c.test; }" >/srv/proxy/conf.d/mine.conf; docker exec proxy nginx -s reload'
settings 'proxy proxy { configuration /srv/proxy/conf.d; }' 'site a.test { to 172.17.0.1:3000; }' 'site b.test { to 172.17.0.1:8080; }' \
  'site c.test { to 172.17.0.1:3000; }' 'site d.test { to 172.17.0.1:3000; }'
run in_sd certctl apply
ok "a site whose name another server has is refused" output_has "c.test has a server on port 80 already"
ok "and its certificate not ordered by certctl's user" not in_sd test -e /var/lib/certctl/lineages/c.test
ok "while another's is" in_sd test -e /var/lib/certctl/tls/gen/d.test/000001
in_sd rm /srv/proxy/conf.d/mine.conf
settings 'proxy proxy { configuration /srv/proxy/conf.d; }' 'site a.test { to 172.17.0.1:3000; }' 'site b.test { to 172.17.0.1:8080; }'
run in_sd certctl apply
ok "once it is gone from certctl.conf all is as before" status_is 0
ok "the unit may write there now" may_write /srv/proxy/conf.d
ok "and no longer where nothing of certctl's is" not may_write /etc/nginx/conf.d
in_sd sed -i 's|to 172.17.0.1:3000;|& location /api/ { to 172.17.0.1:8080; }|' /etc/certctl/certctl.conf
by_timer "the timer fires, and another certificate is served by the container"
ok "with what else has changed in certctl.conf" test "$(get https://a.test/api/x)" = "backend /api/x"
ok "deploy ended well" test "$(result_of deploy)" = 0
ok "the container is the same, and was never started anew" test "$(in_sd docker inspect -f '{{.RestartCount}} {{.State.Running}}' proxy)" = "0 true"
in_sd rm $drop_in; in_sd systemctl daemon-reload
by_timer "where nothing but the certificate changes, it is served without the drop-in as well"
ok "and challenges came through nginx all the time" test "$(get -o /dev/null -w '%{http_code}' http://a.test/.well-known/acme-challenge/none)" = 404
summary
