#!/bin/bash
# The installed store, which has an owner who issues and root who brings into use: who does what, and what the one can make the other do.
NEED='nginx python3 strace setpriv flock mkfifo iptables pgrep systemd-sysusers systemd-tmpfiles'
LIMIT=300
# shellcheck disable=SC2154 # some variables are of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

echo "# an installation that nobody else sees: a user, and the directories as the package makes them"
mkdir "$T/layer"; mount -t tmpfs tmpfs "$T/layer" || fail "cannot mount; nothing was tested"
touch "$T/layer/net"; mount --bind "/run/netns/$NS" "$T/layer/net"
for place in etc var/lib run; do
  mkdir -p "$T/layer/$place/"{up,work}
  mount -t overlay overlay -o "lowerdir=/$place,upperdir=$T/layer/$place/up,workdir=$T/layer/$place/work" "/$place" || fail "no overlay file system"
  on_exit "umount -l /$place"
done
mount --bind "$T/layer/net" "/run/netns/$NS"
on_exit "umount -l /run/netns/$NS"
rm -rf /var/lib/certctl /etc/certctl /run/certctl
sed -i '/^certctl:/d' /etc/passwd /etc/group /etc/shadow /etc/gshadow
systemd-sysusers "$here/../../systemd/certctl.sysusers" >/dev/null 2>&1 || fail "no user certctl"
systemd-tmpfiles --create "$here/../../systemd/certctl.tmpfiles" || fail "no directories"
uid=$(id -u certctl) gid=$(id -g certctl) lib=/var/lib/certctl
[ "$uid" != 0 ] && [ "$gid" != 0 ] || fail "certctl is root"
cat >/etc/certctl/hooks/deploy.d/tell <<HOOK
#!/bin/sh
echo "\$(id -u):\$(id -g) \$*" >>$T/hooks
HOOK
chmod 755 /etc/certctl/hooks/deploy.d/tell
printf '#!/bin/sh\n[ -e %s/mended ]\n' "$T" >"$T/breaks"; chmod 755 "$T/breaks"
install -m 755 /etc/certctl/hooks/deploy.d/tell "$T/extra"; sed -i 's/echo "/echo "extra /' "$T/extra"

ca_start pebble "$pebble"
install -m 640 -g certctl "$ca/ca.pem" /etc/certctl/pebble.pem
options=(--ca "$directory" --ca-roots /etc/certctl/pebble.pem --agree-tos)
issue() { certctl issue "$@" "${options[@]}"; }
as_owner() { in_ns setpriv --reuid=certctl --regid=certctl --clear-groups timeout -k 5 60 "$@"; }
owners_is() { # OWNER PATH…   whose all of it is
  local other; other=$(find "${@:2}" ! -user "$1" -printf '%u %p\n')
  [ -z "$other" ] || { echo "$other"; return 1; }
}
each_has_his_own() {
  owners_is certctl $lib/accounts $lib/lineages $lib/renewal $lib/watch $lib/tls/gen $lib/tls/.tmp || return
  owners_is root $lib/deploy $lib/tls/live $lib/tls/nginx $lib/tls/group || return
  [ "$(stat -c '%U %G %a' $lib)" = 'root certctl 1771' ] && [ "$(stat -c '%U %a' $lib/tls)" = 'root 711' ] || { stat -c '%n %U %G %a' $lib $lib/tls; return 1; }
}
keys_are_closed() {
  local open; open=$(find $lib -type f ! -perm 600 -exec grep -la 'PRIVATE KEY' {} +)
  [ -z "$open" ] || { echo "$open"; return 1; }
  [ -n "$(find $lib/tls/gen -name privkey.pem)" ] || { echo "no key at all"; return 1; }
}
serves() { # NAME GENERATION
  [ "$(readlink $lib/tls/live/"$1")" = "../group/root/$1/$2" ] && grep -q "/group/root/$1/$2/privkey.pem" "$lib/tls/nginx/$1.conf" ||
    { readlink "$lib/tls/live/$1"; cat "$lib/tls/nginx/$1.conf"; return 1; }
}
told() { grep -qxF -- "$1" "$T/hooks" || { cat "$T/hooks"; return 1; }; }
said_once() { [ "$(grep -c "$1" "$T/err")" = 1 ] || { cat "$T/err"; return 1; }; }

