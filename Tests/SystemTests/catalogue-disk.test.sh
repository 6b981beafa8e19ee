#!/bin/bash
# The catalogue of what a disk, and whoever else may write on it, can do (D), one line or more for each case, with what becomes of it. Every
# line is done to the real program, on real file systems or with system calls that fail (strace), or names the test that does it. The tests in
# the process (CrashSweepTests, RenewSweepTests) let every single call fail and be the last one; here SAMPLES of them are of each sweep.
#
#   SAMPLES=8   calls of each sweep; 0 for all of them
NEED='python3 strace taskset mkfs.ext4 chattr setpriv'
LIMIT=900
# shellcheck disable=SC2034,SC2154 # some variables are for the tables, some of testbed.sh and ca.sh
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"
# shellcheck source=catalogue.sh
. "${BASH_SOURCE%/*}/catalogue.sh"
# shellcheck source=strace.sh
. "${BASH_SOURCE%/*}/strace.sh"
SAMPLES=${SAMPLES:-8}

# A line is: CASE | what is done | how | exit codes | what it says, with & between. `how` is words of bash: see, never, or a function below.
# COMMAND is `issue` (--force, of a certificate that is there) or `renew` (of one that is due).
#
# Whatever is done, these hold: every failure says what, why and fix; all manifests are true and all pairs fit (O1); what was in use is there,
# byte for byte (O2); no key is readable by others (O3); where it can be known beforehand that nothing can be stored, no CA gets a request;
# and once the fault is over the same command succeeds, at the cost of one certificate and one order, or two where the disk kept the first
# from being remembered.
disk=$(cat <<'TABLE'
D01 | no room for what a call needs, in `issue` | sweep issue ENOSPC write fsync rename mkdir symlink open | 0 8 |
D01 | the same in `renew` | sweep renew ENOSPC write fsync rename mkdir symlink open | 0 8 |
D01 | every single call, in the process: issue | see Tests/WorkflowsTests/CrashSweepTests.swift 'a call that fails once is survived at every place' | |
D01 | every single call, in the process: renew | see Tests/WorkflowsTests/RenewSweepTests.swift 'a call that fails once is survived at every place' 'a death at any call costs nothing' | |
D01 | a disk that is full: issue | full issue | 8 | make room
D01 | a disk that is full: renew | full renew | 8 | make room
D01 | a disk that is filled during an order: issue | filled_up issue | 8 | No space left on device & make room
D01 | a disk that is filled during an order: renew | filled_up renew | 8 | make room
D02 | the user's quota is used up, in `issue` | sweep issue EDQUOT write fsync mkdir open | 0 8 |
D02 | the same in `renew` | sweep renew EDQUOT write fsync mkdir open | 0 8 |
D03 | fsync fails, in `issue` | sweep issue EIO fsync | 0 8 |
D03 | fsync fails, in `renew` | sweep renew EIO fsync | 0 8 |
D04 | the account's key cannot be read | unreadable issue 'accounts/*/key.pem' | 8 | key.pem cannot be used & Input/output error
D04 | the certificate's key cannot be read: issue replaces it | unreadable issue 'tls/gen/*/000001/privkey.pem' | 0 |
D04 | the certificate's key cannot be read: renew replaces it | unreadable renew 'tls/gen/*/000001/privkey.pem' | 0 | its files are damaged or gone
D05 | the disk fails and turns read-only during an order: issue | turns_readonly issue | 8 | Read-only file system & remount
D05 | the disk fails and turns read-only during an order: renew | turns_readonly renew | 8 |
D05 | a file system that is read-only: issue | read_only issue | 8 | Read-only file system & remount
D05 | a file system that is read-only: renew | read_only renew | 8 | Read-only file system & remount
D05 | files that nobody can change | immutable | 8 | cannot be used
D06 | few more files can be made: issue | few_files issue | 8 | more files can be made & df -i
D06 | few more files can be made: renew | few_files renew | 8 | more files can be made & df -i
D06 | no more files during an order | no_files issue | 8 | No space left on device & df -i
D07 | a folder of the store is a symbolic link: issue | distrusted issue link | 8 | real folder
D07 | a folder of the store is a symbolic link: renew | distrusted renew link | 8 | real folder
D07 | a folder belongs to another user: issue | distrusted issue owner | 8 |
D07 | a folder belongs to another user: renew | distrusted renew owner | 8 |
D07 | others may write in a folder: issue | distrusted issue mode | 8 | not safe to use & others may write there
D07 | others may write in a folder: renew | distrusted renew mode | 8 | not safe to use & others may write there
D08 | an attacker swaps the generations and a link, over and over | swapped tls/gen | 0 8 |
D08 | the folder of one certificate's generations | swapped tls/gen/$name | 0 8 |
D08 | the folder where files are made | swapped tls/.tmp | 0 8 |
D08 | the lineage's own | swapped lineages/$name | 0 8 |
D09 | account.json is empty: issue | empty_account issue | 0 |
D09 | account.json is empty: renew | empty_account renew | 0 |
D10 | the journal is cut off anywhere | cut_off lineages/$name/journal | 0 |
D10 | the journal of deployments is cut off anywhere | cut_off deploy/journal | 0 |
D10 | the schedule is cut off anywhere | cut_off schedule | 0 |
D10 | at every byte, in the process | see Tests/CertificateStoreTests/JournalTests.swift 'cut' | |
D11 | a bit flips in each file of the store | flipped | 0 8 |
D12 | the key of the certificate in use is deleted | lost_key | 0 | its files are damaged or gone
D12 | the account's key is deleted | lost_account_key | 0 |
D13 | the link for readers leads nowhere | led_astray nowhere | 0 | unchanged
D13 | it is an absolute one | led_astray absolute | 0 | unchanged
D13 | it leads out of the store | led_astray outside | 0 | unchanged
D13 | the file for nginx is a link that leads out | led_astray include | 0 | unchanged
D14 | 10,000 leftovers of crashes | leftovers | 0 | unchanged
D15 | two at once: the second renew has nothing to do | two_renews | 0 | Another renew is at work
D15 | two at once: the second issue waits | see Tests/SystemTests/bad-input.test.sh 'two at once for one name both succeed' | |
D16 | locks of processes that were killed | stale_locks | 0 | 1 renewed
D17 | a hook leaves a process behind that keeps all it was given | hook_stays | 0 | unchanged
D18 | 10,001 certificates are listed, and looked at after the schedule was lost | many | 0 | 10001 certificates, nothing was due
D19 | generations 999 and 1000 | counted 999 | 0 | 1 renewed
D19 | generations 999,999 and 1,000,000 | counted 999999 | 0 | 1 renewed
D20 | an old backup is put back | restored | 0 | 1 renewed
D21 | names in capitals, and composed in another way, are the same certificate | one_name | 0 | unchanged
D21 | a file system that does not tell capitals from small letters | case_blind | 0 | unchanged
D22 | files are made on another file system than they are moved to: issue | elsewhere issue | 8 | Invalid cross-device link & on one file system
D22 | files are made on another file system than they are moved to: renew | elsewhere renew | 8 | Invalid cross-device link & on one file system
TABLE
)
rows "$disk"

ca_start real "$pebble"
slow='authz delay=4'
rules_of=([filled_up]=$slow [turns_readonly]=$slow [no_files]=$slow [two_renews]=$slow [stale_locks]='challenge delay=100')
proxy_start

# What a line has to begin with: a certificate in use, which for `renew` is due.
have() { # COMMAND
  [ "$1" != renew ] || answers=1
  proxied_ca
  must "a certificate to keep" order "${at_ca[@]}"
  [ "$1" != renew ] || { must "a schedule" renew; make_due; }
  paid=$(answered '[a-z]*' finalize 200) ordered=$(answered '[a-z]*' newOrder 201) asked=$(asked)
  newest=$(newest); kept=$(cd "$home/lib/tls/gen/$name" && sha256sum "$newest"/*)
}
newest() { ls "$home/lib/tls/gen/$name" | tail -n 1; }
make_due() { must "called back" program_in_ns revoke "$name" --home "$home"; in_time; } # which is renewed at once
in_time() { rm -f "$home/lib/schedule" "$home/lib/lineages/$name/renewal.json"; } # as long after a failure as it takes
asked() { grep -c "^$port " "$T/proxy/log"; }
unasked() { [ "$(asked)" = "$asked" ] || bad "the CA got $(($(asked) - asked)) requests"; }
renew() { program_in_ns renew --home "$home" "$@"; }
do_it() { # COMMAND
  if [ "$1" = renew ]; then renew; else order --force "${at_ca[@]}"; fi
}
sane() { # [settled]   O1, O2, O3
  local wrong
  wrong=$(python3 "$here/store-check.py" "$home" "$name" "$@" 2>&1) || bad "$wrong"
  (cd "$home/lib/tls/gen/$name" && sha256sum --quiet -c - <<<"$kept") >>"$dir/said" 2>&1
}
mended() { # COMMAND   the fault is over
  local orders certificates
  in_time
  if [ "$1" = renew ]; then
    # Deploying has a backoff of its own, which only `deploy` by hand does not wait for.
    must "when all is well again" renew --no-deploy; must "when all is well again" program_in_ns deploy --home "$home"
  # What the fault has let through is no longer to be forced.
  elif [ "$(newest)" != "$newest" ]; then must "when all is well again" order "${at_ca[@]}"
  else must "when all is well again" order --force "${at_ca[@]}"; fi
  whole; sane settled
  orders=$(($(answered '[a-z]*' newOrder 201) - ordered)) certificates=$(($(answered '[a-z]*' finalize 200) - paid))
  ((certificates == 1 && orders <= ${most_orders:-1})) || bad "$certificates certificates, $orders orders"
}
fault_of() { # COMMAND   done to it while there is a fault
  attempt do_it "$1"; judge; sane
}
on_tmpfs() { # OPTIONS   what follows is on a file system of its own
  mkdir "$home"; mount -t tmpfs -o "$1" tmpfs "$home" || bad "no file system"
}
fill() { cat /dev/zero >"$home/filling" 2>/dev/null; }
eat_files() { # LEFT   until so many more files can be made
  local i left
  left=$(($(stat -f -c %d "$home") - $1))
  mkdir "$home/eaten"; for ((i = 1; i < left; i++)); do : >"$home/eaten/$i"; done
}
during() { # COMMAND FAULT…   the fault comes while the CA takes its time
  touch "$T/proxy/$port.on"
  do_it "$1" >"$dir/out" 2>"$dir/err" </dev/null & local running=$!
  wait_for 60 grep -q "^$port on POST authz" "$T/proxy/log" || bad "no order is under way"
  "${@:2}"
  wait "$running"; status=$?
  rm "$T/proxy/$port.on"; judge; sane
}

# D01, D02, D03
sweep() { # COMMAND ERROR KIND…
  local command=$1 error=$2 kind count about total wanted i k pattern
  have "$command"; rm -rf "$dir/template"; cp -a "$home" "$dir/template"
  pattern="^($(IFS='|'; echo "${*:3}"))"
  traced() { in_ns taskset -c $((n % $(nproc))) strace -f -qq -yy -s 40 -o "$dir/trace" -e "trace=$calls" "$@"; }
  as_traced() { # STRACE-OPTION…
    if [ "$command" = renew ]; then traced "$@" "$program" renew --home "$home"
    else traced "$@" "$program" issue "$name" "www.$name" --force --home "$home" --agree-tos --http01-port 80 --http01-address "$address" "${at_ca[@]}"; fi
  }
  attempt as_traced; [ "$status" = 0 ] || bad "not even without a fault: $(cat "$dir/err")"
  points "$home" "$dir/trace" | grep -E "$pattern" >"$dir/points"
  total=$(wc -l <"$dir/points"); wanted=$((SAMPLES && SAMPLES < total ? SAMPLES : total))
  ((total >= 10)) || bad "only $total calls"
  for ((i = 0; i < wanted; i++)); do
    k=$((i * total / wanted + RANDOM % (total / wanted) + 1))
    read -r kind count about < <(sed -n "${k}p" "$dir/points")
    rm -rf "$home"; cp -a "$dir/template" "$home"
    paid=$(answered '[a-z]*' finalize 200) ordered=$(answered '[a-z]*' newOrder 201)
    : >"$dir/err"
    attempt as_traced -e "inject=$kind:error=$error:when=$count"
    : >"$dir/before"; [ ! -e "$dir/said" ] || cp "$dir/said" "$dir/before"
    judge; sane
    most_orders=2 mended "$command"
    cmp -s "$dir/before" "$dir/said" || { [ ! -s "$dir/said" ] || echo "   (that was $error at $kind $count, $about)" >>"$dir/said"; }
  done
  echo "$error at $wanted of $total calls" >"$dir/told"
}
full() { # COMMAND
  on_tmpfs size=16m; have "$1"; fill; fault_of "$1"; unasked
  rm "$home/filling"; mended "$1"
}
filled_up() { on_tmpfs size=16m; have "$1"; during "$1" fill; rm "$home/filling"; mended "$1"; } # COMMAND

# D04
unreadable() { # COMMAND FILE
  local file orders=1
  [[ $2 != accounts* ]] || orders=0
  have "$1"; file=$(echo "$home"/lib/$2)
  failing() {
    local words=(renew --home "$home")
    [ "$1" = renew ] || words=(issue "$name" "www.$name" --force --home "$home" --agree-tos --http01-port 80 --http01-address "$address" "${at_ca[@]}")
    in_ns strace -f -qq -o "$dir/trace" -P "$file" -e trace=read -e inject=read:error=EIO "$program" "${words[@]}"
  }
  attempt failing "$1"; judge; sane
  grep -q 'INJECTED' "$dir/trace" || bad "it was not read"
  [ $(($(answered '[a-z]*' newOrder 201) - ordered)) = $orders ] || bad "not $orders orders were made"
  mended "$1"
}

# D05, D06
loop_disk() { # OPTIONS
  mkdir "$home"; truncate -s 32M "$dir/image"; mkfs.ext4 -q "$dir/image" && mount -o "loop,$1" "$dir/image" "$home" || bad "no file system"
}
turns_readonly() { # COMMAND
  local device
  loop_disk errors=remount-ro
  device=$(awk -v home="$home" '$2 == home {sub("/dev/", "", $1); print $1}' /proc/mounts)
  have "$1"
  break_disk() { echo 1 >"/sys/fs/ext4/$device/trigger_fs_error"; }
  during "$1" break_disk
  ! touch "$home/x" 2>/dev/null || bad "the disk can still be written"
  umount "$home" && mount -o loop "$dir/image" "$home" || bad "the disk does not come back"
  mended "$1"; umount "$home"
}
read_only() { # COMMAND
  on_tmpfs size=16m; have "$1"; mount -o remount,ro "$home"; fault_of "$1"; unasked
  mount -o remount,rw "$home"; mended "$1"
}
immutable() {
  loop_disk defaults; have issue
  chattr +i "$home/lib/lineages/$name/journal"; fault_of issue
  chattr -i "$home/lib/lineages/$name/journal"; most_orders=2 mended issue
  chattr +i "$home/lib/tls/gen"; have issue; attempt do_it issue; judge; unasked
  chattr -i "$home/lib/tls/gen"; mended issue; umount "$home"
}
few_files() { # COMMAND
  on_tmpfs size=16m,nr_inodes=200; have "$1"; eat_files 40; fault_of "$1"; unasked
  rm -r "$home/eaten"; mended "$1"
}
no_files() { on_tmpfs size=16m,nr_inodes=200; have "$1"; during "$1" eat_files 0; rm -r "$home/eaten"; mended "$1"; } # COMMAND

# D07, D08
distrusted() { # COMMAND link | owner | mode
  local part there mode notes='events.log|lib/schedule|renewal/clock.json|renewal.json|/home/run[ /]'
  have "$1"
  for part in lib lib/accounts lib/lineages lib/tls lib/tls/.tmp lib/tls/gen lib/tls/live lib/tls/nginx "lib/lineages/$name"; do
    there=$(photo "$home") mode=$(stat -c %a "$home/$part")
    case $2 in
      link) mv "$home/$part" "$dir/real"; ln -s "$dir/real" "$home/$part" ;;
      owner) chown 65534 "$home/$part" ;;
      mode) chmod 777 "$home/$part" ;;
    esac
    attempt do_it "$1"; judge; unasked
    # As root certctl works as the user whom a store belongs to, who then cannot open the rest.
    grep -qF "$home/$part" "$dir/err" || { [ "$2" = owner ] && grep -q 'Permission denied' "$dir/err"; } || bad "it does not name $part: $(cat "$dir/err")"
    case $2 in
      link) rm "$home/$part"; mv "$dir/real" "$home/$part" ;;
      owner) chown 0 "$home/$part" ;;
      mode) chmod "$mode" "$home/$part" ;;
    esac
    # The renewer may have noted that it was here, and that this lineage has failed. The sockets' locks are made beside the account's opening,
    # and which of both comes first is chance.
    diff <(echo "$there" | grep -Ev "$notes") <(photo "$home" | grep -Ev "$notes") >"$dir/changed" || bad "$part: something was changed: $(cat "$dir/changed")"
  done
  mended "$1"
}
swapped() { # FOLDER
  local victim=$dir/victim there i swapper
  have issue; cp -a "$home/lib/$1" "$victim"; there=$(photo "$victim")
  ln -s "$victim" "$home/lib/$1.link"
  python3 - "$home/lib/$1" <<'PYTHON' &
import ctypes, sys, time
path = sys.argv[1].encode()
libc, end = ctypes.CDLL(None), time.time() + 120
while time.time() < end:
    for _ in range(2):
        libc.renameat2(-100, path, -100, path + b".link", 2)
        time.sleep(0.003)
PYTHON
  swapper=$!
  for ((i = 0; i < 8; i++)); do attempt do_it issue; judge; done
  kill "$swapper"; wait "$swapper" 2>/dev/null
  [ ! -L "$home/lib/$1" ] || { rm "$home/lib/$1"; mv "$home/lib/$1.link" "$home/lib/$1"; }
  rm -f "$home/lib/$1.link"
  diff <(echo "$there") <(photo "$victim") >>"$dir/said" || bad "behind the link something was written"
  must "when it is left alone" order --force "${at_ca[@]}"
  whole; kept=; python3 "$here/store-check.py" "$home" "$name" >>"$dir/said" 2>&1
}

# D09 to D13
empty_account() { # COMMAND
  have "$1"; : >"$(echo "$home"/lib/accounts/*/account.json)"
  fault_of "$1"; whole
  [ "$(answered '[a-z]*' newAccount 201)" = 1 ] || bad "another account was made"
}
cut_off() { # FILE   of one that is not due: nothing is to be done, and nobody asked
  local file=$home/lib/$1 size offset
  have issue; must "a schedule" renew; asked=$(asked); cp -a "$file" "$dir/whole"; size=$(stat -c %s "$file")
  for ((offset = 0; offset < size; offset += 1 + RANDOM % (size / 20 + 1))); do
    head -c "$offset" "$dir/whole" >"$file"; [ "$1" = schedule ] || rm -f "$home/lib/schedule"
    attempt renew; [ "$status" = 0 ] && grep -q '1 certificate, nothing was due' "$dir/out" || bad "cut at $offset: status $status, $(cat "$dir/out" "$dir/err")"
    must "the list" program_in_ns list --home "$home"
    [ "$(grep -c valid "$dir/must")" = 1 ] || bad "cut at $offset: $(cat "$dir/must")"
  done
  # An order whose end is not on record may be asked about; nothing is ordered.
  [ "$1" = "lineages/$name/journal" ] || unasked
  [ "$(answered '[a-z]*' newOrder 201)" = "$ordered" ] || bad "something was ordered"
  cp -a "$dir/whole" "$file"; status=0; judge; mended issue
}
flipped() { # in each file of the store, with two generations
  local file number=0
  have issue; must "a second certificate" order --force "${at_ca[@]}"; must "a schedule" renew
  cp -a "$home" "$dir/template"
  kept=$(cd "$home/lib/tls/gen/$name" && sha256sum 000001/*)
  while read -r file; do
    rm -rf "$home"; cp -a "$dir/template" "$home"; number=$((number + 1))
    python3 - "$home/$file" "$number" <<'PYTHON'
import sys
with open(sys.argv[1], "r+b") as file:
    data = bytearray(file.read())
    data[len(data) // 2] ^= 1 << int(sys.argv[2]) % 8
    file.seek(0)
    file.write(data)
PYTHON
    attempt program_in_ns list --home "$home"; judged "$file: list"
    rm -f "$home/lib/schedule"; attempt renew; judged "$file: renew"
    case $file in
      lib/tls/gen/"$name"/000002/*) grep -q '1 renewed' "$dir/out" && [ -e "$home/lib/tls/gen/$name/000003" ] || bad "$file: not noticed: $(cat "$dir/out" "$dir/err")" ;;
      lib/tls/gen/"$name"/000001/*) continue ;;
      *) attempt order "${at_ca[@]}"; judged "$file: issue" ;;
    esac
    if [ "$status" = 0 ]; then whole; else grep -qF "${file##*/}" "$dir/err" || bad "$file is not named: $(cat "$dir/err")"; fi
    (cd "$home/lib/tls/gen/$name" && sha256sum --quiet -c - <<<"$kept") >>"$dir/said" 2>&1
  done < <(cd "$home" && find lib -type f -size +0 ! -path '*/000000/*' | sort)
  ((number >= 15)) || bad "only $number files"
  echo "$number files" >"$dir/told"
}
judged() { local size; size=$(stat -c %s "$dir/said" 2>/dev/null); judge; [ "$size" = "$(stat -c %s "$dir/said" 2>/dev/null)" ] || echo "   (that was $1)" >>"$dir/said"; } # WHAT
lost_key() {
  have issue; rm "$home/lib/tls/gen/$name/000001/privkey.pem"; rm -f "$home/lib/schedule"
  attempt renew; judge; whole
  [ "$(readlink "$home/lib/tls/live/$name")" = "../gen/$name/000002" ] || bad "no other is in use"
  asked=$(asked); must "the next run" renew; [ "$(answered '[a-z]*' finalize 200)" = $((paid + 1)) ] || bad "it goes on renewing"
}
lost_account_key() { have issue; rm "$home"/lib/accounts/*/key.pem; fault_of issue; whole; }
led_astray() { # nowhere | absolute | outside | include
  local link=$home/lib/tls/live/$name there
  have issue; mkdir "$dir/outside"; echo data >"$dir/outside/data"; there=$(photo "$dir/outside")
  [ "$1" != include ] || link=$home/lib/tls/nginx/$name.conf
  rm "$link"
  case $1 in
    nowhere) ln -s ../gen/nowhere/000001 "$link" ;;
    absolute) ln -s "$home/lib/tls/gen/$name/000001" "$link" ;;
    outside) ln -s "$dir/outside" "$link" ;;
    include) ln -s "$dir/outside/data" "$link" ;;
  esac
  attempt order "${at_ca[@]}"; judge; whole; sane settled; unasked
  [ "$(readlink "$home/lib/tls/live/$name")" = "../gen/$name/000001" ] || bad "the link is not mended: $(readlink "$link")"
  [ ! -L "$home/lib/tls/nginx/$name.conf" ] || bad "the include is still a link"
  diff <(echo "$there") <(photo "$dir/outside") >>"$dir/said"
}

# D14 to D18
milliseconds() { # COMMAND…   an attempt, and how long it took
  local began=${EPOCHREALTIME/./}
  attempt "$@"; took=$(((${EPOCHREALTIME/./} - began) / 1000))
}
leftovers() {
  local i
  have issue
  for ((i = 0; i < 10000; i++)); do echo "$home/lib/tls/.tmp/$name~old-$i"; done | xargs mkdir
  for ((i = 0; i < 10000; i++)); do : >"$home/lib/tls/.tmp/$name~old-$i/privkey.pem"; done
  milliseconds order "${at_ca[@]}"; judge; sane settled; unasked
  [ -z "$(ls -A "$home/lib/tls/.tmp")" ] || bad "left: $(ls "$home/lib/tls/.tmp" | wc -l)"
  echo "10,000 folders with a file each are gone after $took ms" >"$dir/told"
}
two_renews() {
  have renew; touch "$T/proxy/$port.on"
  renew >"$dir/first" 2>&1 </dev/null & local first=$!
  wait_for 60 grep -q "^$port on POST authz" "$T/proxy/log" || bad "no order is under way"
  asked=$(asked); milliseconds renew; judge; unasked
  echo "the second one ended after $took ms" >"$dir/told"
  rm "$T/proxy/$port.on"; wait $first || bad "the first one failed: $(cat "$dir/first")"
  whole; sane settled
  [ "$(($(answered '[a-z]*' finalize 200) - paid))" = 1 ] || bad "not one certificate"
}
stale_locks() {
  local lock
  have renew; touch "$T/proxy/$port.on"
  nsenter --net="/run/netns/$NS" "$program" renew --home "$home" >/dev/null 2>&1 </dev/null & local killed=$!
  wait_for 60 grep -q "^$port on POST challenge" "$T/proxy/log" || bad "no order is under way"
  kill -KILL $killed; wait $killed 2>/dev/null; rm "$T/proxy/$port.on"
  while read -r lock; do echo 4194304 >"$lock"; touch -d '-1 year' "$lock"; done < <(find "$home" -name '*lock')
  [ "$(find "$home" -name '*lock' | wc -l)" -ge 4 ] || bad "there are too few locks"
  in_time; attempt renew; judge; whole; sane settled
  [ "$(($(answered '[a-z]*' finalize 200) - paid))" = 1 ] || bad "not one certificate"
}
hook_stays() {
  printf '#!/bin/sh\nls /proc/self/fd | tr "\\n" " " >%s/fds\nsleep 60 & echo $! >%s/pid\n' "$dir" "$dir" >"$dir/hook"; chmod 755 "$dir/hook"
  proxied_ca; must "a certificate, with a hook" order "${at_ca[@]}" --deploy-hook "$dir/hook"
  kill -0 "$(cat "$dir/pid")" 2>/dev/null || stayed=no
  # ls itself has a fourth, the folder that it lists.
  [ "$(cat "$dir/fds")" = '0 1 2 3 ' ] || bad "the hook got: $(cat "$dir/fds")"
  asked=$(asked); milliseconds order "${at_ca[@]}"; judge; unasked; whole
  ! grep -q waiting "$dir/err" || bad "it had to wait"
  must "and renew" renew
  ! grep -q 'at work' "$dir/must" || bad "renew found another one at work"
  kill "$(cat "$dir/pid")" 2>/dev/null
}
many() {
  local listed
  have issue; must "a schedule" renew
  python3 "$here/many-lineages.py" "$home" "$name" 10000 || bad "no lineages"
  rm -f "$home/lib/schedule"; asked=$(asked)
  milliseconds program_in_ns list --home "$home"; listed=$took
  [ "$(grep -c ' valid ' "$dir/out")" = 10001 ] || bad "$(grep -c ' valid ' "$dir/out") are listed"
  milliseconds renew; judge; unasked
  echo "listed in $listed ms, looked at in $took ms" >"$dir/told"
}

# D19 to D22
counted() { # NUMBER   the next two numbers are counted to, and three generations stay
  local i
  have issue
  mv "$home/lib/tls/gen/$name/000001" "$home/lib/tls/gen/$name/$(printf %06d $(($1 - 1)))"; must "in use again" order "${at_ca[@]}"
  for ((i = $1; i < $1 + 2; i++)); do
    make_due; attempt renew; judge; whole
    [ "$(readlink "$home/lib/tls/live/$name")" = "../gen/$name/$(printf %06d "$i")" ] || bad "in use is $(readlink "$home/lib/tls/live/$name")"
  done
  kept=; python3 "$here/store-check.py" "$home" "$name" >>"$dir/said" 2>&1
  [ "$(ls "$home/lib/tls/gen/$name" | sort -n | tr '\n' ' ')" = "$(printf '%06d ' 0 $(($1 - 1)) "$1" $(($1 + 1)) | sed 's/^000000 //') " ] ||
    [ "$(ls "$home/lib/tls/gen/$name" | wc -l)" = 3 ] || bad "kept: $(ls "$home/lib/tls/gen/$name")"
}
restored() {
  local i
  have renew; cp -a "$home" "$dir/backup"
  must "a renewal" renew; rm -rf "$home"; cp -a "$dir/backup" "$home"
  attempt renew; judge; whole; sane settled
  [ "$(answered '[a-z]*' finalize 200)" = $((paid + 2)) ] || bad "not one certificate more"
  # The CA is asked about the new one when it is first looked at.
  must "the next run" renew; must "the one after it" renew; asked=$(asked)
  for ((i = 0; i < 5; i++)); do rm -f "$home/lib/schedule"; must "later" renew; done
  [ "$(answered '[a-z]*' finalize 200)" = $((paid + 2)) ] || bad "it goes on renewing"
  unasked
}
one_name() {
  have issue
  attempt program_in_ns issue "${name^^}" "WWW.$name." --home "$home" "${at_ca[@]}" --http01-address "$address"; judge; unasked
  must "as it is composed" program_in_ns issue $'b\xc3\xbccher.test' --home "$home" "${at_ca[@]}" --http01-address 127.0.0.1
  must "as it is decomposed" program_in_ns issue $'BU\xcc\x88CHER.test' --home "$home" "${at_ca[@]}" --http01-address 127.0.0.1
  grep -q unchanged "$dir/must" || bad "it is another certificate: $(cat "$dir/must")"
  must "names that certctl gives are ASCII and small" [ -z "$(cd "$home/lib" && ls lineages tls/gen tls/live | grep -v '[.:]test' | grep '[^a-z0-9.:/-]')" ]
  [ "$(ls "$home/lib/lineages")" = "$name"$'\n'xn--bcher-kva.test ] || bad "lineages: $(ls "$home/lib/lineages")"
}
case_blind() {
  mkdir "$home"; truncate -s 32M "$dir/image"
  if mkfs.ext4 -q -O casefold -E encoding=utf8 "$dir/image" 2>/dev/null && mount -o loop "$dir/image" "$home" 2>/dev/null; then
    chattr +F "$home" || bad "no such folder"
  else
    echo "was done on a file system that tells them apart: this kernel has no other" >"$dir/missing"
  fi
  have issue; attempt order "${at_ca[@]}"; judge; unasked
  must "another" order --force "${at_ca[@]}"; whole; sane
  # Whatever the file system does, no two names of certctl's differ in that alone.
  [ "$(cd "$home" && find . | wc -l)" = "$(cd "$home" && find . | tr '[:upper:]' '[:lower:]' | sort -u | wc -l)" ] || bad "two names differ in capitals alone"
  ! mountpoint -q "$home" || umount "$home"
}
elsewhere() { # COMMAND
  have "$1"; mount -t tmpfs -o size=8m,mode=700 tmpfs "$home/lib/tls/.tmp"; fault_of "$1"; unasked
  [ -z "$(ls -A "$home/lib/tls/.tmp")" ] || bad "left: $(ls -A "$home/lib/tls/.tmp")"
  umount "$home/lib/tls/.tmp"; mended "$1"
}

servers=$(jobs -rp | wc -l)
lanes=6 begin 'two_renews|turns_readonly|filled_up|no_files|stale_locks'
lanes=3 begin .
wait "${lines[@]}"
reported
echo "# the catalogue"
ok "the proxy understood all rules" not grep ' mistake ' "$T/proxy/log"
for n in "${!id[@]}"; do [ ! -e "$T/rows/$n/told" ] || echo "# ${id[n]} (${what[n]}): $(cat "$T/rows/$n/told")"; done
cases D:22
summary
