#!/bin/bash
# What certctl makes of servers that lie, stall and overflow, over real TLS: the exit code, the words, the time, the memory, and that a
# certificate which was there before stays to the byte. The server is hostile-tls.py; the certificate that is kept comes from Pebble.
NEED='python3 cmp comm'
LIMIT=420
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
here=$(realpath "${BASH_SOURCE%/*}")
certctl=$(realpath "${CERTCTL:-$here/../../.build/release/certctl}") || fail "no certctl; nothing was tested"
export PEBBLE_BIN=${PEBBLE:-$here/../../.build-tools/root/usr/bin/pebble} ONE_PROFILE=1
umask 022
MOST_MEMORY=64 # MB at its peak

issued() { # COMMON-NAME SUBJECT-ALTERNATIVE-NAMES DAYS FILE   a server's certificate and key
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$T/tls/key" -out "$T/tls/request" 2>/dev/null
  openssl x509 -req -in "$T/tls/request" -CA "$T/tls/ca.pem" -CAkey "$T/tls/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days "$3" \
    -extfile <(echo "subjectAltName=$2") 2>/dev/null | cat - "$T/tls/key" >"$T/tls/$4.pem"
}
authority() { # NAME   $T/tls/NAME.pem and NAME.key
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj "/CN=$1" -keyout "$T/tls/$1.key" -out "$T/tls/$1.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign 2>/dev/null
}
mkdir "$T/tls" "$T/homes" "$T/said"
authority ca; authority unknown
issued localhost DNS:localhost,IP:127.0.0.1,IP:203.0.113.7 30 good
issued localhost DNS:localhost -1 expired
issued elsewhere DNS:elsewhere.example 30 other-host
openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 30 -subj /CN=localhost -addext subjectAltName=DNS:localhost \
  -keyout "$T/tls/key" -out "$T/tls/certificate" 2>/dev/null
cat "$T/tls/certificate" "$T/tls/key" >"$T/tls/stranger.pem"

in_ns "$here/pebble.sh" start "$T/pebble" >"$T/environment" || fail "no Pebble"
on_exit "in_ns '$here/pebble.sh' stop '$T/pebble'"
# shellcheck source=/dev/null
. "$T/environment"
run in_ns "$certctl" issue kept.test --home "$T/kept" --ca "$ACME_DIRECTORY" --ca-roots "$ACME_CA_ROOT" --agree-tos --http01-port 5002
[ "$status" = 0 ] || fail "no certificate to keep: $output"

# An address that is not private, and yet nowhere but here.
ip -n "$NS" address add 203.0.113.7/32 dev lo
spawn "$T/server" python3 "$here/hostile-tls.py" "$T/tls" "$T/log"
wait_for 10 grep -qx ready "$T/log" || fail "no hostile server: $(cat "$T/server")"
GOOD=4430 MUTE_TCP=4431 MUTE_TLS=4432 RESET=4433 OLD_TLS=4434 EXPIRED=4435 OTHER_HOST=4436 STRANGER=4437 PLAIN=4438 PROXY=4439

# Runs a program; writes its seconds and its peak memory in MB to a file.
weigh='
import os, sys, time
start = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
print(int(time.monotonic() - start), usage.ru_maxrss >> 10, file=open(sys.argv[1], "w"))
code = os.waitstatus_to_exitcode(status)
sys.exit(code if code >= 0 else 128 - code)
'
environment=() roots=(--ca-roots "$T/tls/ca.pem") port=6000
attempt() { # NAME SECONDS URL   replaces the kept certificate by one from that CA; killed with status 124 after SECONDS
  cp -a "$T/kept" "$T/homes/$1"
  in_ns env "${environment[@]}" timeout -k 2 "$2" python3 -c "$weigh" "$T/said/$1.weight" "$certctl" issue kept.test --force \
    --home "$T/homes/$1" --ca "$3" "${roots[@]}" --agree-tos --http01-address 127.0.0.1 --http01-port $port >"$T/said/$1" 2>&1 </dev/null
  echo $? >"$T/said/$1.status"
}
begun=()
begin() { port=$((port + 1)); attempt "$@" & begun+=($!); } # the same in the background
at() { echo "https://localhost:$GOOD/$1"; }

