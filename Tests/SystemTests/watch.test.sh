#!/bin/bash
# certctl watch against real nginx: what is served, over IPv4 and IPv6, and what is told of it; and certctl log.
NEED='nginx python3 faketime iptables'
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

home=$T/home
watch() { try certctl watch --home "$home" "$@"; }
# The line of a name at an address: its first word is the level, its fourth the state.
seen() { # NAME ADDRESS LEVEL STATE [WORDS]
  local line; line=$(awk -F '  ' -v n="$1" -v a="$2" '$2 == n && $3 == a' "$T/out")
  [ "$(awk -F '  ' '{print $1, $4}' <<<"$line")" = "$3 $4" ] && [[ $line == *"${5:-}"* ]] || { echo "not $3 $4 ${5:-}: $line"; cat "$T/out" "$T/err"; return 1; }
}
quiet() { [ ! -s "$T/err" ] || { echo "on standard error:"; cat "$T/err"; return 1; }; }
explains_watch() { grep -qF "$1" "$T/err" || { cat "$T/err"; return 1; }; }
mode() { [ "$(stat -c %a "$1")" = "$2" ] || { stat "$1"; return 1; }; } # PATH MODE
status_file=$home/lib/watch/status.json
metrics=$home/lib/watch/certctl.prom

# Every name has an address of its own, where nginx is told what to serve.
names=(a.test b.test c.test d.test e.test f.test g.test)
mkdir -p "$T/sites"
: >"$T/hosts"; mount --bind "$T/hosts" /etc/hosts || fail "cannot bind /etc/hosts"
on_exit umount /etc/hosts
point() { # NAME ADDRESS…
  local n=$1 a; shift
  sed "/ $n\$/d" "$T/hosts" >"$T/hosts.new"; for a; do echo "$a $n" >>"$T/hosts.new"; done
  cat "$T/hosts.new" >"$T/hosts"
}
serve() { # NAME ADDRESS FILE [KEY]   a folder serves the pair of a generation
  local certificate=$3 key=${4:-$3}
  [ ! -d "$3" ] || certificate=$3/fullchain.pem key=$3/privkey.pem
  echo "server { listen $2:443 ssl; ssl_certificate $certificate; ssl_certificate_key $key; return 200 ok; }" >"$T/sites/$1-${2//[^0-9]/_}.conf"
}
generation() { realpath "$home/lib/tls/live/$1"; }
workers() { ps --no-headers -o pid --ppid "$nginx" | tr -d ' '; }
reload() { # until none of the old workers is left to answer
  local old; old=$(workers)
  renewed() { ! workers | grep -qxF "$old"; }
  kill -HUP "$nginx"; wait_for 10 renewed || fail "nginx does not reload: $(tail -5 "$T/nginx-error.log")"
}
stranger() { # FILE NAME [WHEN]   a certificate of nobody's, from then on for 7 days, and its key
  faketime "${3:-now}" openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 7 -subj "/CN=$2" \
    -addext "subjectAltName=DNS:$2" -keyout "$1" -out "$1.crt" 2>"$T/openssl" && cat "$1.crt" >>"$1" || fail "no certificate: $(cat "$T/openssl")"
}

mkdir "$home"; watch
ok "where there is no store there is nothing to watch: 0" status_is 0
ok "and a way to begin, in that home" grep -qF "certctl issue --home $home example.com" <(echo "$output")
ok "and nothing is made" [ -z "$(ls -A "$home")" ]

ca_start new "$pebble"
for n in "${names[@]}"; do run issue "$n"; [ "$status" = 0 ] || fail "no certificate for $n: $output"; done

