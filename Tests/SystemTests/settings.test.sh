#!/bin/bash
# certctl.conf as the program reads it: what `apply --check` says of a right file, of wrong ones, and of files that it must not trust.
NEED='chown'
LIMIT=120
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
certctl=${CERTCTL:-${BASH_SOURCE%/*}/../../.build/release/certctl}
[ -x "$certctl" ] || fail "$certctl is missing: make build"
home=$T/home etc=$T/home/etc conf=$T/home/etc/certctl.conf
mkdir -p "$etc"
check() { run "$certctl" --home "$home" apply --check "$@"; }
says() { check; status_is "$1" && shift && for text; do output_has "$text" || return 1; done; } # STATUS TEXT…
put() { printf '%s\n' "$@" >"$conf"; chmod 600 "$conf"; }

echo "# what is right"
ok "no file: everything has its default" says 0 "$conf: there is no such file"
# What its paths lead to is looked at too.
mkdir "$T/conf.d"; printf '#!/bin/sh\n' >"$T/reload-mail"; chmod 755 "$T/reload-mail"
sed -n '/^## Settings/,/^## /p' "${BASH_SOURCE%/*}/../../README.md" | awk '/^```nginx$/ {on = 1; next} /^```$/ {on = 0} on' |
  sed "s|/srv/proxy/conf.d|$T/conf.d|; s|/usr/local/bin/reload-mail|$T/reload-mail|" >"$conf"; chmod 600 "$conf"
ok "the example of the README: 3 sites, 1 certificate" says 0 "$conf: 3 sites, 1 certificate: the syntax is right"
json() { check --json && status_is 0 && python3 -c 'import json,sys; r = json.loads(sys.argv[1]); assert (r["sites"], r["certificates"]) == (3, 1)' "$output"; }
ok "and the same in JSON" json

echo "# what is wrong"
put 'emial ops@example.com;' 'site a.test {' '    to frontend:3000;' '    proxy_set_header X y;' '}' 'key_type p265;'
ok "a directive is misspelt: line, column, and what was meant" says 3 "$conf:1:1: there is no directive 'emial'" "fix: did you mean email?"
ok "and the others are told with it" says 3 "$conf:4:5: 'proxy_set_header' is a directive of nginx" "it belongs in raw { proxy_set_header" "$conf:6:10: 'key_type' cannot be 'p265'" "did you mean p256?"
findings() { check --json; status_is 3 && python3 -c '
import json, sys
lines = [json.loads(l) for l in sys.argv[1].splitlines() if l.startswith("{")]
assert [(l["line"], l["column"]) for l in lines[:-1]] == [(1, 1), (4, 5), (6, 10)], lines
assert lines[-1]["exitCode"] == 3 and lines[-1]["why"] == "it has 3 faults" and "email" not in str(lines[-1]), lines' "$output"; }
ok "in JSON each is a line with its place, and told once" findings
put 'email ops@example.com' 'ca letsencrypt;'
ok "a semicolon is missing" says 3 "$conf:2:1: a ';' is missing before 'ca'"
put $'profile \e[31mred;'
plain() { says 3 "$conf:1:9: this word cannot be read" && [[ $output != *$'\e'* ]]; }
ok "an escape sequence is not sent on to the terminal" plain
printf 'a {%.0s' {1..100000} >"$conf"
ok "a hundred thousand blocks in each other are an error and no crash" says 3 "$conf:1:771: blocks are nested deeper than 256"
head -c 1000000 /dev/urandom >"$conf"
ok "random bytes are an error and no crash" says 3 "$conf:"
seq -f 'certificate n%g.test;' 100000 >"$conf"
ok "100,000 certificates are read" says 0 "100000 certificates"

echo "# whom to trust"
put 'email ops@example.com;'
chmod 622 "$conf"; ok "F12: others could write to it" says 3 "not safe to use" "mode 0622" "chmod go-w '$conf'"; chmod 600 "$conf"
chmod 777 "$etc"; ok "F12: others could write to its directory" says 3 "not safe to use" "mode 0777"; chmod 755 "$etc"
chown 4242 "$conf"; ok "F13: it belongs to another user" says 3 "belongs to user 4242"; chown 0 "$conf"
mv "$conf" "$T/elsewhere"; ln -s "$T/elsewhere" "$conf"; ok "F13: it is a link" says 3 "symbolic link"; rm "$conf"
head -c 10485760 /dev/zero >"$conf"; ok "F11: it has 10 MB" says 3 "10485760 bytes"
put ''
unchanged() { local before; before=$(find "$home" -printf '%p %s %T@\n' | sort); check; [ "$before" = "$(find "$home" -printf '%p %s %T@\n' | sort)" ]; }
ok "and nothing was changed or made" unchanged
run "$certctl" --home "$home" apply
ok "apply has nothing to do where nothing is asked for" status_is 0
ok "and says so" output_has "Nothing to do"
summary