ended() { # NAME STATUS…
  local is; is=$(cat "$T/said/$1.status")
  [[ " ${*:2} " == *" $is "* ]] || { echo "exit status $is, not ${*:2}; it said:"; cat "$T/said/$1"; return 1; }
}
explained() { # NAME WHAT WHY   three lines at the end; nothing of the server's that a terminal would obey
  local lines; mapfile -t lines < <(tail -n 3 "$T/said/$1")
  [[ ${lines[0]} == "certctl: "*"$2"* && ${lines[1]} == "  why: "*"$3"* && ${lines[2]} == "  fix: "?* ]] || {
    echo "not: $2 / $3; but:"; cat -v "$T/said/$1"; return 1
  }
  not grep -q '[[:cntrl:]]' "$T/said/$1"
}
cheap() { # NAME SECONDS
  local seconds memory; read -r seconds memory <"$T/said/$1.weight" || { echo "it was killed"; return 1; }
  ((seconds <= $2 && memory <= MOST_MEMORY)) || { echo "$seconds s and $memory MB"; return 1; }
}
files() { (cd "$1" && find . -printf '%m %y %p %l\n' && find . -type f -exec sha256sum {} +) | sort; } # HOME
# A failed attempt may add to the journal and to events.log, stage a key, and make an account's folder; nothing else.
may_grow='\./lib/(events\.log|lineages/kept\.test/journal)$'
may_appear='^(700 d|711 d|600 f|[0-9a-f]{64}) +\./lib/(tls/\.tmp/kept\.test(/privkey\.pem)?|accounts/localhost-[0-9a-f]+(/lock|/key\.pem)?) *$'
kept() { # NAME
  local lost new log
  lost=$(comm -23 <(files "$T/kept") <(files "$T/homes/$1") | grep -Ev "$may_grow")
  new=$(comm -13 <(files "$T/kept") <(files "$T/homes/$1") | grep -Ev "$may_grow" | grep -Ev "$may_appear")
  [ -z "$lost$new" ] || { printf '%s\n' "gone or changed:" "$lost" "new:" "$new"; return 1; }
  for log in events.log lineages/kept.test/journal; do
    cmp -n "$(stat -c %s "$T/kept/lib/$log")" "$T/kept/lib/$log" "$T/homes/$1/lib/$log" || return 1
  done
}
judge() { # NAME "STATUS…" WHAT WHY [SECONDS]
  # shellcheck disable=SC2086
  ok "$1: ends with $2" ended "$1" $2
  ok "$1: says what, why and fix" explained "$1" "$3" "$4"
  ok "$1: takes at most ${5:-$quick} s and $MOST_MEMORY MB" cheap "$1" "${5:-$quick}"
  ok "$1: leaves what was kept" kept "$1"
}
requests() { grep -cE "^request $1( |\$)" "$T/log"; } # "PORT METHOD PATH", or the beginning of that
times() { local n; n=$(requests "$1"); [ "$n" = "$2" ] || { echo "$n requests, not $2"; return 1; }; }

no_answer='no answer from https://localhost'
# One attempt that brings nothing ends after 10 s without TLS, after 30 s below 10 bytes a second, and after 60 s whatever comes. A failure
# that may pass is tried four times with 1, 2 and 4 s between: 47, 127 and 247 s in all.
quick=5 retried=12
echo "# in the background: those that take their time"
begin silence-before-TLS 90 https://localhost:$MUTE_TCP/
begin silence-after-TLS 160 https://localhost:$MUTE_TLS/
begin no-answer 160 "$(at mute)"
begin one-byte-a-second 160 "$(at drip-1)"
begin twenty-bytes-a-second 70 "$(at drip-20)"

