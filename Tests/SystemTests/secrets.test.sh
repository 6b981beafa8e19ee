#!/bin/bash
# Private keys are in files of mode 0600 and nowhere else: not in what certctl says, remembers, hands to hooks or to the kernel.
NEED='python3 strace setpriv'
LIMIT=180
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
here=$(realpath "${BASH_SOURCE%/*}")
certctl=$(realpath "${CERTCTL:-$here/../../.build/release/certctl}") || fail "no certctl; nothing was tested"
export PEBBLE_BIN=${PEBBLE:-$here/../../.build-tools/root/usr/bin/pebble} ONE_PROFILE=1
umask 022
in_ns "$here/pebble.sh" start "$T/pebble" >"$T/environment" || fail "no Pebble"
on_exit "in_ns '$here/pebble.sh' stop '$T/pebble'"
# shellcheck source=/dev/null
. "$T/environment"
options=(--ca "$ACME_DIRECTORY" --ca-roots "$ACME_CA_ROOT" --agree-tos --http01-port 5002)
mkdir "$T/said"

# A hook that tells all it was given, and holds certctl up while somebody looks at it.
cat >"$T/hook" <<HOOK
#!/bin/sh
{ env; cat; ls -l /proc/self/fd; printf '%s\n' "\$@"; } >"$T/said/hook"
echo "hook of \$PPID"; echo \$PPID >"$T/held"
i=0; while [ ! -e "$T/go" ] && [ \$i -lt 100 ]; do sleep 0.1; i=\$((i + 1)); done
HOOK
chmod 755 "$T/hook"
issue() { # HOME NAME [options]
  in_ns "$certctl" issue "${@:2}" --home "$1" "${options[@]}" --verbose
}
held() { # COMMAND…   certctl in the background, until its hook holds it: then $certctl_pid
  rm -f "$T/held" "$T/go"
  "$@" --deploy-hook "$T/hook" >"$T/said/held-$1" 2>&1 </dev/null & held=$!
  wait_for 15 test -s "$T/held" || fail "the hook was not run: $(cat "$T/said/held-$1")"
  certctl_pid=$(cat "$T/held")
}
let_go() { touch "$T/go"; wait "$held"; status=$?; output=; }
look_at() { # PID   its arguments, environment and open files, as others see them
  tr '\0' '\n' <"/proc/$1/cmdline"; tr '\0' '\n' <"/proc/$1/environ"; ls -l "/proc/$1/fd"; cat "/proc/$1/comm"
}

echo "# everything said aloud"
held issue "$T/home" a.test b.test --email ops@a.test
look_at "$certctl_pid" >"$T/said/process" 2>&1
ok "certctl can be looked at, so that this test sees something" grep -qx issue "$T/said/process"
let_go
ok "a first certificate, with every step told" status_is 0
run issue "$T/home" a.test b.test --key-type rsa2048; echo "$output" >"$T/said/rsa"
ok "a second one with an RSA key" status_is 0
run issue "$T/home" a.test b.test --key-type p384 --json; echo "$output" >"$T/said/json"
ok "a third one, told as JSON" status_is 0
run issue "$T/home" a.test b.test --key-type p384 --deploy-hook /bin/false --force; echo "$output" >"$T/said/failed"
ok "a hook that fails" status_is 9
for command in list "show a.test" "list --json" "show a.test --json"; do
  # shellcheck disable=SC2086
  in_ns "$certctl" $command --home "$T/home" --verbose >>"$T/said/listed" 2>&1
done
run in_ns env OF_THE_CALLER=1 strace -f -qq -y -v -s 65536 -o "$T/calls" -e trace=write,writev,execve,?fork,clone \
  "$certctl" issue c.test --home "$T/home" "${options[@]}" --verbose --deploy-hook /bin/true
echo "$output" >"$T/said/traced"
ok "one whose every word to the kernel is on record" status_is 0

# Each way in which a private key could be written: the lines of its PEM, and its secret number in hexadecimal, base64 and base64url.
cat >"$T/canaries.py" <<'PYTHON'
import base64, glob, re, subprocess, sys

home, words = sys.argv[1], set()
keys = sorted(glob.glob(f"{home}/lib/accounts/*/key.pem") + glob.glob(f"{home}/lib/tls/gen/*/*/privkey.pem"))
for path in keys:
    body = [line for line in open(path).read().splitlines() if not line.startswith("---")]
    whole = base64.b64decode("".join(body))
    text = subprocess.run(["openssl", "pkey", "-in", path, "-noout", "-text"], capture_output=True, text=True, check=True).stdout
    for number in re.findall(r"^(?:priv|privateExponent|prime1|prime2):\n((?:\s+[0-9a-f:]+\n)+)", text, re.M):
        secret = bytes.fromhex(re.sub(r"[\s:]", "", number)).lstrip(b"\0")
        words.update((secret.hex(), secret.hex().upper(), base64.b64encode(secret).decode()[:40], base64.urlsafe_b64encode(secret).decode()[:40]))
        # Lines of 48 bytes; those with 8 of the number at least. The others may hold the public key, which a request holds too.
        start = whole.index(secret)
        words.update(line for n, line in enumerate(body) if min(start + len(secret), n * 48 + 48) - max(start, n * 48) >= 8)
