#!/bin/bash
# What a certificate can be asked for besides its names, each option against a real CA: profiles, addresses, other chains, names in other
# scripts, requests made elsewhere, kept keys, predecessors, several at once, rehearsals, revocation.
NEED='nginx python3 strace'
LIMIT=300
# shellcheck disable=SC2046,SC2086
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

leaf() { openssl x509 -in "$home/lib/tls/live/$1/cert.pem" -noout "${@:2}"; } # NAME OPTION…
addresses() { leaf "$1" -ext subjectAltName | grep -o 'IP Address:[^,]*' | cut -d: -f2- | tr '\n' ' '; }
days() { # NAME   how long its certificate lives, in whole days
  local start end; start=$(date +%s -d "$(leaf "$1" -startdate | cut -d= -f2)"); end=$(date +%s -d "$(leaf "$1" -enddate | cut -d= -f2)")
  echo $(((end - start + 43200) / 86400))
}
key_of() { openssl pkey -in "$home/lib/tls/live/$1/privkey.pem" -pubout; } # NAME
serial() { leaf "$1" -serial | cut -d= -f2 | tr 'A-F' 'a-f' | sed 's/^0*//'; } # NAME
ca_status() { # SERIAL   what the CA says of a certificate
  in_ns curl -fsS --max-time 5 --cacert "$ca/ca.pem" "$management/cert-status-by-serial/$1"
}
has_status() { ca_status "$1" | python3 -c 'import json, sys; d = json.load(sys.stdin); print(d); sys.exit(0 if [str(d.get(k, "")) for k in ("Status", "Reason")] == sys.argv[1:3] else 1)' "$2" "$3"; }
is() { [ "$1" = "$2" ] || { echo "'$1', not '$2'"; return 1; }; }
certificates() { grep -c 'Issued certificate serial' "$ca/pebble.log"; }
last_order() { # the JSON of the last newOrder that the CA has answered
  grep -a 'There are now .* orders in the db\|New order' "$ca/pebble.log" | tail -n 1
}

ONE_PROFILE='' PEBBLE_ALTERNATE_ROOTS=2 PEBBLE_CHAIN_LENGTH=2 ca_start new "$pebble"
home=$T/home

echo "# profiles"
run issue short.test --profile shortlived
ok "a certificate by a profile" status_is 0
ok "has that profile's lifetime" is "$(days short.test)" 6
run issue short.test
ok "the profile is remembered" output_has "short.test: unchanged"
run issue short.test --profile default
ok "another profile is another certificate" is "$(days short.test)" 90
run issue short.test --profile any
ok "and 'any' leaves it to the CA" status_is 0
try issue none.test --profile nosuch
ok "a profile that the CA does not have: 3, with those that it has" explains 3 "no profile 'nosuch'" "default, shortlived" "--profile"
ok "before an order is made" [ ! -e "$home/lib/tls/gen/none.test/000001" ]

echo "# addresses (RFC 8738)"
run issue 127.0.0.1
ok "an IPv4 address" status_is 0
ok "is what the certificate is for" is "$(addresses 127.0.0.1)" '127.0.0.1 '
run issue ::1 127.0.0.1 --profile shortlived
ok "an IPv6 address, and another beside it" status_is 0
ok "are in the certificate" is "$(addresses 0--1)" '0:0:0:0:0:0:0:1 127.0.0.1 '
run issue mixed.test 127.0.0.1
ok "a name and an address" is "$(leaf mixed.test -ext subjectAltName | hosts) $(addresses mixed.test)" 'mixed.test 127.0.0.1 '
try certctl list --home "$home" --json
ok "the list tells addresses too" grep -q '"names":\["mixed.test","127.0.0.1"\]' "$T/out"

echo "# names in other scripts"
run issue bücher.test BÜCHER.test www.例え.test
ok "U-labels of any case, twice" status_is 0
ok "become A-labels, once" is "$(leaf xn--bcher-kva.test -ext subjectAltName | hosts | tr '\n' ' ')" 'www.xn--r8jz45g.test xn--bcher-kva.test '

echo "# other chains"
in_ns curl -fsS --cacert "$ca/ca.pem" "$management/roots/1" >"$T/root-1.pem"
top=$(openssl x509 -in "$T/root-1.pem" -noout -subject -nameopt multiline | sed -n 's/.*commonName *= //p')
run issue chain.test --preferred-chain "$top"
ok "the chain of the issuer that is preferred" status_is 0
ok "is the one that is used" openssl verify -CAfile "$T/root-1.pem" -untrusted "$home/lib/tls/live/chain.test/chain.pem" "$home/lib/tls/live/chain.test/cert.pem"
ok "and not the CA's own choice" not openssl verify -CAfile "$ca/root-0.pem" -untrusted "$home/lib/tls/live/chain.test/chain.pem" "$home/lib/tls/live/chain.test/cert.pem"
run issue other.test --preferred-chain "No Such Root"
ok "where there is none, the CA's choice" pair_is_sound other.test
ok "and a warning" output_has "no chain to the preferred issuer"
run issue chain.test
ok "the preference is remembered" output_has "chain.test: unchanged"

