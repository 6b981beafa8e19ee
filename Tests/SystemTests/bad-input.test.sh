#!/bin/bash
# What goes wrong before, around and on the disk: each has its exit code, says what, why and what to do, and costs nothing that was there.
NEED='flock setpriv'
LIMIT=240
# shellcheck disable=SC2046 # `good` is words
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

ca_start new "$pebble"
home=$T/home
run issue a.test; status_is 0 || fail "no certificate to begin with"
issue b.test >/dev/null 2>&1
before=$(requests) kept=$(photo "$home")
good() { printf '%s\n' "$home/lib/tls/gen/$1" "$home/lib/tls/live/$1" "$home/lib/tls/nginx/$1.conf"; } # NAME   what is served
made() { grep -c 'Issued certificate serial' "$ca/pebble.log"; }
unharmed() { none_since "$before" && same "$kept" "$home"; }
bad() { # RULE STATUS WHAT WHY FIX COMMAND…   the command fails like this, asks the CA for nothing, and changes nothing
  try "${@:6}"
  ok "$1: $2" explains "${@:2:4}"
  ok "and nothing was touched" unharmed
}

# Meanwhile, in a home of its own: a lock that is not given back.
busy=$T/busy; home=$busy; issue a.test >/dev/null 2>&1; home=$T/home
spawn "$T/flock.log" flock "$busy/lib/lineages/a.test/lock" sleep 100
(
  trap - EXIT; home=$busy; began=$SECONDS
  issue a.test --force >"$T/busy.out" 2>"$T/busy.err" </dev/null
  echo "status=$? took=$((SECONDS - began))" >"$T/busy.end"
) & waiter=$!
before=$(requests)

echo "# names"
bad "no name" 2 "no host name was given" "at least one" "certctl issue example.com" issue
bad "an empty name" 2 "an empty name is not a host name" "nothing in it" "www.example.com" issue ''
bad "a hyphen" 2 "- is not a host name" "begins or ends with a hyphen" "www.example.com" issue -
bad "two dots" 2 ".. is not a host name" "two dots follow each other" "www.example.com" issue ..
bad "a way out of the folder" 2 "../a.test is not a host name" "" "www.example.com" issue ../a.test
bad "a space" 2 "a b is not a host name" "' ' is neither a letter" "www.example.com" issue 'a b'
bad "an underscore" 2 "ex_ample is not a host name" "'_' is neither a letter" "www.example.com" issue ex_ample
bad "what is nearly an IP address" 2 "127.0.0.256 is not a host name" "IP address" "www.example.com" issue 127.0.0.256
bad "an address with a zone" 2 "fe80::1%lo is not a host name" "neither a letter" "www.example.com" issue fe80::1%lo
bad "letters that no name can have" 2 "a☃!b.test is not a host name" "outside of ASCII" "xn--" issue 'a☃!b.test'
bad "a wildcard" 2 "*.a.test is not a host name" "dns-01" "name each host" issue '*.a.test'
bad "a URL" 2 "https://a.test/ is not a host name" "':' is neither" "as a browser shows it, for example www.example.com" issue https://a.test/
label=$(printf 'l%.0s' {1..63})
bad "a label of 64 characters" 2 "l$label.test is not a host name" "longer than 63 characters" "www.example.com" issue "l$label.test"
long=$label.$label.$label.${label:1}
bad "a name of 254 characters" 2 "is not a host name" "longer than 253 characters" "www.example.com" issue "$long"
bad "a name of 253 characters without a name for the files" 2 "cannot be the name of a certificate" "1 to 200" "--name" issue "${long:1}"
bad "one bad name of many" 2 "a_b is not a host name" "'_'" "www.example.com" issue ok.test a_b fine.test
mapfile -t many < <(seq -f 'n%g.many.test' 101)
bad "101 names" 2 "101 names are too many" "allow 100" "several certificates" issue "${many[@]}"
bad "an escape sequence" 2 "is not a host name" "neither a letter" "www.example.com" issue $'a\e[2Jb.test'
ok "is not sent on to the terminal" not grep -q $'\e' "$T/err"

