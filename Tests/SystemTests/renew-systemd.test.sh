#!/bin/bash
# All units, installed as an operator does it, in a systemd that is booted for the test: who owns what, who may what, and that
# certificates are renewed and come into use without anyone looking.
NEED='nginx python3 systemd-analyze make apt-get dpkg-deb'
LIMIT=420
# shellcheck disable=SC2154 # some variables are of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=installed.sh
. "${BASH_SOURCE%/*}/installed.sh"

repository=$(realpath "$here/../..")
units=$repository/systemd
exposed() { systemd-analyze security --offline=true --no-pager --threshold="$2" "$units/certctl-$1.service" || return; }
echo "# how exposed the services are, as systemd counts"
ok "renew: 1.2 at most" exposed renew 12
ok "watch: 1.2 at most" exposed watch 12
ok "http01: 0.3 at most" exposed http01 3
ok "deploy: 2.5 at most" exposed deploy 25
ok "a service that may do more than that is noticed" not exposed deploy 24

# What is at /units in there: the sources to install from, and each service once more with a probe in the place of certctl.
stage_source
for service in renew watch http01 deploy; do
  sed -E '/^(OnSuccess|OnFailure|Restart|Wants|After)=/d; s#^Type=.*#Type=oneshot\nStandardOutput=truncate:/run/probe.out#; s#^ExecStart=.*#ExecStart=/bin/bash /run/probe.sh#' \
    "$units/certctl-$service.service" >"$T/units/probe-$service.service"
done
# Who connects to this would be root: an Engine that refuses nobody.
printf '%s\n' '[Socket]' ListenStream=/run/docker.sock SocketMode=0666 Accept=yes >"$T/units/engine.socket"
printf '%s\n' '[Service]' ExecStart=/bin/true >"$T/units/engine@.service"

start_systemd "$T/units"
forget_certctl

echo "# installation"
run in_sd make -s -C /units/source install
ok "make install succeeds" status_is 0
# The lines that it prints to be typed.
steps=$(grep '^  ' <<<"$output")
typed() { [ "$(wc -l <<<"$steps")" = 6 ] && in_sd sh -exc "$steps"; }
ok "all that it says to type next works as it stands" typed
ok "there is a user certctl" in_sd sh -c 'getent passwd certctl && getent group certctl'
ok "who cannot log in, and has no home" [ "$(in_sd getent passwd certctl | cut -d: -f6,7)" = /:/usr/sbin/nologin ]
owners() { in_sd find "$@" -printf '%m %U:%G %y %p\n' | sort -k4; }
named() { sed "s/ $(in_sd id -u certctl):/ certctl:/; s/:$(in_sd id -g certctl) /:certctl /; s/ 0:/ root:/; s/:0 /:root /"; }
layout() {
  diff <(owners /etc/certctl /run/certctl /var/lib/certctl | named) - <<'LAYOUT'
750 root:certctl d /etc/certctl
755 root:root d /etc/certctl/hooks
755 root:root d /etc/certctl/hooks/deploy.d
755 root:root d /etc/certctl/hooks/post.d
755 root:root d /etc/certctl/hooks/pre.d
755 root:root d /run/certctl
755 root:root d /run/certctl/challenge
666 root:root s /run/certctl/challenge/http01.sock
600 certctl:certctl s /run/certctl/control.sock
1771 root:certctl d /var/lib/certctl
700 certctl:certctl d /var/lib/certctl/accounts
700 root:root d /var/lib/certctl/deploy
700 certctl:certctl d /var/lib/certctl/lineages
700 certctl:certctl d /var/lib/certctl/renewal
711 root:root d /var/lib/certctl/tls
700 certctl:certctl d /var/lib/certctl/tls/.tmp
711 certctl:certctl d /var/lib/certctl/tls/gen
2755 root:root d /var/lib/certctl/tls/group
755 root:root d /var/lib/certctl/tls/live
755 root:root d /var/lib/certctl/tls/nginx
755 certctl:certctl d /var/lib/certctl/watch
LAYOUT
}
ok "everything has its owner" layout
ok "sockets and timers run" in_sd systemctl is-active certctl-{http01,challenge,control}.socket certctl-{renew,deploy,watch}.timer
ok "and will after the next boot" in_sd systemctl is-enabled certctl-{http01,challenge,control}.socket certctl-{renew,deploy,watch}.timer
next() { # the moment of each timer, in seconds since 1970, is within the next two hours
  local timer at now; now=$(date +%s)
  for timer in renew deploy watch; do
    at=$(in_sd systemctl show -p NextElapseUSecRealtime --value "certctl-$timer.timer")
    at=$(date -d "$at" +%s) || return
    echo "$timer: in $((at - now)) s"
    ((at > now && at < now + 7200)) || return
  done
}
ok "each timer knows its next hour" next

