#!/bin/bash
# `certctl issue`, `list`, `show` and `delete` with the real program: from the names to the files, nginx and the hooks.
NEED='nginx python3 setpriv'
LIMIT=240
# shellcheck disable=SC2046,SC2086 # `good` and $command are words
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

installed=$(photo /var/lib/certctl)               # if any

keys_are_closed() {
  local open
  # A file is a key if it says so, whatever its name.
  open=$(find "$home" -type f ! -perm 600 -exec grep -la 'PRIVATE KEY' {} +)
  [ -z "$open" ] || { echo "keys that others may read: $open"; return 1; }
  [ "$(find "$home" -name privkey.pem -perm 600 | wc -l)" -gt 0 ] || { echo "no key at all"; return 1; }
  open=$(find "$home" ! -type l -perm /022)
  [ -z "$open" ] || { echo "others may write: $open"; return 1; }
}
layout_is() { # the modes that design and manual promise
  local mode path
  while read -r mode path; do
    [ "$(stat -c %a "$home/$path")" = "$mode" ] || { echo "$path: $(stat -c %a "$home/$path"), not $mode"; return 1; }
  done <<LAYOUT
711 lib
700 lib/accounts
700 lib/lineages
711 lib/tls
711 lib/tls/gen
755 lib/tls/nginx
755 lib/tls/live
600 lib/events.log
LAYOUT
  [ -z "$(find "$home/lib/accounts" "$home/lib/lineages" -type f ! -perm 600)" ] || { echo "a file of accounts/ or lineages/ is open"; return 1; }
  [ -z "$(find "$home/lib/tls/.tmp" -mindepth 1)" ] || { echo "left over: $(find "$home/lib/tls/.tmp" -mindepth 1)"; return 1; }
}
nginx_accepts() { # every include below $home
  local include
  {
    echo "pid $T/test.pid; error_log stderr; events {} http { access_log off;"
    for include in "$home"/lib/tls/nginx/*.conf; do
      echo "server { listen 127.0.0.1:8443 ssl; server_name $(basename "$include" .conf); include $include; }"
    done
    echo "}"
  } >"$T/test.conf"
  in_ns nginx -t -c "$T/test.conf"
}
is_json() { # LINES   the last output: so many lines, each an object
  [ "$(wc -l <"$T/out")" = "$1" ] || { echo "$(wc -l <"$T/out") lines"; return 1; }
  while read -r line; do python3 -m json.tool <<<"$line" >/dev/null || return; done <"$T/out"
}
field() { python3 -c 'import json, sys; print(json.loads(sys.stdin.readline())[sys.argv[1]])' "$1" <"$T/out"; } # NAME
field_is() { [ "$(field "$1")" = "$2" ] || { echo "$1 is $(field "$1")"; return 1; }; } # NAME VALUE
generations() { find "$home/lib/tls/gen/$1" -mindepth 1 -maxdepth 1 -printf '%f\n' | sort; } # NAME
good() { printf '%s\n' "$home/lib/tls/gen/$1" "$home/lib/tls/live/$1" "$home/lib/tls/nginx/$1.conf"; } # NAME   what is served

everything() { # what is the same with each CA
  home=$T/$ca_name-home
  for count in 1 2 50 100; do
    mapfile -t names < <(seq -f "n%g.of$count.test" "$count")
    run issue "${names[@]}"
    ok "$count names in one certificate" status_is 0
    ok "and key, request, chain, names and include fit" sound "${names[0]}" p256 "${names[@]}"
  done
  for type in p256 p384 rsa2048 rsa3072 rsa4096; do
    run issue "$type.test" "www.$type.test" --key-type "$type"
    ok "a key of type $type" status_is 0
    ok "and all of it fits" sound "$type.test" "$type" "$type.test" "www.$type.test"
  done
  ok "keys are for their owner alone, nothing is for others to write" keys_are_closed
  ok "the folders are as documented, and nothing is left over" layout_is
  ok "nginx accepts every include" nginx_accepts
  try certctl list --home "$home"
  ok "list shows every certificate" [ "$(grep -c ' valid ' "$T/out")" = 9 ]
  ok "and says nothing else" [ ! -s "$T/err" ]
  try certctl --home "$home" list --json
  ok "list --json is one object a line" is_json 9
  try certctl show p384.test --home "$home"
  ok "show tells names, key and files" output_has "$home/lib/tls/live/p384.test/privkey.pem"
  ok "show tells the type of the key" grep -q '^key  *p384$' "$T/out"
  try certctl show P384.test --json --home "$home"
  ok "show --json is one object" is_json 1
  ok "and is about that certificate" field_is keyType p384
  before=$(requests)
  run issue p256.test www.p256.test
  ok "issue again: 0" status_is 0
  ok "unchanged" output_has "p256.test: unchanged"
  ok "without a request to the CA" none_since "$before"
  run issue www.p256.test p256.test --name p256.test
  ok "the order of the names makes no difference" output_has "p256.test: unchanged"

  ca_restart || fail "the CA does not start again"
  # The agreement to the same terms is remembered.
  run certctl issue p256.test www.p256.test --force --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem" --http01-port "${ca_port[$ca_name]}"
  ok "a CA that has forgotten the account gets it again" status_is 0
  ok "and that is said" output_has "the CA has forgotten the account; registering again"
  ok "and all of it fits" sound p256.test p256 p256.test www.p256.test
  run issue another.test
  ok "and the account made anew is used from then on" not output_has "account"

  resolve p384.test 192.0.2.1                     # where nobody is
  kept=$(photo $(good p384.test))
  try issue p384.test www.p384.test --key-type p384 --force
  ok "a name that leads elsewhere: 6, with the CA's words" explains 6 "could not validate p384.test" "192.0.2.1" "port 80"
  ok "and only that name is blamed" not grep -q 'www.p384.test' <(grep '^certctl: ' "$T/err")
  ok "and what was served is as it was, byte for byte" same "$kept" $(good p384.test)
  unresolve p384.test
  run issue p384.test www.p384.test --key-type p384 --force
  ok "and once the name leads here it succeeds" sound p384.test p384 p384.test www.p384.test
  kept=$(photo $(good p384.test))
  try issue p384.test blocked-domain.example --name p384.test --force
  ok "a name that the CA refuses: 5, with the CA's words" explains 5 "the CA refused" "blocked-domain.example" "then run the same command again"
  ok "and what was served is as it was, byte for byte" same "$kept" $(good p384.test)
  try certctl list --home "$home" --json
  ok "list is not disturbed" is_json 10
}

ca_start new "$pebble"
ca_start old "$packaged" 5002
ca_use new; echo "# Pebble with profiles"; everything
ca_use old; echo "# the packaged Pebble"; everything

echo "# generations"
ca_use new; home=$T/forced
issue a.test >/dev/null 2>&1; first=$(photo "$home/lib/tls/gen/a.test/000001")
for i in 2 3; do
  issue a.test --force >/dev/null 2>&1
  ok "--force makes generation $i" sound a.test p256 a.test
  ok "and leaves the first as it was" same "$first" "$home/lib/tls/gen/a.test/000001"
done
for i in 4 5 6; do issue a.test --force >/dev/null 2>&1; done
ok "five times forced, the newest is in use" sound a.test p256 a.test
ok "and three are kept" [ "$(generations a.test | tr '\n' ' ')" = '000004 000005 000006 ' ]
try certctl show a.test --home "$home"
ok "show names the newest" grep -q '^generation  *000006$' "$T/out"

run issue a.test b.test
ok "other names for a certificate that exists: 3" status_is 3
ok "and it says how to change them" output_has "certctl issue a.test b.test --name a.test"
run issue a.test b.test --name a.test
ok "with --name they are changed" sound a.test p256 a.test b.test
run issue a.test b.test --name a.test --key-type rsa2048
ok "another type of key is a new certificate" sound a.test rsa2048 a.test b.test
before=$(requests)
run issue a.test b.test
ok "what is not asked for is as it was: the key's type is remembered" output_has "a.test: unchanged"
ok "and no request is made" none_since "$before"
run certctl issue a.test b.test --home "$home" --key-type rsa2048
ok "so is the CA, with its roots and the port" output_has "a.test: unchanged"
try issue c.test --json
ok "issue --json is one object" is_json 1
ok "that tells what came of it" field_is outcome issued
try issue c.test --json --quiet
ok "and again" field_is outcome unchanged
ok "--quiet says nothing" [ ! -s "$T/err" ]
try issue gone.test --ca https://localhost:1/dir --json --home "$home"
ok "an error with --json is one object too" is_json 1

echo "# the port is taken"
kept=$(photo $(good a.test)); before=$(requests)
for address in 80 127.0.0.1:80 '[::]:80'; do
  echo "daemon off; pid $T/holder.pid; error_log stderr; events {} http { access_log off; server { listen $address; } }" >"$T/holder.conf"
  spawn "$T/holder.log" nginx -c "$T/holder.conf"; holder=$pid
  wait_for 5 in_ns curl -sS -o "$T/page" "http://$(sed 's/^80$/127.0.0.1/; s/:80$//' <<<"$address")/" || fail "nobody listens on $address"
  try issue a.test b.test --name a.test --force
  ok "nginx on $address: 3, who it is, and how to end it" explains 3 "could not listen on port 80" "nginx listens on it (pid $holder" "sudo kill $holder"
  ok "and its command" output_has "nginx -c $T/holder.conf"
  stop_pid "$holder" QUIT
done
ok "the CA was asked for nothing" none_since "$before"
ok "and nothing has changed" same "$kept" $(good a.test)

echo "# hooks"
hooks=$home/etc/hooks/deploy.d; mkdir -p "$hooks"
hook() { # PATH [lines]   tells in $T/said how it was started
  cat >"$1" <<HOOK
#!/bin/sh
{
  echo "\$0 \$*"; readlink /proc/\$\$/cwd /proc/\$\$/fd/0
  # Nothing else is handed on; from 10 upwards they are the shell's own.
  find /proc/\$\$/fd -name '[3-9]' -printf 'open: %f %l\n'
  tr "\\0" "\\n" </proc/\$\$/environ | LC_ALL=C sort
} >>$T/said 2>/dev/null
${2:-}
HOOK
  chmod 755 "$1"
}
told() { # PATH…   these hooks were started, in this order, exactly as the contract says
  local path dir
  dir=$(realpath "$home/lib/tls/live/h.test")
  diff "$T/said" <(for path; do
    echo "$path deploy h.test"; echo /; echo /dev/null
    sort <<CONTRACT
CERTCTL_CERT=$dir/cert.pem
CERTCTL_CHAIN=$dir/chain.pem
CERTCTL_EVENT=deploy
CERTCTL_FULLCHAIN=$dir/fullchain.pem
CERTCTL_LINEAGE=h.test
CERTCTL_NAMES=h.test www.h.test
CERTCTL_NGINX_INCLUDE=$home/lib/tls/nginx/h.test.conf
CERTCTL_PRIVKEY=$dir/privkey.pem
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
RENEWED_DOMAINS=h.test www.h.test
RENEWED_LINEAGE=$home/lib/tls/live/h.test
CONTRACT
  done)
}
hook "$hooks/10-first"; hook "$hooks/20-second"; hook "$hooks/5-later"; echo read me >"$hooks/README"
hook "$hooks/15-off"; chmod -x "$hooks/15-off"; hook "$T/extra"
run issue h.test www.h.test --deploy-hook "$T/extra"
ok "hooks run" status_is 0
ok "in the order of their names, --deploy-hook last, each told exactly what the contract says" \
  told "$hooks/10-first" "$hooks/20-second" "$hooks/5-later" "$T/extra"
ok "and they are named" output_has "hook done    $hooks/20-second"
: >"$T/said"; run issue h.test www.h.test --deploy-hook "$T/extra"
ok "where nothing changes no hook runs" [ ! -s "$T/said" ]

hook "$T/extra" 'exit 7'
issue h.test www.h.test --force --deploy-hook "$T/extra" >/dev/null 2>&1
run issue h.test www.h.test
run certctl show h.test --home "$home"
ok "a --deploy-hook that failed is not forgotten when the next issue comes without it" output_has "no: hooks still have to run"
hook "$T/extra"; issue h.test www.h.test --deploy-hook "$T/extra" >/dev/null 2>&1

hook "$hooks/20-second" 'echo "no luck today" >&2; exit 7'
: >"$T/said"; try issue h.test www.h.test --force --deploy-hook "$T/extra"
ok "a hook that fails: 9, with its words" explains 9 "the certificate is saved, but the hook $hooks/20-second failed" "status 7: no luck today" "only the hooks run again"
ok "and those after it did not run" told "$hooks/10-first" "$hooks/20-second"
ok "and the certificate is in place" sound h.test p256 h.test www.h.test
run certctl show h.test --home "$home"
ok "show says that hooks still have to run" output_has "no: hooks still have to run"
before=$(requests); : >"$T/said"; run issue h.test www.h.test --deploy-hook "$T/extra"
ok "the next issue runs the hooks again, and fails alike" status_is 9
hook "$hooks/20-second"
: >"$T/said"; run issue h.test www.h.test --deploy-hook "$T/extra"
ok "once it is mended all succeed" status_is 0
ok "all hooks run again" told "$hooks/10-first" "$hooks/20-second" "$hooks/5-later" "$T/extra"
ok "and the CA was asked for nothing" none_since "$before"
: >"$T/said"; run issue h.test www.h.test
ok "after that none runs" [ ! -s "$T/said" ]

: >"$T/plain"; chmod 644 "$T/plain"; before=$(requests)
try issue h.test www.h.test --force --deploy-hook "$T/plain"
ok "a --deploy-hook that is no program: 3" explains 3 "the hook $T/plain cannot be run" "not an executable file" "chmod +x"
try issue h.test www.h.test --force --deploy-hook "$T/nowhere"
ok "a --deploy-hook that is not there: 3" explains 3 "given by --deploy-hook cannot be used" "$T/nowhere: there is no such file" "check the path"
hook "$T/open"; chmod 777 "$T/open"; try issue h.test www.h.test --force --deploy-hook "$T/open"
ok "a --deploy-hook that others may write: 3" explains 3 "the hook $T/open cannot be run" "others may write to it" "chmod go-w"
hook "$hooks/30-open"; chmod 777 "$hooks/30-open"
try issue h.test www.h.test --force
ok "a hook in deploy.d that others may write: 3" explains 3 "the hook $hooks/30-open cannot be run" "others may write to it" "chmod go-w"
ok "all of that before the CA is asked for anything" none_since "$before"
rm "$hooks/30-open"

echo "# delete"
mkdir -p "$T/etc-nginx"/{conf.d,sites-available,sites-enabled} "$T/elsewhere"
echo 'events {}' >"$T/etc-nginx/nginx.conf"
mount --bind "$T/etc-nginx" /etc/nginx || fail "cannot bind /etc/nginx"
on_exit umount /etc/nginx
refuses() { # PATH   delete names it, and leaves everything alone
  kept=$(photo "$home")
  try certctl delete h.test --home "$home"
  explains 3 "h.test was not deleted" "$1" "--force deletes it all the same" && same "$kept" "$home"
}
for line in "include $home/lib/tls/nginx/h.test.conf;" "ssl_certificate $home/lib/tls/live/h.test/fullchain.pem;" \
  "ssl_certificate $(realpath "$home/lib/tls/live/h.test")/fullchain.pem;"; do
  echo "server { $line }" >"$T/etc-nginx/conf.d/site.conf"
  ok "delete refuses while nginx has '${line%% *} …${line##*tls}'" refuses /etc/nginx/conf.d/site.conf
done
mv "$T/etc-nginx/conf.d/site.conf" "$T/elsewhere/site"; ln -s "$T/elsewhere/site" "$T/etc-nginx/sites-enabled/site"
ok "delete follows a link to a site that is kept elsewhere" refuses site
run certctl delete hh.test --home "$home"
ok "delete of a certificate that is not there: 3" status_is 3
ok "and those that are there are listed" output_has "a.test"
[ -e "$home/lib/tls/gen/h.test" ] || issue h.test www.h.test >/dev/null 2>&1
rm "$T/etc-nginx/sites-enabled/site"
others=$(photo $(good a.test) $(good c.test))
run certctl delete h.test --home "$home"
ok "delete, once nginx does without" status_is 0
left=$(find "$home" -name '*h.test*' ! -path "$home/lib/lineages/h.test")
ok "its keys, certificates and include are gone" [ -z "$left" ]
ok "and of its lineage only the lock is left" [ "$(ls -A "$home/lib/lineages/h.test")" = lock ]
ok "and the others are as they were" same "$others" $(good a.test) $(good c.test)
run certctl show h.test --home "$home"
ok "show does not know it any more" status_is 3
hook "$hooks/20-second"; : >"$T/said"; run issue h.test
ok "issued anew: 0" status_is 0
ok "and the include and the live link lead to it" sound h.test p256 h.test
ok "and the hooks were run" grep -qF "$hooks/20-second deploy h.test" "$T/said"
for lost in nginx/c.test.conf live/c.test; do
  rm "$home/lib/tls/$lost"; issue c.test >/dev/null 2>&1
  ok "tls/$lost that was lost is put back by the next issue" sound c.test p256 c.test
done

echo "# homes and users"
cd "$T" || exit
home=relative/../relative; mkdir relative
run issue r.test
ok "a relative home" status_is 0
home=$T/relative
ok "is made absolute wherever it is written" sound r.test p256 r.test
ok "and nginx accepts it" nginx_accepts
cd / || exit
ca_use old; home=$T/nobody; install -d -o nobody -m 700 "$home"
chmod o+r "$ca/ca.pem"
run as_nobody issue u.test --home "$home" "${options[@]}"
ok "an ordinary user with a home" status_is 0
ok "has a certificate" sound u.test p256 u.test
ok "that is all theirs" [ -z "$(find "$home" ! -user nobody)" ]
ok "keys are closed" keys_are_closed
run as_nobody list --home "$home"
ok "and can list it" output_has u.test
try as_nobody issue u.test --force --home "$home" "${options[@]}" --http01 standalone
ok "as often as wished" status_is 0
try as_nobody issue v.test --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos
ok "port 80 is not for an ordinary user: 3" explains 3 "could not listen on port 80" "may not bind port 80" "sudo"
for command in "issue u.test" list "show u.test" "delete u.test"; do
  try as_nobody $command
  ok "an ordinary user without a home, $command: 8" explains 8 "belongs to root" "without root's rights" "sudo certctl ${command%% *}"
done
try certctl --home "$home" issue u.test --force "${options[@]}"
ok "root in a user's home: 8" explains 8 "is not safe to use" "belongs to user 65534" "as that user"
for command in help version "issue --help"; do
  run as_nobody $command
  ok "certctl $command is for everyone" status_is 0
done
ok "and all of it left /var/lib/certctl alone" [ "$(photo /var/lib/certctl)" = "$installed" ]
summary
