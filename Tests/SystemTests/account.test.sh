#!/bin/bash
# `certctl account` against real CAs: registration, external account binding, recovery by key, updates, key changes that crash, deactivation.
NEED='python3 strace taskset'
LIMIT=240
# shellcheck disable=SC2046,SC2086
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

account() { certctl account "$@" --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem"; }
folder() { echo "$home"/lib/accounts/localhost-*; }
thumbprint() { openssl pkey -in "$(folder)/key.pem" -pubout; }
url() { python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["url"])' "$(folder)/account.json"; }
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; }
no_secret() { ! grep -rqaF "$1" "$T/out" "$T/err" "$(folder)/account.json" "$home/lib/events.log" 2>/dev/null; } # SECRET

everything() { # what is the same with each CA
  home=$T/$ca_name-home
  try account show
  ok "no account yet: 3" explains 3 "there is no account" "none was registered" "certctl account register"
  try certctl account show --home "$home"
  ok "and the list of all says so" grep -q 'There is no account yet' "$T/out"
  try account register
  ok "the terms have to be agreed to: 2" explains 2 "terms of service" "they are at" "--agree-tos"
  ok "before a key is made" [ ! -e "$(folder)/key.pem" ]
  run account register --agree-tos --email ops@example.com
  ok "an account is registered" status_is 0
  ok "and shown" output_has "$(url)"
  ok "its key is closed" is "$(stat -c %a "$(folder)/key.pem")" 600
  first=$(url)
  run account register --agree-tos
  ok "a second time finds the same" is "$(url)" "$first"
  try account show
  ok "the CA says that it is valid" grep -Eq '^status +valid' "$T/out"
  ok "and whom it writes to" grep -q 'mailto:ops@example.com' "$T/out"
  try account show --json
  ok "in JSON too" grep -q '"status":"valid"' "$T/out"
  run account update --email new@example.com
  ok "the address is changed" output_has mailto:new@example.com
  run account update --email none
  ok "and taken away" not output_has mailto
  try account update
  ok "an update of nothing: 2" explains 2 "not complete" "an update changes" "--email"
  try account show --email a@b.example
  ok "an option that the action has no use for: 2" explains 2 "--email means nothing to certctl account show" "account register" "leave it out"
  try account shwo
  ok "an action that there is not: 2, with the one that was meant" explains 2 "shwo" "show, register, update, rekey, deactivate" "certctl account show"

  echo "# recovery by the key"
  cp -a "$(folder)/key.pem" "$T/account.key"
  rm "$(folder)/account.json"
  run issue recovered.test
  ok "an account whose file is gone is found by its key" is "$(url)" "$first"
  home=$T/$ca_name-second
  run account register --key "$T/account.key" --agree-tos
  ok "the key of another store brings the same account" is "$(url)" "$first"
  run account register --key "$T/account.key" --agree-tos
  ok "and does so again" status_is 0
  openssl ecparam -name prime256v1 -genkey -noout -out "$T/other.key"; chmod 600 "$T/other.key"
  try account register --key "$T/other.key" --agree-tos
  ok "another key beside it: 3" explains 3 "there is an account" "another key" "deactivate"
  chmod 644 "$T/other.key"
  home=$T/$ca_name-third
  try account register --key "$T/other.key" --agree-tos
  ok "a key that others may read: 3" explains 3 "--key" "others may read it" "check"
  home=$T/$ca_name-home

  echo "# key changes"
  for type in p256 p384 rsa2048; do
    before=$(thumbprint)
    run account rekey --key-type "$type"
    ok "the key is changed to $type" status_is 0
    ok "and is another" not is "$(thumbprint)" "$before"
    ok "the account is the same" is "$(url)" "$first"
    ok "nothing is left over" is "$(find "$(folder)" -name 'key.pem.*' | wc -l)" 0
    run issue "after-$type.test"
    ok "and it can be used" status_is 0
  done
  home=$T/$ca_name-second
  try account show
  ok "whoever has the old key has no account any more: 5" status_is 5
  home=$T/$ca_name-home

  run account deactivate
  ok "an account is ended" output_has deactivated
  ok "and its key forgotten" [ ! -e "$(folder)/key.pem" ]
  try account show
  ok "then there is none: 3" explains 3 "there is no account" "none was registered" "certctl account register"
  run issue again.test
  ok "the next issue makes another" not is "$(url)" "$first"
}