echo "# refused at once"
now() { # NAME URL "STATUS…" WHAT WHY
  port=$((port + 1)); attempt "$1" 20 "$2"; judge "$1" "${@:3}"
}
now good-until-the-account "$(at ok/directory)" 5 "the CA refused" "far enough"
now captive-portal "$(at html)" 4 "not an ACME server" "<!DOCTYPE html>"
now deep-JSON "$(at deep)" 4 "not an ACME server" '{"newNonce":['
now gzip-bomb "$(at bomb)" 4 "not an ACME server" "expected a directory"
ok "gzip-bomb: was not asked for" not grep -q '^accepts' "$T/log"
now endless-body "$(at endless)" 5 "$no_answer" "longer than 65536 bytes"
now body-of-256-MB "$(at huge)" 5 "$no_answer" "longer than 65536 bytes"
now ten-thousand-headers "$(at many-headers)" 5 "$no_answer" "longer than"
now header-of-1-MB "$(at long-header)" 5 "$no_answer" "longer than"
now expired https://localhost:$EXPIRED/ok/directory 3 "$no_answer" "certificate has expired"
now other-host https://localhost:$OTHER_HOST/ok/directory 3 "$no_answer" "target host name 'localhost'"
now self-signed https://localhost:$STRANGER/ok/directory 3 "$no_answer" "self-signed certificate"
roots=(--ca-roots "$T/tls/unknown.pem")
now unknown-authority "$(at ok/directory)" 3 "$no_answer" "unable to get local issuer certificate"
roots=(--ca-roots "$T/tls/ca.pem")
now no-such-host https://nowhere.invalid/directory 4 "no answer from https://nowhere.invalid/" "Could not resolve host"
for n in expired other-host; do
  ok "$n: is not told to give a root, which would not help" not grep -q 'give the certificate of its root' "$T/said/$n"
done
for n in EXPIRED OTHER_HOST STRANGER; do ok "$n: nothing was said to it" times "${!n} GET" 0; done

echo "# redirects"
now redirected-once "$(at redirect-once)" 5 "the CA refused" "far enough"
now redirected-by-a-path "$(at redirect-relative)" 5 "the CA refused" "far enough"
now redirect-loop "$(at redirect-loop)" 4 "not an ACME server" "a redirect after every redirect"
ok "redirect-loop: has an end after four" times "$GOOD GET /redirect-loop" 4
now redirect-to-http "$(at redirect-http)" 5 "an address that is not its own" "http://localhost:$PLAIN/"
ok "redirect-to-http: nobody was asked there" times "$PLAIN" 0
now redirect-to-file "$(at redirect-file)" 5 "an address that is not its own" "file:///etc/passwd"
now redirect-to-nowhere "$(at redirect-nowhere)" 5 "an address that is not its own" "Location of the directory is nothing"
now POST-redirected "$(at post-redirect/directory)" 5 "the CA refused" "HTTP 307"
ok "POST-redirected: was sent" times "$GOOD POST /post-redirect/newAccount" 1
ok "POST-redirected: not to the other address" not grep -q landed "$T/log"

echo "# a CA that names others' addresses"
foreign="an address that is not its own"
now newOrder-elsewhere "$(at foreign-host)" 5 "$foreign" "newOrder is https://elsewhere.example/order"
now newOrder-over-http "$(at foreign-http)" 5 "$foreign" "newOrder is http://localhost"
now newOrder-in-a-file "$(at foreign-file)" 5 "$foreign" "newOrder is file:///etc/passwd"
now newOrder-at-a-neighbour "$(at foreign-port)" 5 "$foreign" "newOrder is https://127.0.0.1:8443/order"
now newNonce-at-the-metadata "$(at foreign-address)" 5 "$foreign" "newNonce is https://169.254.169.254/"
now newAccount-behind-an-at-sign "$(at foreign-user)" 5 "$foreign" "newAccount is https://localhost:1@evil.example/"
now newAccount-with-a-forged-line "$(at foreign-escape)" 5 "$foreign" "newAccount is https://localhost:$GOOD/·[31m"

echo "# busy"
now down-for-31-years "$(at busy-long)" 4 "cannot serve" "down for maintenance"
ok "down-for-31-years: says until when" grep -Eq '^  fix: .* after 20[0-9]{2}-[0-9]{2}-' "$T/said/down-for-31-years"
ok "down-for-31-years: is not asked again" times "$GOOD GET /busy-long" 1
now limited-for-31-years "$(at limited)" 7 "rate limit" "down for maintenance"
ok "limited-for-31-years: says until when" grep -Eq '^  fix: .* after 20[0-9]{2}-[0-9]{2}-' "$T/said/limited-for-31-years"
ok "limited-for-31-years: is not asked again" times "$GOOD GET /limited" 1
now down-for-a-second "$(at busy-once)" 5 "the CA refused" "far enough"
ok "down-for-a-second: asked again once" times "$GOOD GET /busy-once" 2