echo "# root issues"
traced() { # COMMAND…   with its calls on record, each with the process
  in_ns timeout -k 5 100 strace -f -qq -y -s 300 -o "$T/calls" \
    -e trace=execve,clone,clone3,fork,vfork,setgroups,setresgid,setresuid,setsid,prctl,bind,openat2,openat,open "$program" "$@"
}
# Parts the record into what the owner's process did, with all its threads, and what root's did, without its hooks.
cat >"$T/part.py" <<'PYTHON'
import re, sys

lines = [line.rstrip("\n") for line in open(sys.argv[1])]
parent, program = {}, {}
for line in lines:
    pid, call = line.split(None, 1)
    if made := re.search(r"(?:clone3?|v?fork)[( ].* = (\d+)", call): parent[made[1]] = pid
    if started := re.match(r'execve\("([^"]*)", \[(.*?)\]', call): program.setdefault(pid, []).append(started.groups())
def whose(pid):
    for path, arguments in program.get(pid, []):
        if "--owners-share" in arguments: return "owner"
        if path != sys.argv[2]: return "hook"
    return whose(parent[pid]) if pid in parent else "root"
for part in "owner", "root":
    with open(f"{sys.argv[1]}.{part}", "w") as out:
        out.writelines(line.split(None, 1)[1] + "\n" for line in lines if whose(line.split(None, 1)[0]) == part)
PYTHON
part() { python3 "$T/part.py" "$T/calls" "$program"; }
try traced issue a.test www.a.test "${options[@]}" --deploy-hook "$T/extra"
ok "a certificate is issued by the standard port" status_is 0
ok "and told of as ever" grep -q '^a.test: issued$' "$T/out"
ok "with the hooks" [ "$(grep -c 'hook done' "$T/out")" = 2 ]
part
of_child() { cat "$T/calls.owner"; }
of_root() { cat "$T/calls.root"; }
ok "another process did the owner's share" [ -s "$T/calls.owner" ]
for call in 'setgroups(0, NULL)' "setresgid($gid, $gid, $gid)" "setresuid($uid, $uid, $uid)" 'setsid()' 'prctl(PR_SET_NO_NEW_PRIVS, 1' 'prctl(PR_SET_PDEATHSIG, SIGTERM'; do
  ok "it called $call before its program began" grep -qF "$call" <(of_child | sed '/execve(/q')
done
ok "which it did" grep -q 'execve(.*= 0' <(of_child)
ok "with sockets in its environment and nothing else" grep -qF '/* 3 vars */' <(of_child)
ok "the hook was not told to it" not grep -qF extra <(of_child | grep execve)
ok "root bound port 80, in both families" [ "$(of_root | grep -c 'htons(80)')" = 2 ]
ok "and the child did not" not grep -q 'htons(80)' <(of_child)
key_calls() { grep O_CREAT | grep -E '/(privkey|key)\.pem'; }
ok "keys were made by the child" [ "$(of_child | key_calls | wc -l)" -ge 2 ]
ok "with their mode from the first moment on" not grep -qv 'mode=0600' <(of_child | key_calls)
ok "and not by root, but for the copy that is root's" not grep -qvF "\"$lib/tls/group/root/" <(of_root | key_calls)
ok "each has his own" each_has_his_own
ok "keys are for their owner alone" keys_are_closed
ok "readers are led to the first generation" serves a.test 000001
ok "hooks ran as root" told "0:0 deploy a.test"
ok "the person's too" told "extra 0:0 deploy a.test"
ok "the owner noted that it was issued" grep -q '"issued"' $lib/events.log
ok "and not what root did" not grep -q '"deployed"' $lib/events.log
ok "which root noted" grep -q '"deployed"' $lib/deploy/events.log
made_by_root() { of_root | grep O_CREAT | grep -E "$lib/(accounts|lineages|renewal|watch|tls/gen|tls/\.tmp)"; }
ok "root made nothing in the owner's directories" not made_by_root

