#!/bin/bash
# The frame of a system test: a bash script sets what differs (NEED, LIMIT) and sources this file first. It then runs as root in PID, mount
# and network namespaces of its own, and whatever it started or mounted is undone when it ends, however it ends.
#
#   T, NS                          scratch directory; network namespace with nothing but loopback
#   spawn LOG COMMAND…             a background process in NS, its id in $pid; in_ns COMMAND… one in the foreground
#   wait_for SECONDS COMMAND…      until it succeeds; stop_pid PID [SIGNAL]; on_exit COMMAND
#   run COMMAND…                   runs it; $status and $output are what came of it (never fails itself)
#   ours DIRECTORY                 an empty directory of this test alone, at a path that the machine has a meaning for
#   ok "rule it proves" COMMAND…   one check, one line; `not COMMAND…` turns it round; status_is, output_has look at the last run
#   summary                        the last line of a script
#   . docker.sh                    a private Docker Engine on NS, and images made without a registry
#   start_systemd UNITS            a systemd of its own, in NS, on a throw-away copy of / with the units of that folder (at /units) and
#                                  none that the machine has enabled; its goal is test.target. in_sd COMMAND… runs there
#
# A machine that lacks a part or a capability fails the test; it never passes by skipping.
set -u
fail() { echo "testbed: $*" >&2; exit 1; }

[ "$(id -u)" = 0 ] || fail "needs root; nothing was tested"
unshare --mount --net true 2>/dev/null || fail "needs CAP_SYS_ADMIN (cannot make namespaces); nothing was tested"
for p in ip nsenter setsid curl openssl ${NEED:-}; do
  command -v "$p" >/dev/null || fail "program $p is missing; nothing was tested"
done
[ -n "${TESTBED:-}" ] || TESTBED=1 exec timeout -k 30 "${LIMIT:-600}" \
  unshare --mount --propagation private --pid --fork --kill-child --mount-proc bash "$0" "$@"

# Its own, as its PIDs are: libfaketime leaves a file there for each, and a program that meets another's does not start.
mount -t tmpfs -o mode=1777 tmpfs /dev/shm || fail "cannot mount /dev/shm"