echo "# options and commands"
bad "a mistyped option" 2 "there is no option '--agree-toss'" "does not know it" "did you mean --agree-tos?" issue a.test --agree-toss
bad "an option that there is not" 2 "there is no option '--frobnicate'" "does not know it" "certctl help" issue a.test --frobnicate
bad "a short option" 2 "there is no option '-f'" "" "" issue a.test -f
bad "an option of another command" 2 "there is no option '--email'" "" "" certctl list --home "$home" --email a@b.test
bad "a mistyped command" 2 "there is no command 'isue'" "certctl knows issue, " "did you mean: certctl issue" certctl isue a.test
bad "a command that there is not" 2 "there is no command 'frobnicate'" "certctl knows" "certctl help" certctl frobnicate
bad "a value that is missing" 2 "--key-type lacks its value" "" "--key-type TYPE" issue a.test --key-type
bad "a type of key that there is not" 2 "--key-type cannot be 'p255'" "p256, p384, rsa2048, rsa3072, rsa4096" "one of these" issue a.test --key-type p255
bad "an option given twice" 2 "--force is given twice" "" "leave one out" issue a.test --force --force
bad "a switch with a value" 2 "--force takes no value" "" "only: --force" issue a.test --force=yes
for port in 0 65536 x -1; do bad "port $port" 2 "--http01-port cannot be '$port'" "1 to 65535" "" certctl issue a.test --home "$home" --http01-port "$port"; done
bad "a mode that there is not" 2 "--http01 cannot be 'alone'" "auto, service, proxied, standalone, webroot:DIR" "" issue a.test --http01 alone
bad "two addresses" 2 "--email cannot be" "ops@example.com" "" issue a.test --email 'a@b.test,c@d.test'
for name in ../x .x A/B '' "$(printf 'x%.0s' {1..201})"; do
  bad "--name '${name:0:9}'" 2 "cannot be the name of a certificate" "1 to 200 lower-case letters" "--name example.com" issue a.test --name "$name"
done
try issue a.test --force --http01-address 192.0.2.9
ok "an address that this host does not have: 3" explains 3 "could not listen on 192.0.2.9" "does not have that address" "ip -brief address"
try issue a.test --force --http01-address nonsense
ok "what is no address in numbers: 2" explains 2 "--http01-address cannot be 'nonsense'" "addresses in numbers" ""
ok "and the CA was asked for nothing" none_since "$before"
kept=$(photo "$home")
bad "show of what is not there" 3 "no certificate named c.test" "there are a.test, b.test" "certctl list" certctl show c.test --home "$home"
bad "delete of what is not there" 3 "no certificate named ../a.test" "" "certctl list" certctl delete ../a.test --home "$home"
bad "show without a name" 2 "not complete" "certctl show NAME" "" certctl show --home "$home"
bad "list with a name" 2 "too much" "certctl list" "" certctl list a.test --home "$home"
try certctl
ok "nothing at all: 2" status_is 2
ok "and the help" output_has "usage: certctl COMMAND"

echo "# names that are put right"
run issue C.Test c.test www.c.test. WWW.C.TEST
ok "upper case, final dots and repetitions" status_is 0
ok "are one name each" sound c.test p256 c.test www.c.test
run issue "${long:1}" --name long.test
ok "a name of 253 characters" sound long.test p256 "${long:1}"

echo "# the CA"
kept=$(photo $(good a.test)) before=$(requests)
trouble() { # RULE STATUS WHAT WHY FIX COMMAND…   as bad, where the key of a new order may have been made
  try "${@:6}"
  ok "$1: $2" explains "${@:2:4}"
  ok "and what is served was not touched" same "$kept" $(good a.test)
}
again=(certctl issue a.test --force --home "$home" --agree-tos)
trouble "a directory over plain http" 2 "--ca cannot be 'http://localhost:14000/dir'" "https" "" "${again[@]}" --ca http://localhost:14000/dir
trouble "a CA that there is not" 2 "--ca cannot be 'letsencrypt-stagin'" "did you mean letsencrypt-staging?" "" "${again[@]}" --ca letsencrypt-stagin
trouble "a private CA without its root" 3 "no answer from $directory" "" "--ca-roots FILE" \
  certctl issue rootless.test --home "$home" --agree-tos --ca "$directory"
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 -keyout "$T/other.key" -out "$T/other.pem" -subj '/CN=another root' \
  -addext basicConstraints=critical,CA:TRUE 2>/dev/null