echo "# root watches, and the owner does"
others() { find $lib -path $lib/watch -prune -o -printf '%y %m %U:%G %p %l\n' -type f -exec sha256sum {} + | sort; }
before=$(others)
try certctl watch a.test --connect 127.0.0.1:9
ok "a look by hand tells what is seen" grep -q '^warning  a.test  127.0.0.1:9  silent ' "$T/out"
ok "and leaves everything as it was" eval '[ ! -e $lib/watch/status.json ] && diff <(echo "$before") <(others)'
echo 'certificate a.test { watch 127.0.0.1:9; }' >/etc/certctl/certctl.conf
try certctl watch a.test
ok "what is seen is told" grep -q '^warning  a.test  127.0.0.1:9  silent ' "$T/out"
ok "and found" status_is 10
ok "it is kept by the owner" owners_is certctl $lib/watch
ok "for everyone" [ "$(stat -c %a $lib/watch/status.json $lib/watch/certctl.prom)" = $'644\n644' ]
ok "and nothing else has changed" diff <(echo "$before") <(others)
try as_owner "$program" watch a.test
ok "the owner himself sees the same, without root's journal" grep -q '^warning  a.test  127.0.0.1:9  silent ' "$T/out"
ok "and nothing that would be pending" not grep -q deploy-pending "$T/out"
try as_nobody watch
rm /etc/certctl/certctl.conf
ok "a stranger does not" explains 8 "store belongs to root" "without root" "sudo certctl watch"
try certctl log a.test
ok "the history of both is one" [ "$(grep -cE '  a.test  (issued|deployed)  ' "$T/out")" = 2 ]
ok "and the alarms are in it" grep -q '  a.test  alert  ' "$T/out"

before=$(requests)
try traced issue a.test www.a.test "${options[@]}"
ok "a certificate that is good is left alone" status_is 0
ok "and it is said so" grep -q '^a.test: unchanged, not due before' "$T/out"
ok "without a request" none_since "$before"
ok "or a port" not grep -q 'htons(80)' "$T/calls"
try issue a.test www.a.test --force --json
ok "by force there is another one" status_is 0
ok "told in one line of JSON" [ "$(python3 -c 'import json,sys; print(json.load(sys.stdin)["outcome"])' <"$T/out")" = issued ]
ok "and served" serves a.test 000002
for _ in 3 4 5; do issue a.test www.a.test --force >/dev/null 2>&1; done
ok "the owner clears away what is old" [ "$(ls -m $lib/tls/gen/a.test)" = '000003, 000004, 000005' ]
ok "and each still has his own" each_has_his_own

echo "# what the child has"
hold() { # COMMAND…   root's certctl, whose child waits for the lock of a.test
  setpriv --reuid=certctl --regid=certctl --clear-groups flock -o $lib/lineages/a.test/lock sleep 60 & holder=$!
  on_exit "kill $holder 2>/dev/null || true"
  wait_for 5 not setpriv --reuid=certctl --regid=certctl --clear-groups flock -n $lib/lineages/a.test/lock true
  spawn "$T/held" "$program" "$@"; parent=$pid
  wait_for 10 grep -q 'waiting for another certctl' "$T/held" || fail "nobody waits: $(cat "$T/held")"
  child=$(pgrep -P "$parent")
}
hold issue a.test www.a.test --force "${options[@]}"
fact() { grep -P "^$1:\t" "/proc/$child/status"; }
ok "it is certctl in all respects" [ "$(fact Uid)$(fact Gid)" = $'Uid:'"$(printf '\t%s' $uid $uid $uid $uid)"$'Gid:'"$(printf '\t%s' $gid $gid $gid $gid)" ]
ok "without other groups" [ "$(fact Groups | tr -d ' ')" = $'Groups:\t' ]
for set in CapInh CapPrm CapEff CapBnd CapAmb; do ok "without capabilities: $set" [ "$(fact $set)" = "$set:"$'\t'0000000000000000 ]; done
ok "and without a way to any" [ "$(fact NoNewPrivs)" = $'NoNewPrivs:\t1' ]
ok "with two sockets and no other file of root's" [ "$(ls "/proc/$child/fd" | awk '$1 > 2' | while read -r n; do readlink "/proc/$child/fd/$n"; done | grep -c '^socket:')" = 2 ]
ok "away from root's folders" [ "$(readlink "/proc/$child/cwd")" = / ]
kill -TERM "$parent"
ok "it ends with root's" wait_for 5 not kill -0 "$child"
kill $holder; wait $holder 2>/dev/null