T=$(mktemp -d) || fail "no scratch directory"
NS=ct${T##*.}
chmod 755 "$T"                                  # workers of nginx are not root
undo=()
on_exit() { undo+=("$*"); }
cleanup() {
  local rc=$? i mount
  trap - EXIT; trap '' INT TERM
  for ((i = ${#undo[@]} - 1; i >= 0; i--)); do eval "${undo[i]}" || rc=1; done
  awk -v t="$T/" 'index($5, t) == 1 {print $5}' /proc/self/mountinfo | sort -r | while read -r mount; do umount -l "$mount"; done
  # Never rm while something is mounted below: it would empty what is mounted.
  if grep -qF " $T/" /proc/self/mountinfo; then echo "testbed: mounts left below $T" >&2; rc=1
  else rm -rf --one-file-system "$T" || rc=1; fi
  exit $rc
}
trap cleanup EXIT; trap 'exit 130' INT; trap 'exit 143' TERM

wait_for() { # SECONDS COMMAND…
  local i n=$(($1 * 20)); shift
  for ((i = 0; i < n; i++)); do "$@" >/dev/null 2>&1 && return 0; sleep 0.05; done
  echo "testbed: not in time: $*" >&2; return 1
}
stop_pid() { # PID [SIGNAL]   KILL, and an error, after 15 s
  local i
  [ -n "${1:-}" ] && kill -"${2:-TERM}" "$1" 2>/dev/null || return 0
  for ((i = 0; i < 300; i++)); do kill -0 "$1" 2>/dev/null || return 0; sleep 0.05; done
  kill -KILL "$1"; echo "testbed: process $1 had to be killed" >&2; return 1
}
ours() { # DIRECTORY
  [ -d "$1" ] || { mkdir -m 755 "$1" && on_exit "rmdir '$1'"; }
  mount -t tmpfs -o mode=755 tmpfs "$1" && on_exit "umount -l '$1'"
}
# Not `ip netns exec`: that remounts /sys, and /sys/fs/cgroup is then empty.
in_ns() { nsenter --net="/run/netns/$NS" "$@"; }
spawn() { # LOG COMMAND…   `in_ns … &` would give the id of a subshell and leave the program running
  setsid nsenter --net="/run/netns/$NS" "${@:2}" >"$1" 2>&1 </dev/null & pid=$!
  on_exit "stop_pid $pid"
}
ip netns add "$NS" || fail "cannot add a network namespace"
on_exit "ip netns del $NS"
ip -n "$NS" link set lo up || fail "needs CAP_NET_ADMIN; nothing was tested"

passed=0 failed=0
not() { ! "$@"; }
run() { output=$("$@" 2>&1 </dev/null); status=$?; }
status_is() { [ "$status" = "$1" ] || { echo "exit status $status, not $1; it said:"; echo "$output"; return 1; }; }
# A fix has the home of the store that it is about, which is another one in each test.
homeless() { sed 's| --home /[^ ;:,()`]*||g'; }
output_has() { [[ $(homeless <<<"$output") == *"$1"* ]] || { echo "nothing like: $1"; echo "in:"; echo "$output"; return 1; }; }
ok() { # RULE COMMAND…
  local said
  if said=$("${@:2}" 2>&1 </dev/null); then
    passed=$((passed + 1)); echo "ok - $1"
  else
    failed=$((failed + 1)); echo "not ok - $1"; sed 's/^/    /' <<<"${said:-(no output) ${*:2}}"
  fi
}
summary() { echo "# $passed passed, $failed failed"; [ "$failed" = 0 ]; exit; }

# systemd-nspawn comes from the package, unpacked and not installed: that would replace the host's systemd.
get_nspawn() { # FOLDER
  [ -x "$1/usr/bin/systemd-nspawn" ] && return
  mkdir -p "$1/apt" && (cd "$1/apt" && apt-get -qq -o APT::Sandbox::User=root download systemd-container) && dpkg-deb -x "$1"/apt/systemd-container_*.deb "$1"
}
start_systemd() { # UNITS
  local root=$T/sd tools=${SYSTEMD_TOOLS:-$(dirname "${BASH_SOURCE[0]}")/../../.build-tools/systemd}
  get_nspawn "$tools" || fail "no systemd-nspawn; nothing was tested"
  mkdir "$root"; mount -t tmpfs -o size=512m tmpfs "$root"; mkdir "$root"/{up,wd,root}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$root/up,workdir=$root/wd" "$root/root" || fail "no overlay file system"
  on_exit stop_systemd
  find "$root/root/etc/systemd/system" -mindepth 1 -delete
  [ -e "$1/test.target" ] || printf '%s\n' '[Unit]' 'Requires=basic.target dbus.socket' 'After=basic.target dbus.socket' >"$1/test.target"
  # A control group of its own: else nspawn makes one, and leaves it, that two would share.
  setsid bash -c 'for c in /sys/fs/cgroup/{systemd,unified}; do [ ! -e $c/cgroup.procs ] || { mkdir $c/$0; echo $$ >$c/$0/cgroup.procs; }; done
    exec "$@"' "$NS" "$tools/usr/bin/systemd-nspawn" -D "$root/root" -M "$NS" -b --register=no --keep-unit --console=pipe \
    --kill-signal=SIGRTMIN+3 --network-namespace-path="/run/netns/$NS" --setenv=SYSTEMD_UNIT_PATH=/units: \
    --bind-ro="$1:/units" systemd.unit=test.target >"$T/boot.log" 2>&1 </dev/null &
  nspawn=$!; wait_for 5 pgrep -P $nspawn -x systemd || fail "systemd-nspawn: $(tail -3 "$T/boot.log")"
  init=$(pgrep -P $nspawn -x systemd)                 # by name too: a passing child would be taken for it
  wait_for 20 in_sd systemctl is-active test.target || fail "systemd did not boot: $(tail -3 "$T/boot.log")"
}
in_sd() { nsenter -t "$init" -a "$@"; }
stop_systemd() {
  local group
  stop_pid "${init:-}" RTMIN+3; stop_pid "${nspawn:-}"; init='' nspawn=''
  for group in /sys/fs/cgroup/{systemd,unified}/"$NS"; do [ ! -d "$group" ] || find "$group" -depth -type d -exec rmdir {} +; done
}