trouble "a CA with the root of another" 3 "no answer from $directory" "certificate" "--ca-roots FILE" "${again[@]}" --ca "$directory" --ca-roots "$T/other.pem"
trouble "roots that are not there" 3 "given by --ca-roots cannot be used" "$T/none.pem: there is no such file" "check the path" "${again[@]}" --ca "$directory" --ca-roots "$T/none.pem"
echo 'not PEM' >"$T/not.pem"
trouble "roots that are not PEM" 3 "given by --ca-roots cannot be used" "no certificate in it" "check the path" "${again[@]}" --ca "$directory" --ca-roots "$T/not.pem"
trouble "roots that are a folder" 3 "given by --ca-roots cannot be used" "$T: " "check the path" "${again[@]}" --ca "$directory" --ca-roots "$T"
printf -- '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' >"$T/broken.pem"
trouble "roots that are no certificate" 3 "" "" "--ca-roots" "${again[@]}" --ca "$directory" --ca-roots "$T/broken.pem"
trouble "a server that is no CA" 4 "not an ACME server" "" "--ca" "${again[@]}" --ca https://localhost:15000/roots/0 --ca-roots "$ca/ca.pem"
trouble "a path where there is nothing" 4 "not an ACME server" "" "--ca" "${again[@]}" --ca https://localhost:14000/nothing --ca-roots "$ca/ca.pem"
trouble "a host that there is not" 4 "no answer from https://ca.invalid/dir" "" "--ca" "${again[@]}" --ca https://ca.invalid/dir
trouble "a CA that does not listen" 4 "no answer from https://localhost:9/dir" "" "run the same command again" "${again[@]}" --ca https://localhost:9/dir --ca-roots "$ca/ca.pem"
home=$T/terms
try certctl issue a.test --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem"
ok "terms that nobody agreed to: 2" explains 2 "needs your agreement" "they are at " "--agree-tos"
ok "and no account was made" [ -z "$(find "$home/lib/accounts" -name key.pem)" ]
EAB=1 ca_start members "$pebble"
try issue a.test
ok "a CA for customers only: 5" explains 5 "only for customers" "external account binding" "--eab-kid KID --eab-hmac-file FILE"
ca_use new

echo "# homes and folders"
home=$T/home before=$(requests)
try certctl issue a_b --home "$T/new1" --ca "$directory"
ok "a mistyped name makes no home" [ ! -e "$T/new1" ]
try certctl issue a.test --home "$T/new2" --ca "$directory" --ca-roots "$T/none.pem"
ok "nor do roots that are not there" [ ! -e "$T/new2" ]
try certctl list --home "$T/new3"
ok "nor does list" [ ! -e "$T/new3" ]
try certctl issue a.test --home "$T/no/where" "${options[@]}"
ok "a home in a folder that is not there: 3" explains 3 "given by --home cannot be used" "$T/no/where: its parent folder is not there" "check the path"
try certctl issue a.test --home "$T/$(printf 'x%.0s' {1..100})" "${options[@]}"
ok "a home that is too deep for a socket: 2" explains 2 "is too long" "bytes" "shorter"
ok "and is not made" [ -z "$(find "$T" -maxdepth 1 -name 'xxx*')" ]
echo data >"$T/file"
try certctl issue a.test --home "$T/file" "${options[@]}"
ok "a home that is a file: 8" explains 8 "$T/file" "Not a directory" "move the file away"
ok "which is left alone" [ "$(cat "$T/file")" = data ]
install -d -m 755 "$T/roots"; chmod a+r "$ca/ca.pem"
try as_nobody issue a.test --home "$T/roots" "${options[@]}"
ok "a home that is not ours to write: 8" explains 8 "$T/roots" "Permission denied" "sudo"
home=$T/read-only; issue a.test >/dev/null 2>&1; before=$(requests)
mount --bind "$home" "$home" && mount -o remount,ro,bind "$home" || fail "cannot mount read-only"
try issue a.test --force
ok "a file system that is read-only: 8" explains 8 "$home" "Read-only file system" "remount"
run certctl list --home "$home"
ok "where list still works" status_is 0
umount "$home"