echo "# keys"
run issue key.test --reuse-key
first=$(key_of key.test)
run issue key.test --force
ok "a kept key stays at every renewal" is "$(key_of key.test)" "$first"
ok "in a new certificate" [ -d "$home/lib/tls/gen/key.test/000002" ]
run issue key.test --force --new-key
ok "until a new one is asked for" not is "$(key_of key.test)" "$first"
second=$(key_of key.test)
run issue key.test --force
ok "and then every one has its own again" not is "$(key_of key.test)" "$second"
try issue key.test --reuse-key --new-key
ok "both at once: 2" explains 2 "--reuse-key and --new-key exclude each other" "only one" "leave one out"

echo "# requests made elsewhere"
openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout "$T/own.key" -subj /CN=own.test \
  -addext 'subjectAltName=DNS:own.test,DNS:www.own.test,IP:127.0.0.1' -out "$T/own.csr" 2>/dev/null
run issue --csr "$T/own.csr"
ok "a request is signed for all names in it" status_is 0
ok "for the key that it is for" is "$(leaf own.test -pubkey)" "$(openssl pkey -in "$T/own.key" -pubout)"
ok "which nobody here has" [ ! -e "$home/lib/tls/live/own.test/privkey.pem" ]
ok "so there is nothing for nginx" [ ! -e "$home/lib/tls/nginx/own.test.conf" ]
run issue own.test www.own.test 127.0.0.1
ok "the request is remembered" output_has "own.test: unchanged"
run issue own.test www.own.test 127.0.0.1 --force
ok "and renewed" is "$(leaf own.test -pubkey)" "$(openssl pkey -in "$T/own.key" -pubout)"
openssl req -in "$T/own.csr" -outform DER -out "$T/own.der"
run issue --csr "$T/own.der"
ok "DER is read too" output_has "own.test: unchanged"
try issue strange.test --csr "$T/own.csr"
ok "other names than those of the request: 2" explains 2 "for other names" "own.test, www.own.test, 127.0.0.1" "leave out the names"
try issue --csr "$T/own.key"
ok "what is no request: 3" explains 3 "the file given by --csr" "not a certificate signing request" "check"
tamper() { python3 -c 'import sys; b = bytearray(open(sys.argv[1], "rb").read()); b[-1] ^= 1; open(sys.argv[2], "wb").write(b)' "$@"; }
tamper "$T/own.der" "$T/bad.der"
try issue --csr "$T/bad.der"
ok "one that is not signed with its own key: 3" explains 3 "the file given by --csr" "not signed with the key" "check"
openssl req -new -newkey rsa:2048 -nodes -keyout /dev/null -subj / -addext 'subjectAltName=DNS:mail.test,email:a@mail.test' -out "$T/mail.csr" 2>/dev/null
try issue --csr "$T/mail.csr"
ok "one with an e-mail address: 3" explains 3 "the file given by --csr" "neither host names nor IP addresses" "check"
account=$(echo "$home"/lib/accounts/localhost-*/key.pem)
openssl req -new -key "$account" -subj / -addext subjectAltName=DNS:account.test -out "$T/account.csr"
try issue --csr "$T/account.csr"
ok "one for the account's own key: 3" explains 3 "the account's own key" "act for the account" "make another key"

echo "# several at once"
before=$(grep -c 'POST /sign-me-up' "$ca/pebble.log")
run issue --each a.each.test,www.a.each.test b.each.test c.each.test
ok "three certificates in one command" status_is 0
ok "the first for both of its names" sound a.each.test p256 a.each.test www.a.each.test
ok "the second and the third for theirs" sound b.each.test p256 b.each.test
resolve bad.each.test 192.0.2.1
try issue --each d.each.test bad.each.test e.each.test
ok "one that fails: 11" status_is 11
ok "keeps no other from its certificate" sound e.each.test p256 e.each.test
ok "and is told by its name" grep -q '^certctl: 1 of 3 certificates failed: bad.each.test' "$T/err"
try issue --each bad.each.test,x.bad.each.test bad.each.test
ok "all of the same name: 2" explains 2 "two of the certificates would be named bad.each.test" "a name is one" "two commands"
unresolve bad.each.test
mapfile -t twenty < <(seq -f 'n%g.twenty.test' 20)
run issue --each "${twenty[@]}"
ok "twenty at once" status_is 0
mapfile -t more < <(seq -f 'm%g.twenty.test' 20)
run in_ns strace -f -qq -yy -e trace=connect -o "$T/connects" "$program" issue --each "${more[@]}" --home "$home" "${options[@]}"
ok "twenty more" status_is 0
ok "come over one connection" is "$(grep -c '<TCP.*htons(14000).*"127.0.0.1"' "$T/connects")" 1
ok "and the first were twenty certificates" is "$(find "$home/lib/tls/gen" -path '*/n*.twenty.test/000001' | wc -l)" 20

