#!/bin/bash
# Help, manual and completions: what one tells, all tell. The completions are tried in real shells on real terminals.
NEED='man groff col zsh fish'
LIMIT=300
source "$(dirname "$0")/testbed.sh"
here=$(cd "$(dirname "$0")" && pwd)
certctl=$(realpath "${CERTCTL:-$here/../../.build/release/certctl}")
[ -x "$certctl" ] || fail "no certctl at $certctl: make build; nothing was tested"
export LC_ALL=C.UTF-8 HOME=$T/user PATH=$T/bin:$PATH
mkdir -p "$T"/{bin,user/homes,zsh,share/fish/vendor_completions.d,work/sub}
ln -s "$certctl" "$T/bin/certctl"
cd "$T/work" || exit 1
touch roots.pem 'with space.pem'

# What the help says there is: `COMMAND OPTION…` a line; the rows of the overview, and of each page, begin with two spaces.
columns() { sed -nE 's/^  ([^ ]+)( .*)?$/\1/p'; }
commands=$(certctl help | columns | grep -v '^--')
options() { certctl help "$1" | columns | grep '^--'; }
actions() { certctl help "$1" | sed -n '/^actions:/,/^$/p' | columns; }

## help
several() { [ "$(wc -w <<<"$commands")" -ge 7 ]; }
ok "the help lists commands" several
same_help() { local c; for c in $commands; do cmp <(certctl help "$c") <(certctl "$c" --help) || return 1; done; }
ok "certctl help COMMAND and certctl COMMAND --help say the same" same_help
narrow() { local c; for c in '' $commands; do certctl help $c | grep -E '.{81}' && return 1; done; true; }
ok "no line of the help is longer than 80 columns" narrow
run certctl help isue
ok "a command that is misspelt is met with the right one" output_has 'did you mean: certctl issue'
run certctl completion fisch
ok "so is a shell" output_has 'did you mean: certctl completion fish'
ok "... and the exit code is the one for the command line" status_is 2

## manual
certctl help --man >certctl.8
silent() { local said; said=$("$@" 2>&1 >/dev/null) && [ -z "$said" ] || { echo "$said"; return 1; }; }
ok "man finds nothing to warn of" silent man --warnings=w -l certctl.8
for device in utf8 latin1 ascii; do
  ok "groff finds nothing to warn of ($device)" silent groff -ww -man -T$device -z certctl.8
done
MANWIDTH=200 man -l certctl.8 2>/dev/null | col -bx >manual || fail "no manual to look at"
# Between a command's line and the next line that is no further to the right.
part() { awk -v head="   certctl $1" 'index($0, head) == 1 {on = 1; next} on && /^ ? ? ?[^ ]/ {exit} on' manual; }
in_manual() {
  local c o common
  common=$(awk '/^COMMON OPTIONS/ {on = 1; next} /^[^ ]/ {on = 0} on' manual)
  for c in $commands; do
    for o in $(options "$c"); do
      grep -qE -- "^ +$o( |\$)" <<<"$(part "$c")"$'\n'"$common" || { echo "no $o of $c"; return 1; }
    done
    for o in $(actions "$c"); do grep -qE -- "^ +$o( |\$)" <<<"$(part "$c")" || { echo "no $c $o"; return 1; }; done
  done
}
ok "the manual has every option and action of every command" in_manual
exit_codes() { local n; for n in {0..11}; do awk '/^EXIT STATUS/ {on = 1} /^FILES/ {exit} on' manual | grep -qE "^ +$n +[a-z]" || return 1; done; }
ok "the manual has every exit code" exit_codes

## completions: a store with two names, made by orders that no CA answers
for name in one.test two.test; do
  certctl --home "$T/home" issue $name --ca https://127.0.0.1:1/dir --agree-tos >/dev/null 2>&1
done
cp -r "$T/home" "$T/user/my home"
certctl completion bash >"$T/bash"
certctl completion zsh >"$T/zsh/_certctl"
certctl completion fish >"$T/share/fish/vendor_completions.d/certctl.fish"