for part in lib lib/lineages lib/tls lib/tls/gen lib/accounts lib/lineages/a.test; do
  home=$T/linked-${part##*/}; issue a.test >/dev/null 2>&1; before=$(requests)
  mv "$home/$part" "$home/real"; ln -s "$home/real" "$home/$part"; kept=$(photo "$home/real")
  try issue a.test --force
  ok "$part as a symbolic link: 8" explains 8 "$home/$part is not safe to use" "symbolic link" "the real folder"
  ok "and nothing was written behind it" same "$kept" "$home/real"
  ok "and the CA was asked for nothing" none_since "$before"
done
home=$T/open; issue a.test >/dev/null 2>&1; certificates=$(made)
account=$(cd "$home/lib/accounts" && echo *)
for part in lib lib/lineages lib/tls lib/tls/gen lib/tls/.tmp lib/tls/nginx lib/deploy lib/lineages/a.test "lib/accounts/$account" lib/tls/gen/a.test; do
  mode=$(stat -c %a "$home/$part"); chmod 777 "$home/$part"
  try issue a.test --force
  ok "$part that others may write: 8" explains 8 "$home/$part is not safe to use" "others may write there (mode 0777)" "chmod go-w '$home/$part'"
  chmod "$mode" "$home/$part"
done
ok "and the CA was never brought to make a certificate" [ "$(made)" = "$certificates" ]
key=$home/lib/accounts/$account/key.pem
for mode in 644 640 604; do
  chmod "$mode" "$key"; try issue a.test --force
  ok "an account key of mode $mode: 8" explains 8 "$key is not safe to use" "others may read it (mode 0$mode)" "chmod 600 '$key'"
done
chmod 600 "$key"; chown -R nobody "$home"
try issue a.test --force
ok "a store of another user: 8" explains 8 "is not safe to use" "belongs to user 65534" "sudo -u" "chown root"
chown -R root "$home"
run issue a.test --force
ok "put right, it is used" sound a.test p256 a.test

echo "# room"
home=$T/small; mkdir "$home"; mount -t tmpfs -o size=64k tmpfs "$home"; before=$(requests)
try issue a.test
ok "a file system of 64 KiB: 8" explains 8 "$home" "KiB are left" "make room"
umount "$home"; mount -t tmpfs -o size=16m,nr_inodes=40 tmpfs "$home"
try issue a.test
ok "one that can hold few files: 8" explains 8 "$home" "more files can be made" "df -i"
umount "$home"; mount -t tmpfs -o size=16m,nr_inodes=6 tmpfs "$home"
try issue a.test
ok "one that cannot even hold the folders: 8" explains 8 "$home" "No space left on device" "df -i"
ok "the CA was asked for nothing" none_since "$before"
umount "$home"; mount -t tmpfs -o size=8m tmpfs "$home"
run issue a.test; before=$(requests) kept=$(photo $(good a.test))
ok "one of 8 MiB is enough" status_is 0
dd if=/dev/zero of="$home/filler" bs=64k 2>/dev/null
try issue a.test --force
ok "when it is full: 8" explains 8 "$home" "" "make room"
ok "and what is served was not touched" same "$kept" $(good a.test)
ok "nor the CA asked" none_since "$before"
run issue a.test
ok "what is not due needs no room" status_is 0
run certctl list --home "$home"
ok "nor does list" status_is 0
rm "$home/filler"
run issue a.test --force
ok "and with room again all is well" sound a.test p256 a.test
umount "$home"

echo "# two at once"
home=$T/twice; issue first.test >/dev/null 2>&1; mkdir -p "$home/etc/hooks/deploy.d"
printf '#!/bin/sh\nsleep 1\n' >"$home/etc/hooks/deploy.d/slow"; chmod 755 "$home/etc/hooks/deploy.d/slow"
before=$(made)
for i in 1 2; do
  (trap - EXIT; issue a.test >"$T/twice.$i" 2>&1 </dev/null; echo "status $?" >>"$T/twice.$i") & pair[i]=$!
done
wait "${pair[1]}" "${pair[2]}"
ok "two at once for one name both succeed" [ "$(cat "$T"/twice.? | grep -cx 'status 0')" = 2 ]
ok "one of them waits, and says so" [ "$(cat "$T"/twice.? | grep -c 'waiting for another certctl')" = 1 ]
ok "and finds that there is nothing left to do" [ "$(cat "$T"/twice.? | grep -c 'a.test: unchanged')" = 1 ]
ok "the CA has made one certificate" [ "$(made)" = $((before + 1)) ]
rm "$home/etc/hooks/deploy.d/slow"
race() { # ROUNDS   three at once in a home that is not there yet
  local round i bad=0 pair=()
  for ((round = 0; round < $1; round++)); do
    home=$T/race-$round
    for i in 1 2 3; do
      (trap - EXIT; issue a.test >"$T/race.$i" 2>&1 </dev/null) & pair[i]=$!
    done
    for i in 1 2 3; do wait "${pair[i]}" || { echo "round $round:"; grep -A2 '^certctl: ' "$T/race.$i"; bad=1; }; done
    pair_is_sound a.test >/dev/null || { echo "round $round: no sound certificate"; bad=1; }
    [ ! -e "$home/lib/tls/gen/a.test/000002" ] || { echo "round $round: two certificates"; bad=1; }
  done
  return $bad
}
ok "three at once that all make the folders: each succeeds" race 20

echo "# damage"
flip() { # FILE [OFFSET]   turns a bit
  local at=${2:-$(($(stat -c %s "$1") / 2))} byte
  byte=$(od -An -tu1 -j "$at" -N 1 "$1")
  # shellcheck disable=SC2059
  printf "\\$(printf %o $((byte ^ 4)))" | dd of="$1" bs=1 seek="$at" conv=notrunc status=none
}
home=$T/damaged; issue a.test >/dev/null 2>&1; issue b.test >/dev/null 2>&1
account=$home/lib/accounts/$(ls "$home/lib/accounts") lineage=$home/lib/lineages/a.test
before=$(requests) kept=$(photo $(good a.test))
flip "$lineage/settings.json" 0
try issue a.test
ok "damaged settings: those in the journal count, and are written anew" sound a.test p256 a.test
ok "with exit status 0" status_is 0
ok "so that they can be read again" python3 -m json.tool "$lineage/settings.json"
ok "and what is served was not touched" same "$kept" $(good a.test)
try certctl list --home "$home"
ok "list shows it" grep -q '^a.test .*valid' "$T/out"
ok "and the others" grep -q '^b.test .*valid' "$T/out"
run certctl delete b.test --home "$home"
ok "another certificate can be deleted meanwhile" status_is 0
mv "$lineage/settings.json" "$T/moved"
run issue a.test
ok "moved away, as it said, the next run is well" output_has "a.test: unchanged"
ok "without a request to the CA" none_since "$before"
ok "and has written them anew" cmp "$T/twice/lib/lineages/a.test/settings.json" "$lineage/settings.json"

flip "$account/account.json" 0
accounts=$(grep -c 'accounts in memory' "$ca/pebble.log")
run issue a.test --force
ok "a damaged account.json: the CA finds the account by its key" sound a.test p256 a.test
ok "and no second one is made" [ "$(grep -c 'accounts in memory' "$ca/pebble.log")" = "$accounts" ]
cp -p "$account/key.pem" "$T/account.key"; flip "$account/key.pem" 60
kept=$(photo $(good a.test))
try issue a.test --force
ok "a damaged account key: 8" explains 8 "$account/key.pem is damaged" "no private key" "move it away"
ok "and what is served was not touched" same "$kept" $(good a.test)
: >"$account/key.pem"; try issue a.test --force
ok "an empty account key: 8" explains 8 "$account/key.pem is damaged" "no private key" "move it away"
rm "$account/key.pem"
run issue a.test --force
ok "moved away, as it said, a new account is made" sound a.test p256 a.test
issue a.test --force >/dev/null 2>&1

for file in manifest.json privkey.pem cert.pem chain.pem fullchain.pem; do
  newest=$(realpath "$home/lib/tls/live/a.test"); before=$(requests)
  flip "$newest/$file"
  run issue a.test
  ok "a damaged $file of the newest generation: the one before is taken" output_has "a.test: unchanged"
  ok "and all of it fits" pair_is_sound a.test
  ok "without a request to the CA" none_since "$before"
  issue a.test --force >/dev/null 2>&1; issue a.test --force >/dev/null 2>&1
done
for number in "$home"/lib/tls/gen/a.test/0*; do flip "$number/privkey.pem"; done
run issue a.test
ok "all generations damaged: a new certificate" sound a.test p256 a.test

home=$T/cut lineage=$T/cut/lib/lineages/a.test
issue a.test >/dev/null 2>&1; issue a.test --force >/dev/null 2>&1
cp -a "$lineage/journal" "$T/journal"; size=$(stat -c %s "$T/journal"); before=$(requests)
at_every() { # STEP COMMAND…   with the journal cut off there the command succeeds
  local at
  for ((at = 0; at <= size; at += $1)); do
    head -c "$at" "$T/journal" >"$lineage/journal"
    run "${@:2}"
    { status_is 0 && pair_is_sound a.test; } || { echo "cut off at $at of $size"; return 1; }
  done
}
ok "a journal cut off anywhere: nothing has to be done" at_every 23 issue a.test
ok "and the CA is asked for nothing" none_since "$before"
ok "and the next certificate can be made" at_every 137 issue a.test --force
flipped() { # STEP   with a bit of the journal turned there the next run is well
  local at
  for ((at = 0; at < size; at += $1)); do
    cp "$T/journal" "$lineage/journal"; flip "$lineage/journal" "$at"
    run issue a.test
    { status_is 0 && pair_is_sound a.test; } || { echo "turned at $at of $size"; return 1; }
  done
}
ok "a bit of it turned: nothing has to be done" flipped 37
cp "$T/journal" "$lineage/journal"; echo 'no record' >>"$lineage/journal"
run issue a.test --force
ok "more behind its end: the next certificate can be made" sound a.test p256 a.test
deploys=$home/lib/deploy/journal; cp "$deploys" "$T/deploys"; size=$(stat -c %s "$deploys") before=$(requests)
deploys_cut() {
  local at
  for ((at = 0; at <= size; at += 53)); do
    head -c "$at" "$T/deploys" >"$deploys"
    run issue a.test
    { status_is 0 && pair_is_sound a.test; } || { echo "cut off at $at of $size"; return 1; }
  done
}
ok "the journal of deployments cut off anywhere: nothing is lost" deploys_cut
ok "and the CA is asked for nothing" none_since "$before"
rm "$home/lib/events.log"; mkdir "$home/lib/events.log"
run issue a.test --force
ok "a history that cannot be written costs no certificate" status_is 0
ok "which is in use" sound a.test p256 a.test

echo "# the lock"
wait "$waiter"
# shellcheck source=/dev/null
. "$T/busy.end"; took=${took:-0}
cp "$T/busy.out" "$T/out"; cp "$T/busy.err" "$T/err"; output=$(cat "$T/err")
ok "a lock that is not given back: 8" explains 8 "a.test is in use" "at work on it for 30 seconds" "run the same command again"
ok "and that it waits was said" output_has "waiting for another certctl"
ok "after 30 seconds" [ "$took" -ge 29 ]
ok "and not much later" [ "$took" -le 40 ]
summary
