# shellcheck shell=bash
# certctl installed in a systemd of its own, for a system test that has sourced testbed.sh and ca.sh.
#
#   install_certctl                boots it, installs certctl there as an operator does, and types what that says to type next ($steps)
#   stage_source                   the part of it that comes before the boot: the sources, at /units/source in there
#   forget_certctl                 the part after it: the throw-away copy may have a certctl of the machine's
#   as_certctl COMMAND…            as the user certctl
#   timer_is_quick UNIT            the unit's timer fires every three seconds from now on, in place of hourly
#   settle                         waits until nothing of certctl's runs, or waits to
#   entries UNIT, wrote UNIT WORDS each line that certctl has written as that unit: user, priority, text; the first with those words
#   result_of UNIT                 what its last run ended with
#   nginx_of_debian                Debian's nginx, with its unit and nothing but conf.d in its configuration
# shellcheck disable=SC2034,SC2154 # some variables are for the tests, some of the files sourced before

stage_source() {
  local repository; repository=$(realpath "$here/../..")
  mkdir -p "$T/units/source/.build/release"
  cp -r "$repository"/{Makefile,README.md,LICENSE,hooks,systemd} "$T/units/source"
  cp "$program" "$T/units/source/.build/release/certctl"
}
forget_certctl() {
  in_sd sh -c 'rm -rf /etc/certctl /var/lib/certctl /usr/local/lib/systemd; userdel certctl; groupdel certctl' 2>/dev/null
  in_sd systemctl daemon-reload
}
install_certctl() {
  stage_source
  start_systemd "$T/units"
  forget_certctl
  steps=$(in_sd make -s -C /units/source install | grep '^  ') && in_sd sh -exc "$steps" >/dev/null 2>&1 || fail "certctl cannot be installed"
}
as_certctl() { in_sd setpriv --reuid=certctl --regid=certctl --clear-groups "$@"; }
timer_is_quick() { # UNIT   nothing but the hour is another one than in real life
  in_sd sh -c 'mkdir -p /etc/systemd/system/$1.timer.d; cat >/etc/systemd/system/$1.timer.d/quick.conf; systemctl daemon-reload; systemctl restart $1.timer' sh "$1" <<'TIMER'
[Timer]
OnCalendar=
OnCalendar=*:*:0/3
RandomizedDelaySec=0
AccuracySec=100ms
TIMER
}
settle() {
  wait_for 60 in_sd sh -c '! systemctl -q is-active certctl-renew certctl-deploy certctl-watch && [ -z "$(systemctl list-jobs --no-legend "certctl-*.service")" ]'
}
entries() { # UNIT   by its identifier: of a process that ends before the journal looks at it the name is not known
  in_sd journalctl --sync
  in_sd journalctl -o json -u "certctl-$1" | python3 -c '
import json, sys
for line in sys.stdin:
    entry = json.loads(line)
    if entry.get("SYSLOG_IDENTIFIER") == "certctl":
        print(entry["_UID"], entry["PRIORITY"], entry["MESSAGE"])'
}
wrote() { entries "$1" | grep -E -m 1 "$2" || { entries "$1"; return 1; }; } # UNIT PATTERN
result_of() { in_sd systemctl show -p ExecMainStatus --value "certctl-$1"; } # UNIT
nginx_of_debian() {
  in_sd sh -c 'cd /etc/nginx && rm -rf conf.d sites-enabled modules-enabled && cat >nginx.conf && mkdir conf.d' <<'CONF'
user www-data;  worker_processes 1;  pid /run/nginx.pid;  error_log /var/log/nginx/error.log notice;
events { worker_connections 64; }
http { include /etc/nginx/conf.d/*.conf; }
CONF
}