ca_start new "$pebble"
ca_start old "$packaged" 5002
ca_use new; echo "# Pebble with profiles"; everything
ca_use old; echo "# the packaged Pebble"; everything

echo "# a key change that dies"
ca_use new; home=$T/crash
run account register --agree-tos
first=$(url) left=0 died=0
# At each call that changes the disk or sends something to the CA; on one processor, where they come in the same order every time.
for call in openat2 write fsync renameat2 unlinkat sendto; do
  for ((when = 1; when <= 40; when++)); do
    timeout 60 nsenter --net="/run/netns/$NS" taskset -c 0 strace -f -qq -o "$T/st" -e "trace=$call" -e "inject=$call:signal=SIGKILL:when=$when" \
      "$program" account rekey --home "$home" --ca "$directory" --ca-roots "$ca/ca.pem" >"$T/out" 2>&1 </dev/null
    [ $? = 137 ] || break                         # there are no more calls of this kind
    died=$((died + 1))
    [ -e "$(folder)/key.pem.next" ] && left=$((left + 1))
    run account show
    [ "$status" = 0 ] && [ "$(url)" = "$first" ] && [ ! -e "$(folder)/key.pem.next" ] && continue
    ok "after a death at $call $when the account is found" false
  done
done
echo "# $died deaths, $left of which left two keys behind"
ok "after every death the account is the same one" is "$(url)" "$first"
ok "and some deaths came while there were two keys" [ "$left" -gt 3 ]
run issue after-crashes.test
ok "and it can be used" status_is 0

echo "# external account binding"
EAB=1 ca_start bound "$pebble"
read -r kid secret <"$ca/eab.txt"
home=$T/bound-home
try account register --agree-tos
ok "a CA that knows its customers asks for it: 5" explains 5 "customers that it knows" "external account binding" "--eab-kid KID --eab-hmac-file FILE"
try issue bound.test
ok "issue says the same" explains 5 "customers that it knows" "external account binding" "--eab-kid KID --eab-hmac-file FILE"
ok "and no key is made for nothing" [ ! -e "$(folder)/key.pem" ]
(umask 077; echo "$secret" >"$T/eab.hmac"; echo "!base64url!" >"$T/bad.hmac"; echo AAAA >"$T/wrong.hmac")
echo "$secret" >"$T/open.hmac"; chmod 644 "$T/open.hmac"
try account register --agree-tos --eab-kid "$kid"
ok "one without the other: 2" explains 2 "not complete" "a key identifier and an HMAC key" "give both"
try account register --agree-tos --eab-kid "$kid" --eab-hmac-file "$T/open.hmac"
ok "a secret that everyone may read: 3" explains 3 "the secret in $T/open.hmac" "everyone may read it" "chmod 600"
try account register --agree-tos --eab-kid "$kid" --eab-hmac-file "$T/bad.hmac"
ok "one that is no key: 3" explains 3 "the secret in $T/bad.hmac" "no key in base64url" "as the CA shows it"
try account register --agree-tos --eab-kid "$kid" --eab-hmac-file "$T/nosuch"
ok "one that is not there: 3" explains 3 "--eab-hmac-file" "no such file" "check"
try account register --agree-tos --eab-kid "$kid" --eab-hmac-file "$T/wrong.hmac"
ok "a wrong one: 5, in the CA's words" status_is 5
try account register --agree-tos --eab-kid nobody --eab-hmac-file "$T/eab.hmac"
ok "a customer that the CA does not know: 5" status_is 5
n=0
for algorithm in HS256 HS384 HS512; do
  home=$T/bound-$((n += 1))
  try account register --agree-tos --eab-kid "$kid" --eab-hmac-file "$T/eab.hmac" --eab-hmac-alg "$algorithm"
  ok "an account is bound with $algorithm" status_is 0
  ok "and says to whom" grep -Eq "^bound to +$kid" "$T/out"
  ok "the secret is nowhere" no_secret "$secret"
done
run issue bound.test
ok "and it can be used" status_is 0
home=$T/bound-issue
run issue bound.test --eab-kid "$kid" --eab-hmac-file "$T/eab.hmac"
ok "issue registers with it, too" sound bound.test p256 bound.test
try certctl account register --ca zerossl --agree-tos --home "$home"
ok "a known CA that binds says where to get the credentials, once it is asked" not status_is 0
try certctl account rekey --ca zerossl --home "$home"
ok "one that keeps keys for ever says so without being asked" explains 5 "zerossl does not exchange" "known to refuse" "deactivate --ca zerossl"
summary