echo "# the other commands"
try certctl account show "${options[@]:0:4}"
ok "the account is shown, by the owner" grep -q '^status .*valid' "$T/out"
try certctl account update --email ops@a.test "${options[@]:0:4}"
ok "and changed" grep -q 'ops@a.test' "$T/out"
try certctl show a.test --renewal-info
ok "the CA is asked for its window" grep -q "^CA's window" "$T/out"
try certctl list
ok "root lists what there is" grep -q '^a.test *valid' "$T/out"
ok "and calls nothing pending" not grep -q pending "$T/out"
try as_owner "$program" list
ok "the owner lists it too" grep -q '^a.test *valid' "$T/out"
ok "and sees that it is deployed" not grep -q pending "$T/out"
try as_owner "$program" show a.test
ok "or shows it" status_is 0
try certctl renew a.test --force
ok "root has it renewed" status_is 0
ok "the owner tells of it, once" [ "$(grep -c '^a.test: renewed' "$T/out")" = 1 ]
ok "and root has brought it into use" serves a.test 000006
try certctl revoke a.test --reason superseded
ok "it is revoked" grep -q '^a.test is revoked' "$T/out"
ok "each has his own after all that" each_has_his_own
try issue a.test www.a.test
ok "and replaced" serves a.test 000007
try as_nobody list
ok "a stranger is sent to root" explains 8 "belongs to root" "without root's rights" "sudo certctl list"
try as_owner "$program" delete a.test
ok "and so is the owner for what is root's" explains 8 "belongs to root" "without root's rights" "sudo certctl delete"
try as_owner "$program" issue a.test --owners-shar
ok "what only certctl says to itself is not suggested" explains 2 "no option" "does not know" "certctl help"
try certctl issue a.test --owners-share
ok "nor does it make root do the owner's share" explains 2 "no option" "does not know" "certctl help"

echo "# the owner by himself"
ca_start other "$pebble" 5002
install -m 640 -g certctl "$ca/ca.pem" /etc/certctl/other.pem
theirs=(--ca "$directory" --ca-roots /etc/certctl/other.pem --agree-tos --http01-port 5002)
try as_owner "$program" issue b.test "${theirs[@]}"
ok "he issues by a port that he may bind" status_is 0
ok "and is told what is next" grep -q '^  next  *sudo certctl deploy b.test$' "$T/out"
ok "nobody is led there yet" [ ! -e $lib/tls/live/b.test ]
try as_owner "$program" list
ok "which he sees" grep -q '^b.test .*pending' "$T/out"
try certctl deploy --pending
ok "root brings it into use" serves b.test 000001
ok "each has his own" each_has_his_own
ca_use pebble
options=(--ca "$directory" --ca-roots /etc/certctl/pebble.pem --agree-tos)