echo "# predecessors and renewal information (RFC 9773)"
run issue ari.test
try certctl show ari.test --renewal-info --home "$home"
ok "the CA's window is told" grep -Eq "^CA's window +20[0-9-]+T.* to 20" "$T/out"
before=$(serial ari.test)
run issue ari.test --force
ok "a new certificate names its predecessor" status_is 0
ok "so that the CA knows it is replaced" grep -qi 'replac' "$ca/pebble.log"
in_ns bash "$here/pebble.sh" ca-stop "$ca" && PEBBLE_ALTERNATE_ROOTS=2 PEBBLE_BIN=$pebble in_ns bash "$here/pebble.sh" ca-start "$ca" && ca_roots
run issue ari.test --force
ok "a CA that does not know the predecessor gives a certificate all the same" status_is 0
ok "and all of it fits" pair_is_sound ari.test

echo "# revocation"
for reason in unspecified keyCompromise affiliationChanged superseded cessationOfOperation; do
  name=${reason,,}.test
  run issue "$name"; number=$(serial "$name")
  run certctl revoke "$name" --reason "$reason" --home "$home"
  ok "a certificate is called back: $reason" status_is 0
  case $reason in unspecified) code=0 ;; keyCompromise) code=1 ;; affiliationChanged) code=3 ;; superseded) code=4 ;; *) code=5 ;; esac
  ok "and the CA says so" has_status "$number" Revoked "$code"
done
run certctl revoke superseded.test --home "$home"
ok "a second time is no failure" status_is 0
ok "and is told" output_has "had been revoked before"
try certctl list --home "$home"
ok "the list tells it" grep -Eq '^superseded.test +revoked' "$T/out"
old=$(key_of superseded.test)
run issue superseded.test --reuse-key
ok "issue replaces it" output_has "superseded.test: issued"
ok "with another key, whatever was asked" not is "$(key_of superseded.test)" "$old"
run issue bykey.test; number=$(serial bykey.test)
mv "$home/lib/accounts" "$T/away"
run certctl revoke bykey.test --by-key --reason keyCompromise --home "$home"
ok "the certificate's own key will do, without an account" status_is 0
ok "and the CA says so" has_status "$number" Revoked 1
rm -rf "$home/lib/accounts"; mv "$T/away" "$home/lib/accounts"
run issue foreign.test; number=$(serial foreign.test)
cp "$home/lib/tls/live/foreign.test/cert.pem" "$T/foreign.pem"; install -m 600 "$home/lib/tls/live/foreign.test/privkey.pem" "$T/foreign.key"
run certctl revoke --certificate "$T/foreign.pem" --key "$T/foreign.key" --ca "$directory" --ca-roots "$ca/ca.pem" --home "$T/empty"
ok "a certificate that is not in the store" status_is 0
ok "is called back by its key" has_status "$number" Revoked ""
try certctl revoke key.test --reason keyCompromised --home "$home"
ok "a reason that there is not: 2, with the one that was meant" explains 2 "--reason cannot be" "did you mean keyCompromise" "give one of these"
try certctl revoke --certificate "$T/foreign.pem" --reason affiliationChanged --ca letsencrypt --home "$home"
ok "a reason that this CA does not take: 2, before it is asked" explains 2 "letsencrypt does not accept the reason affiliationChanged" "keyCompromise" "--reason"
try certctl revoke nosuch.test --home "$home"
ok "a certificate that there is not: 3" explains 3 "no certificate named nosuch.test" "there are" "certctl list"
try certctl revoke own.test --by-key --home "$home"
ok "by a key that is not here: 3" explains 3 "own.test" "the key is not here" "leave --by-key out"