# SHELL <LINES: each line with its last word replaced by all that it can become. fish has no key for that: it lists them.
insert() {
  case $1 in
    bash) zsh "$here/complete.zsh" bash "$T/bash" all ;;
    zsh) zsh "$here/complete.zsh" zsh "$T/zsh" all ;;
    fish) XDG_DATA_DIRS=$T/share fish -c '
        while read -l line
          set -l all (complete -C $line | string replace -r "\t.*" "")
          echo (string replace -r "[^ ]*\$" "" -- $line)"$all"
        end' ;;
  esac
}
words() { tr -s ' ' '\n' | sort | xargs; }
# SHELL CASES: each a line, a tab, the words that its last word can become. zsh and fish repeat `--option=`, bash does not.
offers() {
  local cases=$2 line wanted got bad=0
  [ -n "$cases" ] || return 1
  while IFS=$'\t' read -r line wanted && IFS= read -r got <&3; do
    got=$(sed -E 's/(^| )--[a-z0-9-]+=/\1/g; s,/( |$),\1,g' <<<"${got#"${line% *} "}" | words)
    [ "$got" = "$(words <<<"$wanted")" ] || { echo "$1: $line"; echo "  may be: $wanted"; echo "  is:     ${got:0:300}"; bad=1; }
  done <<<"$cases" 3< <(cut -f1 <<<"$cases" | insert "$1"; echo "no answer")
  return $bad
}
becomes() { # SHELL LINE LINE   by the tab key, exactly
  local place=$T/$1 got; got=$(zsh "$here/complete.zsh" "$1" "$place" tab <<<"$2")
  [ "$got" = "$3" ] || { printf '%s\n' "became: '$got'" "not:    '$3'"; return 1; }
}
every() { local c w; for c in $commands; do w=$("$1" "$c" | xargs); [ -z "$w" ] || printf 'certctl %s %s\t%s\n' "$c" "$2" "$w"; done; }
every options -- >options
every actions '' >actions
cat >values <<CASES
certctl $(printf '\t'; xargs <<<"$commands")
certctl help sh	show
certctl show --home $T/home 	one.test two.test
certctl --home=$T/home delete t	two.test
certctl show --home ~/my\\ home o	one.test
certctl show --home '$T/user/my home' o	one.test
certctl --home $T/none show 	--json --quiet --renewal-info --verbose --help
certctl nonsense 	
certctl issue --ca-roots r	roots.pem
certctl issue --ca-roots=r	roots.pem
certctl list --home s	sub
certctl list --home=	sub
certctl list --home ~/h	~/homes
certctl issue --ca-roots=~/h	~/homes
CASES
for shell in bash zsh fish; do
  ok "$shell completes every option of every command" offers $shell "$(<options)"
  ok "$shell completes every action of every command" offers $shell "$(<actions)"
  ok "$shell completes commands, names of certificates, files and directories" offers $shell "$(<values)"
done
for shell in bash zsh; do
  ok "$shell goes on after a word that is whole" becomes $shell 'certctl vers' 'certctl version '
  ok "$shell keeps what stands before a value" becomes $shell 'certctl issue --ca-roots=ro' 'certctl issue --ca-roots=roots.pem '
  ok "$shell quotes what it puts in" becomes $shell 'certctl issue --ca-roots w' 'certctl issue --ca-roots with\ space.pem '
done
list() { # SHELL LINE   all that is seen
  case $1 in
    fish) XDG_DATA_DIRS=$T/share fish -c 'complete -C $argv[1]' "$2" 2>&1 ;;
    *) zsh "$here/complete.zsh" "$1" "$T/$1" list "$2" ;;
  esac
}
ok "zsh tells what a word means" grep -q 'issue *-- gets one certificate' <(list zsh 'certctl i')
ok "fish tells what a word means" grep -qP 'issue\tgets one certificate' <(list fish 'certctl i')

## the scripts alone: a program in place of certctl says what it was asked, and answers as the test likes
mkdir "$T/stub"
cat >"$T/stub/certctl" <<STUB
#!/bin/bash
printf '<%s>' "\$@" >"$T/asked"
cat "$T/reply"
echo 'certctl: this is for nobody' >&2
exit 1
STUB
chmod 755 "$T/stub/certctl"
reply() { printf "$1" >"$T/reply"; }
PATH=$T/stub:$PATH
asks() { # SHELL LINE ASKED
  insert "$1" <<<"$2" >/dev/null
  [ "$(cat "$T/asked")" = "$3" ] || { cat "$T/asked"; return 1; }
}
for shell in bash zsh fish; do
  reply 'words\n'
  ok "$shell hands on the words as the shell takes them, without quotes" \
    asks $shell 'certctl --home ~/"my home" show '"'a b'"' x\ y --ca=https://ca.test/d' \
    "<complete><--><--home><$HOME/my home><show><a b><x y><--ca=https://ca.test/d>"
  ok "$shell hands on an empty word" asks $shell 'certctl show ' '<complete><--><show><>'
  reply 'words\nauto\t\nwebroot:\t\n'
  ok "$shell completes a choice" offers $shell $'certctl issue --http01 a\tauto'
  reply 'directories webroot:\n'
  ok "$shell completes the directory after a colon" offers $shell $'certctl issue --http01 webroot:s\twebroot:sub'
  reply 'directories --http01=webroot:\n'
  ok "... also after an equals sign" offers $shell $'certctl issue --http01=webroot:s\twebroot:sub'
  reply 'files list:\n'
  ok "$shell completes the file after a colon" offers $shell $'certctl issue --http01 list:r\tlist:roots.pem'
  reply 'words\none.test\t\ntwo.test\t\n'
  list $shell 'certctl show ' >seen
  ok "$shell lists words" grep -q two.test seen
  ok "... and nothing of what the program complains of" not grep -q nobody seen
  reply ''
  ok "$shell leaves the line alone where the program fails" offers $shell $'certctl show \t'
done
for shell in bash zsh; do
  reply 'words\n--http01=auto\t\n--http01=webroot:\t\n'
  ok "$shell waits for what follows a colon" becomes $shell 'certctl issue --http01=w' 'certctl issue --http01=webroot:'
done
summary