echo "# the environment of a caller has no say"
environment=({http,https,all,HTTP,HTTPS,ALL}_"proxy=http://localhost:$PROXY" {HTTP,HTTPS,ALL}_PROXY="http://localhost:$PROXY"
  SSL_CERT_FILE=/nowhere SSL_CERT_DIR=/nowhere CURL_CA_BUNDLE=/nowhere SSLKEYLOGFILE="$T/keylog" OPENSSL_CONF=/nowhere)
now proxies-and-no-roots "$(at ok/directory)" 5 "the CA refused" "far enough"
ok "no proxy was asked" times "$PROXY" 0
ok "the keys of a connection were not written down" [ ! -e "$T/keylog" ]
roots=() environment=({SSL_CERT_FILE,CURL_CA_BUNDLE,REQUESTS_CA_BUNDLE}"=$T/tls/ca.pem")
now roots-from-the-environment https://203.0.113.7:$GOOD/ok/directory 3 "no answer from https://203.0.113.7" "issuer certificate"
environment=()
before=$(requests "$GOOD")
now private-name "$(at ok/directory)" 3 "$no_answer" "localhost is at the private address "
now private-address https://127.0.0.1:$GOOD/ok/directory 3 "no answer from https://127.0.0.1" "at the private address 127.0.0.1"
now private-address-in-disguise "https://[::ffff:127.0.0.1]:$GOOD/ok/directory" 3 "no answer from https://[::ffff" "private address 127.0.0.1"
now private-address-by-number https://2130706433:$GOOD/ok/directory 3 "no answer from https://2130706433" "private address 127.0.0.1"
ok "private addresses: nobody was asked there" [ "$(requests "$GOOD")" = "$before" ]
roots=(--ca-roots "$T/tls/ca.pem")

echo "# tried four times"
slow=("${begun[@]}"); begun=()
begin truncated 20 "$(at truncated)"
begin reset-after-ClientHello 20 https://localhost:$RESET/
begin nobody-listens 20 https://localhost:4429/
begin old-TLS 20 https://localhost:$OLD_TLS/ok/directory
begin plain-HTTP 20 https://localhost:$PLAIN/ok/directory
begin no-HTTP 20 "$(at no-http)"
begin busy 20 "$(at busy)"
begin busy-until-the-past 20 "$(at busy-past)"
begin busy-for-minus-5-s 20 "$(at busy-negative)"
wait "${begun[@]}"
judge truncated 4 "$no_answer" "with 981 bytes remaining to read" $retried
judge reset-after-ClientHello 4 "$no_answer" "reset by peer" $retried
judge nobody-listens 4 "$no_answer" "Failed to connect to localhost port 4429" $retried
judge old-TLS "3 4" "$no_answer" "" $retried
ok "old-TLS: nothing was said to it" times "$OLD_TLS GET" 0
judge plain-HTTP "3 4" "$no_answer" "" $retried
judge no-HTTP 4 "" "" $retried
for n in busy busy-until-the-past busy-for-minus-5-s; do judge $n 4 "cannot serve" "down for maintenance" $retried; done
ok "busy: asked four times" times "$GOOD GET /busy" 4
ok "truncated: asked four times" times "$GOOD GET /truncated" 4

echo "# those that took their time"
wait "${slow[@]}"
judge silence-before-TLS 4 "$no_answer" "timeout" 60
judge silence-after-TLS 4 "$no_answer" "Operation too slow" 140
judge no-answer 4 "$no_answer" "Operation too slow" 140
judge one-byte-a-second 4 "$no_answer" "Operation too slow" 140
longest() { # PATH   how long its longest attempt was held, as the server saw it
  awk -v path="/$1" '$1 == "closed" && $3 == path && $4 > most {most = $4} END {printf "%d", most}' "$T/log"
}
ok "one-byte-a-second: each attempt ends within 65 s" [ "$(longest drip-1)" -le 65 ]
ok "twenty-bytes-a-second: so does each of these" [ "$(longest drip-20)" -le 65 -a "$(longest drip-20)" -gt 0 ]
ok "twenty-bytes-a-second: leaves what was kept, though killed" kept twenty-bytes-a-second
summary