echo "# a store that root made before there was a user certctl"
in_sd sh -c 'cd /var/lib/certctl && umask 077 && mkdir -p accounts/a lineages/b tls/gen/b/000001 watch/c &&
  for file in events.log schedule accounts/a/key.pem lineages/b/journal tls/gen/b/000001/privkey.pem watch/c/d tls/nginx/b.conf; do echo x >$file; done &&
  chown :33 tls/gen/b/000001/privkey.pem && chmod 640 tls/gen/b/000001/privkey.pem &&
  echo "http01 service;" >/etc/certctl/certctl.conf && cp /etc/hostname /etc/outside && ln -s /etc/outside lineages/b/link && ln -s /etc lineages/b/directory'
before=$(in_sd stat -c '%U %a' /etc /etc/outside)
run in_sd systemd-tmpfiles --create /usr/local/lib/tmpfiles.d/certctl.conf
adopted() {
  diff <(cd / && owners /var/lib/certctl/{events.log,schedule,accounts/a,lineages/b,tls/gen/b,tls/nginx,watch/c} -type f | named) - <<'FILES'
600 certctl:certctl f /var/lib/certctl/accounts/a/key.pem
600 certctl:certctl f /var/lib/certctl/events.log
600 certctl:certctl f /var/lib/certctl/lineages/b/journal
600 certctl:certctl f /var/lib/certctl/schedule
640 certctl:33 f /var/lib/certctl/tls/gen/b/000001/privkey.pem
600 root:root f /var/lib/certctl/tls/nginx/b.conf
600 certctl:certctl f /var/lib/certctl/watch/c/d
FILES
}
ok "becomes certctl's, but for what is root's; modes, and the group of a key, stay" adopted
ok "certctl can read the settings" as_certctl grep -q service /etc/certctl/certctl.conf
ok "and links lead nowhere" [ "$before" = "$(in_sd stat -c '%U %a' /etc /etc/outside)" ]
in_sd sh -c 'cd /var/lib/certctl && rm -r events.log schedule accounts/* lineages/* tls/gen/* watch/* tls/nginx/*'

echo "# what each may, tried from inside"
in_sd systemctl start engine.socket
probe() { # SERVICE SCRIPT   runs it as the service would run certctl
  in_sd sh -c 'cat >/run/probe.sh; chmod 644 /run/probe.sh; rm -f /run/probe.out' <<<"$2"
  in_sd systemctl start "probe-$1.service" 2>/dev/null; local status=$?
  in_sd cat /run/probe.out
  return $status
}
may() { ok "$1 may $2" probe "$1" "set -e; $3"; } # SERVICE WHAT SCRIPT
refused() { # SERVICE REASON SCRIPT   it fails, and for that reason
  local said
  said=$(probe "$1" "$3") && { echo "it worked: $said"; return 1; }
  grep -qE "$2" <<<"$said" || { echo "it failed, but not for $2: ${said:-it said nothing}"; return 1; }
}
never() { ok "$1 never $2" refused "$1" "$3" "$4"; } # SERVICE WHAT REASON SCRIPT
connect() { # TYPE PATH
  echo "exec /usr/bin/python3 -c 'import socket; socket.socket(socket.AF_UNIX, socket.SOCK_$1).connect(\"$2\")'"
}
socket() { # FAMILY
  echo "exec /usr/bin/python3 -c 'import socket; socket.socket(socket.$1, socket.SOCK_DGRAM if socket.$1 == socket.AF_INET else socket.SOCK_RAW)'"
}
in_sd sh -c 'echo secret >/root/secret; mkdir -p /home/someone; echo secret >/home/someone/secret; chmod 755 /root'
closed='Permission denied|No such file|Read-only file system'

