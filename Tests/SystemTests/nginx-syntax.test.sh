#!/bin/bash
# The parser of nginx's syntax beside nginx itself: what one refuses for how it is written, the other refuses too, at the same line.
# PROBE=path gives the program that shows our parser's judgement; `swift build` makes it.
NEED='nginx base64'
LIMIT=300
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
probe=${PROBE:-${BASH_SOURCE%/*}/../../.build/debug/nginx-probe}
[ -x "$probe" ] || fail "$probe is missing: swift build --build-tests"

judged() { # FILE   nginx: accept, or refuse and the line; other: refused for what it means
  local said line
  said=$(nginx -t -p "$T" -c "$1" -e stderr -g 'pid /dev/null;' 2>&1)
  line=$(grep -aoE "${1##*/}:[0-9]+" <<<"$said" | head -n 1)
  if grep -qaF 'syntax is ok' <<<"$said"; then echo accept
  elif grep -qaE 'unexpected|too long parameter' <<<"$said"; then echo "refuse ${line##*:}"
  else echo "other: $said"; fi
}

echo "# cases with a name"
while read -r verdict kind bytes name; do
  base64 -d <<<"$bytes" >"$T/case.conf"
  said=$(judged "$T/case.conf")
  if [ "$kind" = foreign ]; then ok "$name: not refused for its syntax" [ "${said%%:*}" = other ]
  else ok "$name: $verdict" [ "${said%% *}" = "$verdict" ]; fi
done < <("$probe" cases)

echo "# files of the system"
mapfile -t files < <(find -L /etc/nginx -type f)
whole() { local other; other=$("$probe" parse "${files[@]}" | grep -v ': accept$'); [ -z "$other" ] || { echo "$other"; return 1; }; }
ok "there are some (${#files[@]})" [ "${#files[@]}" -gt 5 ]
ok "and each is read and written back byte for byte" whole

seed=${SEED:-$((0x$(openssl rand -hex 3)))}
echo "# random marks in a block that takes any words (SEED=$seed)"
number=0
while read -r bytes; do
  number=$((number + 1))
  { printf 'events {}\nhttp { types {\n'; base64 -d <<<"$bytes"; printf '\n;}}\n'; } >"$T/soup-$number.conf"
done < <("$probe" soups 400 "$seed")
both=0 other=0 differ=''
while read -r path verdict place why; do
  file=${path%:} said=$(judged "${path%:}")
  case $said in
    other*) other=$((other + 1)) ;;
    accept) [ "$verdict" = accept ] && both=$((both + 1)) || differ+="$file: nginx takes it, not we: $why"$'\n' ;;
    # Where a quote or block never ends nginx names the end of the file, and we where it began.
    *) if [ "$verdict" = refuse ] && { [[ $why == *'not closed'* || $why == *'not ended'* ]] || [ "${place%%:*}" = "${said#refuse }" ]; }
       then both=$((both + 1)); else differ+="$file: nginx refuses line ${said#refuse }, we: $verdict $place $why"$'\n'; fi ;;
  esac
done < <(printf '%s\n' "$T"/soup-*.conf | xargs "$probe" parse)
alike() { [ -z "$differ" ] || { echo "$differ"; return 1; }; }
ok "nginx and we judge $both of 400 alike" alike
ok "and few are refused for what they mean ($other)" [ "$other" -lt 100 ]
summary