echo "# failures"
resolve c.test 127.0.0.9 || fail "no DNS"
in_ns iptables -w -A INPUT -d 127.0.0.9 -p tcp --dport 80 -j REJECT --reject-with tcp-reset || fail "no iptables"
try issue c.test
ok "what the CA says of a name is told" status_is 6
ok "once" said_once '^certctl: '
ok "and nothing else" [ ! -s "$T/out" ]
ok "nginx gets a pair to start with" serves c.test 000000
ok "which is the owner's" owners_is certctl $lib/tls/gen/c.test
try issue c.test d.test --each
ok "of two certificates one is had" status_is 11
ok "and told of" grep -q '^d.test: issued$' "$T/out"
ok "and served" serves d.test 000001
try issue d.test --force --deploy-hook "$T/breaks"
ok "a hook that fails is root's failure" explains 9 "the hook $T/breaks failed" "status 1" "run certctl deploy"
ok "and the certificate is there" [ -d $lib/tls/gen/d.test/000002 ]
touch "$T/mended"
try certctl deploy d.test
ok "the hook is owed until it succeeds" grep -qF "hook done    $T/breaks" "$T/out"
try issue e.test --deploy-hook "$T/hooks"
ok "a hook that cannot run is found out first" explains 3 "cannot be run" "not an executable" chmod
ok "before the owner is asked for anything" [ ! -e $lib/lineages/e.test ]
mkdir -m 700 "$T/private"
openssl req -new -newkey rsa:2048 -nodes -keyout "$T/private/key" -subj /CN=f.test -addext subjectAltName=DNS:f.test -out "$T/private/csr" 2>/dev/null
try issue --csr "$T/private/csr"
ok "a file that the owner may not reach is told of with a way out" explains 3 "given by --csr" "user $uid" "sudo install -m 600 -o $uid '$T/private/csr' /etc/certctl/"
install -m 600 -o certctl "$T/private/csr" /etc/certctl/csr
cd /etc/certctl || exit 1
try issue --csr csr --name f.test --ca-roots pebble.pem
cd / || exit 1
ok "which helps, also by a relative path" status_is 2
try certctl issue --csr /etc/certctl/csr --name f.test "${options[@]}"
ok "a request of somebody else's is signed" status_is 0
echo 'bm90IGEgc2VjcmV0' >"$T/private/hmac"; chmod 644 "$T/private/hmac"; chmod 600 "$T/private/hmac"
mkdir -m 755 "$T/public"; install -m 600 "$T/private/hmac" "$T/public/hmac"
try certctl account register --ca "https://localhost:15999/dir" --eab-kid kid --eab-hmac-file "$T/private/hmac" --agree-tos
ok "nor is a secret read that is root's alone" explains 3 "given by --eab-hmac-file" "user $uid" "sudo install"
setpriv --reuid=certctl --regid=certctl --clear-groups cat /etc/certctl/pebble.pem >/dev/null || fail "the owner cannot read his settings"