echo "# what is served"
point a.test 127.0.0.1 ::1; serve a.test 127.0.0.1 "$(generation a.test)"; serve a.test '[::1]' "$(generation a.test)"
point b.test 127.0.0.2; stranger "$T/expired.pem" b.test '30 days ago'; serve b.test 127.0.0.2 "$T/expired.pem"
point c.test 127.0.0.3; serve c.test 127.0.0.3 "$(generation a.test)"
point d.test 127.0.0.4; serve d.test 127.0.0.4 "$(generation d.test)/cert.pem" "$(generation d.test)/privkey.pem"
point e.test 127.0.0.5; echo "server { listen 127.0.0.5:443; return 200 ok; }" >"$T/sites/plain.conf"
point f.test 127.0.0.6
point g.test 127.0.0.7; stranger "$T/other.pem" g.test; serve g.test 127.0.0.7 "$T/other.pem"
cat >"$T/nginx.conf" <<CONF
worker_processes 1; pid $T/nginx.pid; error_log $T/nginx-error.log notice; user root;
events { worker_connections 128; }
http { access_log off; include $T/sites/*.conf; }
CONF
spawn "$T/nginx.log" nginx -c "$T/nginx.conf" -g 'daemon off;'; nginx=$pid
wait_for 5 in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.7/443' || fail "nginx does not start: $(cat "$T/nginx.log" "$T/nginx-error.log")"

watch a.test
ok "the current certificate at both addresses of a name: 0" status_is 0
ok "over IPv4" seen a.test 127.0.0.1:443 ok current
ok "over IPv6" seen a.test '[::1]:443' ok current
ok "and standard error is silent" quiet

watch
ok "findings end it with 10" status_is 10
ok "renew has never run" seen - - warning renew-never-ran
ok "an expired certificate" seen b.test 127.0.0.2:443 critical expired 'not ours'
ok "a certificate for another name" seen c.test 127.0.0.3:443 critical wrong-name 'is for a.test'
ok "a chain without the issuer that is stored" seen d.test 127.0.0.4:443 warning incomplete 'is not sent'
ok "a server without TLS" seen e.test 127.0.0.5:443 warning no-tls
ok "nobody there" seen f.test 127.0.0.6:443 warning silent 'connection refused'
ok "another's certificate" seen g.test 127.0.0.7:443 warning other 'CN=g.test'
ok "and what is right" seen a.test 127.0.0.1:443 ok current
story() { [ "$(wc -l <"$T/err")" = 3 ] && grep -q '^certctl: 7 findings need you, 2 of them critical$' "$T/err" && grep -q '^  fix: ' "$T/err" || { cat "$T/err"; return 1; }; }
ok "standard error has what, why and fix" story

in_ns iptables -A INPUT -d 127.0.0.6 -p tcp --dport 443 -j DROP || fail "no iptables"
watch f.test
ok "an address that swallows everything is given up on" seen f.test 127.0.0.6:443 warning silent 'no answer within 5 s'
in_ns iptables -F INPUT

try certctl renew --home "$home"
ok "after renew" status_is 0
watch
ok "it has run" not grep -q renew-never-ran "$T/out"

point f.test; watch f.test
ok "a name without an address" seen f.test - warning unresolved
try certctl watch --home "$home" f.test a.test --connect 127.0.0.1 --connect '[::1]:443' --connect nowhere.test:444
ok "servers can be named: where a name has no address" seen f.test 127.0.0.1:443 critical wrong-name
ok "and all of them are asked" seen a.test '[::1]:443' ok current
ok "one that cannot be found is told" seen - nowhere.test:444 warning unresolved

echo "# where certctl.conf has it looked for"
point f.test 127.0.0.6
echo "server { listen 127.0.0.6:8993 ssl; ssl_certificate $(generation f.test)/fullchain.pem; ssl_certificate_key $(generation f.test)/privkey.pem; return 200 ok; }" \
  >"$T/sites/f-8993.conf"; reload
mkdir -p "$home/etc"
block() { echo "certificate f.test { $1 }" >"$home/etc/certctl.conf"; }
block ''; watch f.test
ok "nobody answers at the usual port" explains_watch 'in a block for f.test in certctl.conf: watch [HOST:]PORT; or watch off;'
block 'watch 8993;'; watch f.test
ok "another port of its own: 0" status_is 0
ok "has the current certificate" seen f.test 127.0.0.6:8993 ok current
block 'watch 127.0.0.6:8993 nowhere.test:993;'; watch f.test
ok "another server" seen f.test 127.0.0.6:8993 ok current
ok "and one that cannot be found" seen f.test nowhere.test:993 warning unresolved
block 'watch off;'; watch f.test
ok "nowhere: 0" status_is 0
ok "and it is told so" grep -q '^ok  f.test  -  unwatched  ' "$T/out"
rm "$home/etc/certctl.conf" "$T/sites/f-8993.conf"; point f.test

echo "# renewed, and not reloaded"
try issue a.test --force
ok "a renewal" status_is 0
watch a.test
ok "the classic failure: what is served is the old one" seen a.test 127.0.0.1:443 warning old 'has not read its files again'
ok "exits with 10" status_is 10
for a in 127.0.0.1 '[::1]'; do serve a.test "$a" "$(generation a.test)"; done; reload
watch a.test
ok "after a reload all is well" status_is 0
ok "and the new one is served" seen a.test '[::1]:443' ok current

echo "# JSON, files, metrics"
watch --json --textfile "$T/node.prom"
objects() { # each line is an object with what it has to have, the last one the failure
  python3 - "$T/out" <<'PY'
import json, sys
lines = [json.loads(line) for line in open(sys.argv[1])]
assert lines[-1]["exitCode"] == 10 and set(lines[-1]) == {"error", "why", "fix", "exitCode"}, lines[-1]
for line in lines[:-1]:
    assert {"state", "level", "message", "since"} <= set(line), line
served = [line for line in lines[:-1] if "name" in line]
assert len(served) == 8, len(served)
assert all(line["lineage"] == line["name"] for line in served)
PY
}
ok "one object a line" objects
for f in "$status_file" "$metrics" "$T/node.prom"; do ok "everyone may read ${f##*/}" mode "$f" 644; done
ok "and its folder" mode "$home/lib/watch" 755
whole() { python3 -c 'import json, sys; d = json.load(open(sys.argv[1])); assert d["level"] == "critical" and len(d["observations"]) == 8 and d["time"], d' "$status_file"; }
ok "the status is whole" whole
ok "the copy of the metrics is the same" cmp "$metrics" "$T/node.prom"
strict() { # the text format 0.0.4, line by line; families with all their samples together
  python3 - "$metrics" <<'PY'
import re, sys
text = open(sys.argv[1]).read()
assert text.endswith("\n")
label = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\[\\"n])*"'
sample = re.compile(r'([a-zA-Z_:][a-zA-Z0-9_:]*)(?:\{(%s(?:,%s)*)\})? -?[0-9]+' % (label, label))
families, helped, seen = [], [], set()
for line in text[:-1].split("\n"):
    if m := re.fullmatch(r"# HELP ([a-z_]+) .+", line):
        assert m[1] not in helped, line; helped.append(m[1])
    elif m := re.fullmatch(r"# TYPE ([a-z_]+) gauge", line):
        assert m[1] == helped[-1] and m[1] not in families, line; families.append(m[1])
    else:
        m = sample.fullmatch(line)
        assert m and m[1] == families[-1], line
        assert line.rsplit(" ", 1)[0] not in seen, line; seen.add(line.rsplit(" ", 1)[0])
need = ["certificate_not_after_seconds", "served_not_after_seconds", "served_state", "renew_last_run_seconds", "renewal_failures", "deploy_pending", "watch_last_run_seconds"]
assert {"certctl_" + n for n in need} <= set(families), families
assert any('state="no-tls"' in s for s in seen) and any('address="[::1]:443"' in s for s in seen), seen
PY
}
ok "the metrics are in the format that node_exporter reads" strict
ends() { [ "$(grep -F 'certctl_served_not_after_seconds{lineage="a.test",name="a.test",address="127.0.0.1:443"}' "$metrics" | cut -d' ' -f2)" = "$(date +%s -d "$(openssl x509 -noout -enddate -in "$(generation a.test)/cert.pem" | cut -d= -f2)")" ]; }
ok "and tell the moment that the certificate has" ends
watch --textfile "$T/nowhere/x.prom"
ok "a folder for the metrics that is not there: 3" status_is 3

echo "# alarms"
post=$home/etc/hooks/post.d
mkdir -p "$post"
cat >"$post/tell" <<HOOK
#!/bin/sh
echo "\$1 \$2 \$CERTCTL_EVENT \$CERTCTL_LEVEL \$CERTCTL_LINEAGE \$CERTCTL_MESSAGE" >>"$T/told"
HOOK
chmod 755 "$post/tell"
told() { grep -c "$1" "$T/told"; }
for f in "$T"/sites/*.conf; do rm "$f"; done
point_all() { local n; for n in "${names[@]}"; do point "$n" 127.0.0.1; done; }
point_all
for n in "${names[@]}"; do
  g=$(generation "$n")
  echo "server { listen 127.0.0.1:443 ssl; server_name $n; ssl_certificate $g/fullchain.pem; ssl_certificate_key $g/privkey.pem; return 200 ok; }" >"$T/sites/$n.conf"
done
reload
watch
ok "several certificates at one address, each for its name: 0" status_is 0
ok "nothing is told of what is right" [ ! -e "$T/told" ]
cp "$T/sites/g.test.conf" "$T/g.conf"
sed -i "s|ssl_certificate .*|ssl_certificate $T/other.pem; ssl_certificate_key $T/other.pem; }|" "$T/sites/g.test.conf"; reload
watch
ok "another's certificate for one of them: 10" status_is 10
ok "the hook is told once, and what" grep -qx 'alert g.test alert warning g.test g.test at 127.0.0.1:443: a certificate is served that is not ours, of CN=g.test, until .*' "$T/told"
watch; watch
ok "and not again while it stays so" [ "$(told g.test)" = 1 ]
stranger "$T/expired-g.pem" g.test '30 days ago'; sed -i "s|$T/other.pem|$T/expired-g.pem|g" "$T/sites/g.test.conf"; reload
watch
ok "when it gets worse it is told again" [ "$(told g.test) $(told critical)" = "2 1" ]
python3 - "$status_file" <<'PY' || fail "the status cannot be changed"
import re, sys
text = open(sys.argv[1]).read()
open(sys.argv[1], "w").write(re.sub(r'("alerted" : ")[^"]*', r'\g<1>2020-01-01T00:00:00Z', text))
PY
watch
ok "and after a day" [ "$(told g.test)" = 3 ]
printf '#!/bin/sh\necho broken >&2; exit 1\n' >"$post/broken"; chmod 755 "$post/broken"; cp "$T/g.conf" "$T/sites/g.test.conf"
stranger "$T/f.pem" f.test; sed -i "s|ssl_certificate .*|ssl_certificate $T/f.pem; ssl_certificate_key $T/f.pem; }|" "$T/sites/f.test.conf"; reload
watch
ok "a hook that fails is a warning, not the exit code" status_is 10
ok "and its words are told" output_has "warning: an alarm could not be raised (reason="
rm "$post/broken"

echo "# the journal"
journal() { # FILE COMMAND…   with standard error on that file, which is the journal's
  : >"$1"; JOURNAL_STREAM=$(stat -c %d:%i "$1") certctl "${@:2}" >"$T/out" 2>"$1" </dev/null; status=$?
}
each_has() { # FILE PRIORITY   every line begins with it
  [ -s "$1" ] && ! grep -vq "^<$2>" "$1" || { cat "$1"; return 1; }
}
journal "$T/journal" watch --home "$home"
ok "the same findings: 10" status_is 10
ok "each line has a priority" each_has "$T/journal" '[345]'
ok "a warning is 4" grep -q '^<4>warning: someone should look (about=f.test at 127.0.0.1:443' "$T/journal"
ok "the failure is 3, in all its lines" [ "$(grep -c '^<3>' "$T/journal")" = 3 ]
ok "standard output has none" not grep -q '^<' "$T/out"
journal "$T/journal" show --home "$home" nobody.test
ok "so has the failure of any command" each_has "$T/journal" 3
: >"$T/journal"; JOURNAL_STREAM=1:1 certctl watch --home "$home" >/dev/null 2>"$T/journal" </dev/null
ok "another stream than the journal's has none" not grep -q '^<' "$T/journal"
socket() { # standard error as systemd makes it: a socket, told by its numbers
  python3 - "$program" "$home" <<'PY'
import os, socket, subprocess, sys
ours, theirs = socket.socketpair()
numbers = os.fstat(theirs.fileno())
run = subprocess.run([sys.argv[1], "show", "nobody.test", "--home", sys.argv[2]], stderr=theirs, stdin=subprocess.DEVNULL, timeout=20,
                     env={"JOURNAL_STREAM": "%d:%d" % (numbers.st_dev, numbers.st_ino)})
theirs.close()
lines = ours.makefile().read().splitlines()
assert run.returncode == 3 and len(lines) == 3 and all(line.startswith("<3>") for line in lines), (run, lines)
PY
}
ok "the journal's socket is known by its numbers" socket

echo "# a mistake in certctl.conf"
before=$(cat "$home/etc/certctl.conf" 2>/dev/null)
printf '%s\nemial ops@example.com;\n' "$before" >"$home/etc/certctl.conf"; watch
ok "stops every renewal" [ "$(certctl renew --home "$home" >/dev/null 2>&1; echo $?)" = 3 ]
ok "is a finding: 10" status_is 10
ok "with its place and what was meant" grep -q 'critical  -  -  settings-unusable  .*/etc/certctl.conf:[0-9]*:1: .*did you mean email' "$T/out"
ok "in the status" grep -q '"settings-unusable"' "$status_file"
ok "and the metrics" grep -qx 'certctl_settings_usable 0' "$metrics"
if [ -n "$before" ]; then printf '%s\n' "$before" >"$home/etc/certctl.conf"; else rm "$home/etc/certctl.conf"; fi

echo "# what happened"
try certctl log --home "$home"
ok "the history" status_is 0
ordered() { [ -s "$T/out" ] && cut -d' ' -f1 "$T/out" | sort -c; }
ok "in the order of time" ordered
ok "has what was issued" grep -q '  a.test  issued  ' "$T/out"
ok "and what was deployed" grep -q '  a.test  deployed  ' "$T/out"
ok "and the alarms" grep -q '  g.test  alert  critical: g.test at 127.0.0.1:443: ' "$T/out"
try certctl log --home "$home" a.test --last 1
ok "the last event of one lineage" [ "$(wc -l <"$T/out")" = 1 ]
try certctl log --home "$home" --json --since 1
each_is_json() { python3 -c 'import json, sys; assert all({"time", "event", "detail"} <= set(json.loads(l)) for l in open(sys.argv[1]))' "$T/out"; }
ok "in JSON each is an object" each_is_json
try certctl log --home "$home" --since 2100-01-01
ok "nothing since the future: 0" status_is 0
ok "and silent" [ ! -s "$T/out" ]
printf 'torn\n' >>"$home/lib/events.log"
try certctl log --home "$home" --last 1
ok "a damaged line is passed over and counted" grep -q 'warning: .*(count=1)' "$T/err"
try certctl log --home "$home" nobody.test
ok "a name that nothing is known of: 3" status_is 3
head -c 1100000 /dev/zero | tr '\0' '\n' >>"$home/lib/events.log"
try issue b.test --force
ok "a history that has become large is put aside" [ "$(stat -c %s "$home/lib/events.log")" -lt 10000 ]
ok "and kept" [ "$(stat -c %s "$home/lib/events.log.1")" -gt 1000000 ]
try certctl log --home "$home" a.test
ok "and still told of" grep -q '  a.test  issued  ' "$T/out"
truncate -s 3G "$home/lib/events.log.1"
try certctl log --home "$home" --last 1
ok "the last event of a huge history is found" status_is 0
summary