may renew "write what is its own" 'cd /var/lib/certctl; for d in accounts lineages renewal tls/gen tls/.tmp; do echo 1 >$d/mine; mv $d/mine $d/moved; done'
may renew "bring a generation into place by one rename" 'cd /var/lib/certctl/tls; mkdir .tmp/a; echo 1 >.tmp/a/key
  exec /usr/bin/python3 -c "import os; os.rename(\".tmp/a\", \"gen/a\")"'
may renew "replace its files at the top" 'cd /var/lib/certctl; echo 1 >events.log; echo 1 >schedule.new; mv schedule.new schedule; echo 2 >schedule.new; mv schedule.new schedule'
ok "and what it made is certctl's" [ "$(in_sd stat -c %U /var/lib/certctl/{tls/gen/a/key,schedule,accounts/moved} | sort -u)" = certctl ]
may renew "see whose files are" '[ "$(stat -c %U /var/lib/certctl/tls /var/lib/certctl/accounts | paste -sd " ")" = "root certctl" ]'
may renew "hand answers in" "$(connect SEQPACKET /run/certctl/control.sock)"
may renew "read settings and hooks" 'ls /etc/certctl/hooks/deploy.d; echo >/dev/null </etc/certctl'
for path in tls/nginx tls/live deploy tls; do
  never renew "writes $path" 'Read-only file system|Permission denied' "echo x >/var/lib/certctl/$path/x"
done
never renew "moves tls away" 'not permitted|busy|Permission denied' 'mv /var/lib/certctl/tls /var/lib/certctl/other'
never renew "moves deploy away" 'not permitted|busy|Permission denied' 'mv /var/lib/certctl/deploy /var/lib/certctl/other'
never renew "sees what root has deployed" 'Permission denied' 'ls /var/lib/certctl/deploy'
never renew "writes settings" 'Read-only file system|Permission denied' 'echo x >/etc/certctl/x'
never renew "writes /run/certctl" 'Read-only file system|Permission denied' 'echo x >/run/certctl/x'
never renew "writes /usr/local" 'Read-only file system|Permission denied' 'echo x >/usr/local/bin/certctl'
never renew "reads /root" "$closed" 'cat /root/secret'
never renew "reads /home" "$closed" 'cat /home/someone/secret'
ok "an Engine would take certctl" as_certctl bash -c "$(connect STREAM /run/docker.sock)"
never renew "reaches it" 'PermissionError|FileNotFoundError|ConnectionRefused' "$(connect STREAM /run/docker.sock)"
never renew "reaches it by its other name" 'PermissionError|FileNotFoundError|ConnectionRefused' "$(connect STREAM /var/run/docker.sock)"
never renew "reaches the system bus" 'PermissionError|FileNotFoundError|ConnectionRefused' "$(connect STREAM /run/dbus/system_bus_socket)"
never renew "has another kind of socket" 'not supported' "$(socket AF_PACKET)"
never renew "listens on port 80" 'Permission denied' 'exec /usr/bin/python3 -c "import socket; socket.socket().bind((\"127.0.0.9\", 80))"'
never renew "makes namespaces" 'not permitted' 'unshare --user true'
never renew "makes a program that is root's for all" 'not permitted' 'cp /bin/true /tmp/x; chmod u+s /tmp/x'
may renew "see itself alone in /proc" 'for p in /proc/[0-9]*; do [ "$(stat -c %U $p)" = certctl ]; done; [ ! -e /proc/1 ]'
may renew "do without any capability" 'grep -qx "CapBnd:.0000000000000000" /proc/self/status; grep -qx "NoNewPrivs:.1" /proc/self/status'