echo "# a port that is held"
spawn "$T/server" python3 -m http.server 80 --bind 0.0.0.0 --directory "$T/public"
wait_for 5 in_ns curl -s -o /dev/null http://127.0.0.1/
try issue g.test
ok "is found out by the owner" status_is 3
ok "and told once" said_once '^certctl: '
ok "and root says who holds it, which the owner may not see" grep -q 'root could not listen.*python3' "$T/err"
ok "nothing is left of the socket that was tried" [ ! -e /run/certctl/challenge/http01.sock ]
stop_pid "$pid"
mkdir "$T/nginx"
cat >"$T/nginx.conf" <<CONF
pid $T/nginx/pid; error_log stderr; events {} http { access_log off; server { listen 80;
location ^~ /.well-known/acme-challenge/ { proxy_pass http://unix:/run/certctl/challenge/http01.sock:; proxy_set_header Host \$host; } } }
CONF
spawn "$T/server" nginx -c "$T/nginx.conf" -g 'daemon off;'
wait_for 5 in_ns curl -s -o /dev/null http://127.0.0.1/
try issue h.test
ok "a web server that passes challenges on is found, with nobody told" status_is 0
ok "and the owner answers behind it" serves h.test 000001
try issue h.test --force --http01 proxied
ok "also where the person says so" serves h.test 000002
ok "by a socket that was root's to make, and is gone" [ ! -e /run/certctl/challenge/http01.sock ]
stop_pid "$pid"
ok "each has his own" each_has_his_own

echo "# an owner who is somebody's tool"
echo 'root alone knows' >"$T/private/secret"; chmod 600 "$T/private/secret"; chmod 711 "$T/private"
victim=$T/private/secret
photo_of_root() { photo "$T/private" /etc/certctl /etc/passwd; }
before=$(photo_of_root)
gen=$lib/tls/gen/d.test
newest=$gen/$(ls $gen | tail -n 1)
swap() { as_owner bash -c "$1" || fail "the owner cannot: $1"; }
nothing_of_it() { # COMMAND…   ends in time with a clear failure, has read and run nothing of root's, and changed nothing
  try in_ns timeout -k 2 20 strace -f -qq -y -o "$T/calls" -e trace=execve,open,openat,openat2,bind "$program" "$@"
  [ "$status" != 124 ] && [ "$status" != 137 ] || { echo "it hung"; return 1; }
  ! grep -F "$victim" "$T/calls" | grep -v ' = -1 ' || { echo "it opened what is root's"; return 1; }
  ! grep -E 'execve\(.*touch' "$T/calls" || return 1
  diff <(echo "$before") <(photo_of_root)
}
attack() { # WHAT STATUS COMMAND…
  ok "$1: nothing of root's is read, run or changed by certctl ${*:3}" nothing_of_it "${@:3}"
  try in_ns timeout -k 2 20 "$program" "${@:3}"
  ok "and certctl ${*:3} ends with $2" status_is "$2"
  [ "$2" = 0 ] || ok "and says what, why and how to mend it, once" said_once '^  fix: '
}
cp -a $newest "$T/whole"
restore() { rm -rf "$newest"; cp -a "$T/whole" "$newest"; }
swap "ln -sf '$victim' $newest/privkey.pem"
attack "a key that is a link to a file of root's" 8 deploy d.test
attack "the same" 8 list
ok "the link is named" grep -qF "$newest/privkey.pem" "$T/err"
restore
# Once root has looked, and before root's hooks read: one hook is the owner, quick as he may be, and the next is a person's.
printf '#!/bin/sh\nln -sf %s %s/fullchain.pem\n' "$victim" "$newest" >/etc/certctl/hooks/deploy.d/00-swap
printf '#!/bin/sh\ncat "$CERTCTL_FULLCHAIN" "$RENEWED_LINEAGE/fullchain.pem" >%s/copied\n' "$T" >/etc/certctl/hooks/deploy.d/10-copy
chmod 755 /etc/certctl/hooks/deploy.d/{00-swap,10-copy}
try certctl deploy d.test --force
ok "what is swapped while hooks run is told" explains 8 "$newest/fullchain.pem" "symbolic links" "follows no links"
ok "and no hook has read it" [ "$(grep -c 'BEGIN CERTIFICATE' "$T/copied")" -ge 2 ]
ok "but what root had looked at" not grep -q 'root alone knows' "$T/copied"
rm /etc/certctl/hooks/deploy.d/{00-swap,10-copy}
restore
swap "rm $newest/cert.pem; mkfifo $newest/cert.pem"
attack "a certificate that is a pipe" 8 deploy d.test
attack "the same" 8 list
ok "the pipe is named" grep -qF "$newest/cert.pem" "$T/err"
restore
swap "sed -i 's#\"cert.pem\"#\"../../../../../..$victim\"#' $newest/manifest.json"
attack "a manifest that names a file of root's" 0 deploy d.test
restore
swap "sed -i 's#\"d.test\"#\"\$(touch $T/private/x)\"#' $newest/manifest.json"
attack "a manifest whose host is a command" 0 deploy d.test
restore
swap "sed -i 's#\"schema\"#\"deployHook\": [\"/bin/touch\", \"$T/private/x\"], \"deploy_hook\": \"/bin/touch\", \"schema\"#; s#\"http01Port\" : 80#\"http01Port\" : 25#' $lib/lineages/d.test/settings.json"
ok "settings of a lineage may say what they like" grep -q deployHook $lib/lineages/d.test/settings.json
ok "settings with commands and another port: nothing of it is done" nothing_of_it issue d.test --force "${options[@]}"
ok "root bound no port that the owner chose" not grep -q 'htons(25)' <(grep -v EACCES "$T/calls")
swap "rm $lib/lineages/d.test/lock; ln -s /etc/certctl/made $lib/lineages/d.test/lock"
attack "a lock that is a link" 8 delete d.test
ok "what it leads to was not made" [ ! -e /etc/certctl/made ]
swap "rm $lib/lineages/d.test/lock; mkfifo $lib/lineages/d.test/lock"
attack "a lock that is a pipe" 8 deploy d.test
swap "rm $lib/lineages/d.test/lock"
attack "a lock that is gone" 8 delete d.test
ok "root made no other" [ ! -e $lib/lineages/d.test/lock ]
swap "touch $lib/lineages/d.test/lock"
swap "mv $gen $gen.away; ln -s /etc $gen"
attack "generations that are a link" 8 deploy d.test
swap "rm $gen; mv $gen.away $gen"
for place in tls deploy; do
  ok "the owner cannot put another $place in the place of root's" not as_owner mv $lib/$place $lib/$place.away
done
ok "nor another tls/gen" not as_owner mv $lib/tls/gen $lib/tls/gen.away
swap "mv $lib/accounts $lib/accounts.away"
try certctl list
ok "without accounts it is still his store" grep -q '^a.test *valid' "$T/out"
swap "mv $lib/accounts.away $lib/accounts"
tar -C / -cpf "$T/backup.tar" etc/certctl "${lib#/}"
find $lib /etc/certctl -mindepth 1 -maxdepth 1 -exec rm -r {} +
tar -C / -xpf "$T/backup.tar"
try certctl deploy --force
ok "what is put back from a backup goes on where it stopped" status_is 0
ok "all of it" [ "$(grep -c deployed "$T/out")" -ge 3 ]
ok "with its owners" owners_is certctl $lib/accounts $lib/lineages $lib/tls/gen
include=$lib/tls/nginx/a.test.conf
rm -r $lib/tls/group/root/a.test; chown certctl $include
swap "echo 'load_module /tmp/of-the-owner.so;' >$include"
try certctl deploy --pending
ok "what root leads readers to is put back by the timer" status_is 0
ok "the copies" [ "$(stat -c %U:%a $lib/tls/live/a.test/privkey.pem)" = root:600 ]
ok "and what nginx includes is root's again, and says what it should" [ "$(stat -c %U $include):$(grep -c "\"$(realpath $lib/tls/live/a.test)/" $include)" = root:2 ]
ok "and nothing else" not grep -q load_module $include
ok "which is told" grep -q 'were gone or not root.s, and are put back.*a.test' "$T/err"
chown certctl $lib
try certctl list
ok "a store that is his as a whole is refused" explains 8 "$lib is not safe" "user $uid" "sudo chown root '$lib'"
chown root $lib
chown certctl $lib/tls/nginx
try issue a.test www.a.test --force
ok "and one in which he could write what nginx reads" explains 8 "$lib/tls/nginx is not safe" "user $uid" "sudo chown -R root '$lib/tls/nginx'"
chown root $lib/tls/nginx
try certctl delete d.test
ok "root deletes a certificate of the owner's" status_is 0
ok "with its keys" [ ! -e $gen ]
ok "and what readers were led by" [ ! -e $lib/tls/nginx/d.test.conf ]
ok "the lock stays" [ -e $lib/lineages/d.test/lock ]
ok "each has his own at the end" each_has_his_own
ok "and nothing is left over" [ -z "$(find $lib/tls -name '*~*')" ]
summary