echo "# rehearsals"
# Let's Encrypt's staging, as far as names go: Pebble behind an nginx that has its name and its path.
host=acme-staging-v02.api.letsencrypt.org
printf '127.0.0.1 localhost %s\n' "$host" >"$T/hosts"; mount --bind "$T/hosts" /etc/hosts; on_exit 'umount /etc/hosts'
openssl req -new -newkey rsa:2048 -nodes -keyout "$T/staging.key" -subj / -out "$T/staging.csr" 2>/dev/null
printf 'subjectAltName=DNS:%s\n' "$host" >"$T/staging.ext"
openssl x509 -req -in "$T/staging.csr" -CA "$ca/ca.pem" -CAkey "$ca/ca.key" -set_serial 77 -days 30 -extfile "$T/staging.ext" -out "$T/staging.pem" 2>/dev/null
cat >"$T/staging.conf" <<CONF
daemon off; pid $T/staging.pid; error_log stderr; events {}
http {
  access_log off;
  server {
    listen 127.0.0.1:443 ssl; ssl_certificate $T/staging.pem; ssl_certificate_key $T/staging.key;
    proxy_set_header Host \$host;
    location = /directory { proxy_pass https://127.0.0.1:14000/dir; }
    location / { proxy_pass https://127.0.0.1:14000; }
  }
}
CONF
spawn "$T/staging.log" nginx -c "$T/staging.conf"
wait_for 5 in_ns curl -fsS --cacert "$ca/ca.pem" "https://$host/directory" || fail "no staging: $(cat "$T/staging.log")"
rehearse() { certctl issue "$@" --dry-run --ca letsencrypt --ca-roots "$ca/ca.pem" --home "$home" --agree-tos; }
kept=$(photo "$home/lib/tls" "$home/lib/lineages")
run rehearse dry.test www.dry.test
ok "a rehearsal is a whole order at the CA's staging" status_is 0
ok "and says so" output_has "dry.test: rehearsed"
ok "nothing of it is kept" same "$kept" "$home/lib/tls" "$home/lib/lineages"
ok "but the account with the staging" [ -s "$home/lib/accounts/letsencrypt-staging/account.json" ]
ok "and none with the CA itself" [ ! -e "$home/lib/accounts/letsencrypt" ]
# Of a name that was never validated: the CA may remember the others.
resolve lost.test 192.0.2.1
try rehearse lost.test
ok "what would fail fails: 6" explains 6 "could not validate lost.test" "192.0.2.1" "port 80"
# Certificates that are said to be Let's Encrypt's, and rehearsed as such.
cp -a "$home" "$T/theirs"
sed -i 's#"authority" *: *"[^"]*"#"authority":"https://acme-v02.api.letsencrypt.org/directory"#' "$T"/theirs/lib/lineages/*/settings.json
kept=$(photo "$T/theirs/lib/tls" "$T/theirs/lib/lineages")
run certctl renew ari.test short.test --dry-run --agree-tos --home "$T/theirs"
ok "a renewal is rehearsed likewise" status_is 0
ok "one certificate and the next" output_has "short.test: rehearsed"
ok "and nothing of that is kept" same "$kept" "$T/theirs/lib/tls" "$T/theirs/lib/lineages"
try certctl renew ari.test --dry-run --force --home "$T/theirs"
ok "a rehearsal cannot be forced: 2" explains 2 "--dry-run and --force exclude each other" "only one of them" "leave one out"
try issue dry.test --dry-run
ok "a CA without a staging: 2" explains 2 "a dry run is not possible" "no staging" "--ca letsencrypt-staging"

echo "# the packaged Pebble, where it can"
ca_start old "$packaged" 5002
home=$T/old-home
run issue 127.0.0.1 old.test
ok "addresses" is "$(addresses 127.0.0.1)" '127.0.0.1 '
run issue key.old.test --reuse-key; first=$(key_of key.old.test)
run issue key.old.test --force
ok "kept keys" is "$(key_of key.old.test)" "$first"
run issue --csr "$T/own.csr"
ok "requests made elsewhere" is "$(leaf own.test -pubkey)" "$(openssl pkey -in "$T/own.key" -pubout)"
run issue --each one.old.test two.old.test
ok "several at once" sound two.old.test p256 two.old.test
run issue gone.old.test; number=$(serial gone.old.test)
run certctl revoke gone.old.test --reason superseded --home "$home"
ok "revocation" has_status "$number" Revoked 4
try issue profile.old.test --profile default
ok "profiles, which it does not have: 3" explains 3 "no profile 'default'" "it offers none" "leave out --profile"
try certctl show old.test --renewal-info --home "$home"
try certctl show 127.0.0.1 --renewal-info --home "$home"
ok "renewal information, which it does not have" grep -q "the CA does not tell" "$T/out"
summary