may watch "write what it found" 'cd /var/lib/certctl/watch; echo 1 >status.json.new; mv status.json.new status.json; [ "$(stat -c %a status.json)" = 644 ]'
may watch "read certificates" 'cat /var/lib/certctl/tls/gen/a/key'
for path in . accounts lineages renewal tls/gen tls/.tmp tls/nginx deploy; do
  never watch "writes $path" 'Read-only file system|Permission denied' "echo x >/var/lib/certctl/$path/x"
done
never watch "reaches an Engine" 'PermissionError|FileNotFoundError|ConnectionRefused' "$(connect STREAM /run/docker.sock)"
never watch "reads /home" "$closed" 'cat /home/someone/secret'

for path in accounts lineages deploy renewal; do never http01 "sees $path" 'Permission denied' "ls /var/lib/certctl/$path"; done
never http01 "reads a key" 'Permission denied|No such file' 'cat /var/lib/certctl/tls/gen/a/key'
never http01 "writes the store" 'Read-only file system|Permission denied' 'echo x >/var/lib/certctl/x'
never http01 "reads settings" 'Permission denied' 'ls /etc/certctl'
never http01 "has a socket to the network" 'not supported' "$(socket AF_INET)"
never http01 "hands itself answers" 'PermissionError' "$(connect SEQPACKET /run/certctl/control.sock)"
never http01 "reads /root" "$closed" 'cat /root/secret'
may http01 "see no network but its own" "[ \$(readlink /proc/self/ns/net) != '$(in_sd readlink /proc/self/ns/net)' ]"