print("\n".join(sorted(words)))
sys.exit(len(keys) < 5)
PYTHON
python3 "$T/canaries.py" "$T/home" >"$T/canaries" || fail "no keys to look for"
printf '%s\n' 'PRIVATE KEY' '"d":' '"d" :' >>"$T/canaries"
clean() { # FILES…   hold nothing of a key, nor the beginning of one
  local found; found=$(grep -aHF -f "$T/canaries" -- "$@" | cut -c 1-300)
  [ -z "$found" ] || { echo "$found"; return 1; }
}
ok "the keys are where they belong, so that this test finds what it looks for" \
  grep -qaF -f "$T/canaries" "$T/home/lib/tls/gen/a.test/000003/privkey.pem"
for file in "$T/said"/*; do ok "nothing of a key in what was said: ${file##*/}" clean "$file"; done
mapfile -t remembered < <(find "$T/home" -type f ! -name '*key.pem')
ok "nothing of a key in ${#remembered[@]} other files, journals and events among them" clean "${remembered[@]}"
grep -E 'write' "$T/calls" | grep -Ev 'key\.pem(\.new)?>' >"$T/written"
grep -E 'execve' "$T/calls" >"$T/started"
ok "nor in what was written anywhere but to a key's file" clean "$T/written"
ok "in a recorded run the key's file is written, so that this test sees it" grep -Eq 'write.*key\.pem>.*PRIVATE KEY' "$T/calls"
ok "nor in the arguments or the environment of a child" clean "$T/started"
child() { grep -F 'execve("/' "$T/started" | grep -F /true | grep -vF "execve(\"$certctl\""; }
ok "a child is on record with its environment" grep -q CERTCTL_PRIVKEY= <(child)
ok "and there is nothing of the caller's in it" not grep -q OF_THE_CALLER <(child)
ok "nor is a file of certctl's left open for it" not grep -Eq ' -> .*/(lib|home)/' "$T/said/hook"
ok "requests were told, so that there was something to look through" grep -q '^answer (status=201' "$T/said/rsa"

echo "# what the kernel gives away"
unprivileged=(setpriv --reuid 65534 --regid 65534 --clear-groups --)
install -d -o 65534 -g 65534 "$T/theirs"; chmod 755 "$T/pebble"; chmod 1777 "$T" "$T/said"
theirs() { in_ns "${unprivileged[@]}" "$certctl" issue "$1" --home "$T/theirs/home" "${options[@]}" "${@:2}"; }
held theirs d.test
ok "an ordinary user's certctl is not for the same user to read" \
  not "${unprivileged[@]}" cat "/proc/$certctl_pid/environ"
ok "nor to open its memory" not "${unprivileged[@]}" head -c 1 "/proc/$certctl_pid/mem"
ok "and belongs to root in /proc" [ "$(stat -c %u "/proc/$certctl_pid/maps")" = 0 ]
"${unprivileged[@]}" sleep 30 & control=$!
on_exit "stop_pid $control"
belongs() { [ "$(stat -c %u "/proc/$1/maps")" = "$2" ]; } # PID USER
ok "as no other process of that user does" wait_for 2 belongs "$control" 65534
let_go
ok "and it succeeds" status_is 0

# Kills what is held by SEGV with cores allowed; the shell says when one was made.
cored() { # COMMAND…   whether it left a core
  python3 - "$@" <<'PYTHON'
import os, resource, signal, sys, time
resource.setrlimit(resource.RLIMIT_CORE, (resource.getrlimit(resource.RLIMIT_CORE)[1],) * 2)
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
held = os.environ.get("HELD")
for _ in range(150):
    if not held or os.path.exists(held):
        break
    time.sleep(0.1)
time.sleep(0.2)
os.kill(int(open(held).read()) if held else child, signal.SIGSEGV)
status = os.waitpid(child, 0)[1]
print("signal", os.WTERMSIG(status), "core", os.WCOREDUMP(status))
sys.exit(0 if os.WIFSIGNALED(status) and os.WCOREDUMP(status) else 1 if os.WIFSIGNALED(status) else 2)
PYTHON
}
mkdir "$T/cores"; cd "$T/cores" || exit 1
ulimit -c unlimited
ok "another process that crashes leaves a core here, so that this test sees one" cored sleep 30
rm -f "$T/held" "$T/go"
run env "HELD=$T/held" "$(command -v bash)" -c "$(declare -f cored); cored nsenter --net=/run/netns/$NS $certctl issue e.test --home $T/home \
  ${options[*]} --deploy-hook $T/hook"
touch "$T/go"
ok "certctl that crashes leaves none" output_has "signal 11 core False"
rm -f "$T/cores"/*; cd / || exit 1

echo "# the caller's umask"
modes() { (cd "$1" && find . -printf '%m %y %P\n' | sed 's/localhost-[0-9a-f]*/CA/' | sort); }
for mask in 000 022 077 777; do
  run bash -c "umask $mask; exec \"\$@\"" - nsenter --net="/run/netns/$NS" "$certctl" issue u.test --home "$T/umask-$mask" "${options[@]}"
  ok "umask $mask: a certificate is issued" status_is 0
done
for mask in 000 077 777; do
  ok "umask $mask changes no mode" diff <(modes "$T/umask-022") <(modes "$T/umask-$mask")
done
ok "every key is its owner's alone" [ -z "$(find "$T"/umask-* "$T/home" "$T/theirs" -name '*key.pem' -perm /077)" ]
ok "and so is all but what readers need" \
  [ -z "$(find "$T"/umask-*/lib -perm /077 ! -type l | grep -Ev '/lib$|/lib/watch$|/lib/tls(/(gen|live|nginx)(/.*)?)?$')" ]
summary