may deploy "write what nginx reads, and its journal" 'cd /var/lib/certctl; for d in deploy tls/nginx tls/live; do echo 1 >$d/x~new; mv $d/x~new $d/x; rm $d/x; done'
may deploy "read what certctl made" 'cat /var/lib/certctl/tls/gen/a/key /var/lib/certctl/accounts/moved'
may deploy "reach an Engine" "$(connect STREAM /run/docker.sock)"
may deploy "see a site in /home" 'cat /home/someone/secret'
may deploy "give a key to another user" 'cp /var/lib/certctl/tls/gen/a/key /tmp/key; chown 33:33 /tmp/key; chmod 400 /tmp/key'
may deploy "give a group a directory that gives it on" 'cd /var/lib/certctl/tls/group; exec /usr/bin/python3 -c "
import os; os.umask(0); os.mkdir(\"33~new\", 0o750); os.chown(\"33~new\", 0, 33); os.mkdir(\"33~new/a\", 0o750); is_ = os.stat(\"33~new/a\")
os.rmdir(\"33~new/a\"); os.rmdir(\"33~new\"); assert (is_.st_mode & 0o7777, is_.st_gid) == (0o2750, 33), is_"'
for path in . accounts lineages renewal tls/gen tls/.tmp watch; do
  never deploy "writes $path" 'Read-only file system' "echo x >/var/lib/certctl/$path/x"
done
for path in /etc/certctl /etc /usr/local/bin /home/someone; do never deploy "writes $path" 'Read-only file system' "echo x >$path/x"; done
never deploy "mounts" 'permission denied|not permitted' 'mount -t tmpfs tmpfs /mnt'
never deploy "has a raw socket" 'not supported' "$(socket AF_PACKET)"

nginx_of_debian
in_sd sh -c 'cd /root && openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 2 -subj /CN=old.test -keyout key -out cert' 2>/dev/null
in_sd sh -c 'cat >/etc/nginx/conf.d/old.conf' <<'CONF'
server { listen 127.0.0.1:80;  listen 127.0.0.1:443 ssl;  server_name old.test;  ssl_certificate /root/cert;  ssl_certificate_key /root/key; }
CONF
in_sd systemctl stop certctl-http01.socket certctl-http01.service
in_sd systemctl start nginx || fail "no nginx: $(in_sd journalctl -u nginx -n 5)"
may deploy "test nginx's configuration" 'nginx -t'
may deploy "reload nginx by its master" 'nginx -s reload'
may deploy "have systemd reload it" 'systemctl reload nginx'
may deploy "find the host's nginx, and prove what it serves" 'export CERTCTL_EVENT=deploy CERTCTL_NAMES=old.test CERTCTL_CERT=/root/cert
  exec /usr/local/lib/certctl/hooks/reload-nginx'
another='[ "$(setpriv --reuid=nobody --regid=nogroup --init-groups id -un)" = nobody ]'
never deploy "become another user" 'Operation not permitted' "$another"
in_sd sh -c 'mkdir /run/systemd/system/probe-deploy.service.d; cd /run/systemd/system/probe-deploy.service.d
  printf "[Service]\nCapabilityBoundingSet=CAP_SETUID CAP_SETGID\n" >user.conf; systemctl daemon-reload'
may deploy "do so by the drop-in that README has" "$another"
in_sd sh -c 'rm -r /run/systemd/system/probe-deploy.service.d; systemctl daemon-reload'
in_sd systemctl stop nginx
in_sd rm /etc/nginx/conf.d/old.conf
in_sd systemctl start certctl-http01.socket
in_sd bash -c 'rm -r /var/lib/certctl/{events.log,schedule,accounts/*,lineages/*,renewal/*,tls/gen/*,tls/.tmp/*,watch/*}' 2>/dev/null

echo "# from nothing to a certificate that is renewed and served"
# Thirty seconds of life: due after half of it.
VALIDITY=${VALIDITY:-30} ca_start pebble "$pebble"
in_sd sh -c 'cat >/etc/certctl/pebble.pem' <"$ca/ca.pem"
in_sd sh -c 'cat >/etc/certctl/certctl.conf; systemd-tmpfiles --create' <<<"ca $directory { roots /etc/certctl/pebble.pem; }  http01 service;"
run in_sd certctl issue a.test --agree-tos
ok "root gets a certificate by hand" status_is 0
in_sd sh -c 'cat >/etc/nginx/conf.d/a.conf' <<'CONF'
server { listen 127.0.0.1:443 ssl;  server_name a.test;  include /var/lib/certctl/tls/nginx/a.test.conf; }
CONF
in_sd systemctl start nginx || fail "no nginx: $(in_sd journalctl -u nginx -n 5)"
in_sd sh -c 'cat >/etc/certctl/hooks/deploy.d/50-nginx; chmod 755 /etc/certctl/hooks/deploy.d/50-nginx' <<'HOOK'
#!/bin/sh
exec /usr/local/lib/certctl/hooks/reload-nginx "$@"
HOOK
served() { in_ns openssl s_client -connect 127.0.0.1:443 -servername a.test </dev/null 2>/dev/null | openssl x509 -noout -serial; }
stored() { in_sd openssl x509 -noout -serial -in "/var/lib/certctl/tls/gen/a.test/$(in_sd ls /var/lib/certctl/tls/gen/a.test | tail -n 1)/cert.pem"; }
generation() { in_sd ls /var/lib/certctl/tls/gen/a.test | tail -n 1; }
is_served() { [ "$(served)" = "$(stored)" ]; }
ok "and nginx serves it" is_served

# The unit itself has to make what the group reads.
in_sd sh -c 'echo "tls_group 33;" >>/etc/certctl/certctl.conf'
first=$(served)
timer_is_quick certctl-renew
changed() { [ -n "$(served)" ] && [ "$(served)" != "$first" ]; }
ok "the timer fires, and another certificate is served: nobody did anything" wait_for 60 changed
in_sd systemctl stop certctl-renew.timer
settle
ok "renew ran as certctl" wrote renew "^$(in_sd id -u certctl) 6 a\.test: renewed"
ok "deploy ran as root, with its hook" wrote deploy '^0 . hook succeeded .*50-nginx'
ok "root wrote nothing among what is certctl's" [ -z "$(in_sd find /var/lib/certctl/{accounts,lineages,renewal,watch,tls/gen,tls/.tmp} ! -user certctl)" ]
ok "and certctl nothing among what is root's" [ -z "$(in_sd find /var/lib/certctl/{deploy,tls/live,tls/nginx,tls/group} ! -user root)" ]
ok "keys are for the group that may read them, and nobody else" [ "$(in_sd find /var/lib/certctl/tls/group -mindepth 1 -printf '%y %m %U:%G\n' | sort -u)" = $'d 2750 0:33\nf 640 0:33' ]
ok "which nginx is led to" in_sd grep -q 'ssl_certificate_key "/var/lib/certctl/tls/group/33/a.test/' /var/lib/certctl/tls/nginx/a.test.conf
# Loopback is brought up by whoever may; a container that is booted for a test is not let.
ok "while all is well the journal has no warning" [ -z "$(in_sd journalctl -q -p warning -u 'certctl-*' | grep -v 'loopback network device')" ]
run in_sd systemctl start certctl-renew
ok "nothing due is a success" status_is 0
ok "that says so" wrote renew ' 6 1 certificate, nothing was due'
settle
asked=$(requests)
in_sd systemctl start certctl-renew; settle
ok "and asks nobody" none_since "$asked"

echo "# a renewal that fails"
in_sd sh -c 'echo 127.0.0.1 a.test >>/etc/hosts
  mkdir -p /etc/systemd/system/certctl-deploy.service.d; printf "[Unit]\nConditionPathExists=!/run/hold\n" >/etc/systemd/system/certctl-deploy.service.d/hold.conf
  systemctl daemon-reload; systemctl stop certctl-deploy.timer certctl-watch.timer; touch /run/hold'
last=$(generation)
renewed() { # within some lifetimes
  local i
  for i in {1..60}; do
    in_sd systemctl start certctl-renew; [ "$(generation)" = "$last" ] || return 0; sleep 1
  done
  entries renew | tail -n 5; return 1
}
ok "a renewal waits for its deployment" renewed
settle
ok "which has not come" not is_served
run in_sd certctl list
ok "and is said to be pending" output_has pending
in_ns bash "$here/pebble.sh" ca-stop "$ca"
almost_over() { not in_sd openssl x509 -noout -checkend 4 -in "/var/lib/certctl/tls/gen/a.test/$(generation)/cert.pem"; }
wait_for 60 almost_over || fail "it lives too long"
in_sd rm /run/hold
run in_sd systemctl start certctl-renew
ok "then the CA is down, and renew fails" [ "$status" != 0 ]
settle
ok "with the exit code of that" [ "$(result_of renew)" = 4 ]
ok "as an error in the journal, which says what to do" wrote renew '^[0-9]+ 3 .*fix: '
ok "and what waited is deployed all the same" is_served
ok "watch was started by it, after that" wrote watch .
run in_sd systemctl start certctl-watch
ok "it fails while there is something to see" [ "$(result_of watch)" = 10 ]
ok "which systemctl --failed shows" in_sd sh -c 'systemctl --failed --no-legend | grep certctl-watch.service'
ok "and is critical, or an error, in the journal" wrote watch '^[0-9]+ [23] .*a\.test'
ok "its user's file tells the same" in_sd grep -q a.test /var/lib/certctl/watch/status.json

echo "# a hook of root's that fails"
in_sd sh -c 'printf "#!/bin/sh\necho for root alone >&2; exit 1\n" >/etc/certctl/hooks/deploy.d/60-broken; chmod 755 /etc/certctl/hooks/deploy.d/60-broken'
run in_sd certctl deploy a.test --force
ok "fails: 9" status_is 9
run as_certctl /usr/local/bin/certctl show a.test
ok "certctl, who may not read root's records, sees that it has failed" output_has 'sudo certctl list tells why'
in_sd systemctl start certctl-watch
ok "and so does watch" in_sd grep -q 'has not been deployed: it has failed once' /var/lib/certctl/watch/status.json
ok "in its metrics too" in_sd grep -qx 'certctl_deploy_pending{lineage="a.test"} 1' /var/lib/certctl/watch/certctl.prom
ok "but nobody what the hook has said" [ -z "$(in_sd grep -rl 'for root alone' /var/lib/certctl/{watch,tls})" ]
in_sd rm /etc/certctl/hooks/deploy.d/60-broken
run in_sd certctl deploy a.test
ok "once it is mended" status_is 0
in_sd systemctl start certctl-watch
ok "it is over" in_sd grep -qx 'certctl_deploy_pending{lineage="a.test"} 0' /var/lib/certctl/watch/certctl.prom
echo "# the journal"
in_sd journalctl -q --no-pager -o short-precise -u certctl-renew -u certctl-deploy -u certctl-watch | grep -vE 'unmet condition|nothing was due|systemd\[1\]: (certctl-renew|Finished|Starting)' | tail -n 60

echo "# an attacker who is certctl"
cp "$here/hostile-store.py" "$T/units"
in_sd sh -c 'mkdir -m 700 /root/private; echo "nothing for others" >/root/private/secret'
photo_of_root() { in_sd find /etc /root/private /usr/local /run/certctl /home -xdev -printf '%y %m %U:%G %s %T@ %p %l\n' | sort; }
run as_certctl python3 /units/hostile-store.py /var/lib/certctl a.test /root/private/secret /run/ran
ok "leaves traps of all kinds" status_is 0
before=$(photo_of_root)
in_sd timeout 60 systemctl start certctl-deploy 2>/dev/null
ok "deploy comes to its end" not in_sd systemctl is-active certctl-deploy
ok "it has brought into use what a copy without a trap is" in_sd test -e /var/lib/certctl/tls/nginx/good.test.conf
trapped() { # none of what has a trap in its certificates
  ! in_sd ls /var/lib/certctl/tls/nginx /var/lib/certctl/tls/live | grep -E '^(up|root|key|names|link[0-9]|pipe[0-9]|huge[0-9]|link-generations?|link-lineage)\.test|[^a-z0-9.:/-]'
}
ok "and nothing that leads elsewhere, never ends, or has a name that is none" trapped
ok "it has run nothing" in_sd test ! -e /run/ran
ok "and written nothing outside of its own" diff <(echo "$before") <(photo_of_root)
ok "what root alone may read, nobody has been told" [ -z "$(in_sd sh -c 'journalctl -q | grep "nothing for others"; grep -r "nothing for others" /var/lib/certctl')" ]
ok "it tells of the traps, as an error" wrote deploy '^0 3 certctl: .* certificates failed'
ok "and what was served is served" [ -n "$(served)" ]
in_sd journalctl -q --no-pager -o cat -u certctl-deploy | grep -v 'unmet condition' | tail -n 40

echo "# uninstalled"
run in_sd make -s -C /units/source uninstall
ok "make uninstall succeeds" status_is 0
ok "nothing runs, and nothing will" [ -z "$(in_sd sh -c 'systemctl list-units --no-legend "certctl*"; find /etc/systemd /usr/local -name "*certctl*" ! -path "*.d*"')" ]
ok "certificates and settings are left" in_sd sh -c 'test -e /etc/certctl/certctl.conf && test -e /var/lib/certctl/tls/live/a.test'
summary
