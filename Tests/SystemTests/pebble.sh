#!/usr/bin/env bash
# pebble.sh - run a private Pebble ACME test CA (+ its mock DNS) on loopback.
#
#   pebble.sh start  DIR [extra pebble args]   start; prints shell assignments
#   pebble.sh stop   DIR                       stop both (by pid), at once; says on stderr if Pebble was wedged by its own locks
#   pebble.sh ca-stop DIR | ca-start DIR       stop/start only pebble (state is lost: it is in memory)
#   pebble.sh env    DIR                       print the assignments again
#   pebble.sh roots  DIR                       fetch the issuing root(s) to DIR/root-N.pem
#   pebble.sh get-pebble DIR [SUITE]           fetch pebble of a newer Debian SUITE (default: forky)
#                                              into DIR without installing; prints PEBBLE_BIN=...
#
# `eval "$(pebble.sh start DIR)"` gives ACME_DIRECTORY (URL), ACME_CA_ROOT (PEM to
# trust for the HTTPS of the CA), ACME_HTTP01_PORT, ACME_DNS_MGMT, ACME_MGMT.
# Every name resolves to 127.0.0.1; HTTP-01 goes to 127.0.0.1:HTTP01_PORT.
#
# Environment (defaults):
#   PEBBLE_BIN=pebble  CHALLTESTSRV_BIN=pebble-challtestsrv (found beside PEBBLE_BIN)
#   PEBBLE_PORT=14000  PEBBLE_MGMT_PORT=15000  HTTP01_PORT=5002  TLSALPN01_PORT=5001
#   DNS_PORT=8053      CHALL_MGMT_PORT=8055
#   RETRY_AFTER_AUTHZ=0 RETRY_AFTER_ORDER=0   seconds; 0 = no header (pebble's sample: 3 and 5)
#   KEY_ALGORITHM=ecdsa  VALIDITY=7776000  SHORT_VALIDITY=518400  ONE_PROFILE=  (1: only `default`)
#   EAB=               1: require external account binding (kid-1 / key in DIR/eab.txt)
#   PEBBLE_VA_NOSLEEP=1 PEBBLE_WFE_NONCEREJECT=0 PEBBLE_AUTHZREUSE=0   (pebble's own: unset, 5, 50)
#   any other PEBBLE_* (PEBBLE_VA_SLEEPTIME, PEBBLE_VA_ALWAYS_VALID, PEBBLE_CHAIN_LENGTH,
#   PEBBLE_ALTERNATE_ROOTS, PEBBLE_WFE_ORDERS_PER_PAGE) is handed on as it is.
set -euo pipefail

usage() { sed -n '2,/^set /p' "$0" | sed '$d;s/^# \{0,1\}//'; exit "${1:-0}"; }
[ $# -ge 1 ] || usage 2
case $1 in -h|--help|help) usage 0;; esac
[ $# -ge 2 ] || usage 2
cmd=$1; mkdir -p "$2"; dir=$(cd "$2" && pwd); shift 2

pebble=${PEBBLE_BIN:-$(command -v pebble || true)}
beside=$(dirname "${pebble:-.}")/pebble-challtestsrv
chall=${CHALLTESTSRV_BIN:-$( [ -x "$beside" ] && echo "$beside" || command -v pebble-challtestsrv || true)}
port=${PEBBLE_PORT:-14000}; mgmt=${PEBBLE_MGMT_PORT:-15000}
http=${HTTP01_PORT:-5002}; alpn=${TLSALPN01_PORT:-5001}
dns=${DNS_PORT:-8053}; cmgmt=${CHALL_MGMT_PORT:-8055}

mkcerts() { # a private CA and a server certificate for the CA's own HTTPS
  [ -s "$dir/ca.pem" ] && [ -s "$dir/cert.pem" ] && return 0
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 3650 \
    -keyout "$dir/ca.key" -out "$dir/ca.pem" -subj "/CN=lab https root" \
    -addext 'basicConstraints=critical,CA:TRUE' -addext 'keyUsage=critical,keyCertSign,cRLSign' 2>/dev/null
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes \
    -keyout "$dir/key.pem" -out "$dir/cert.csr" -subj "/CN=localhost" 2>/dev/null
  printf '%s\n' 'subjectAltName=DNS:localhost,DNS:pebble,IP:127.0.0.1,IP:::1' \
    'basicConstraints=CA:FALSE' 'extendedKeyUsage=serverAuth' > "$dir/cert.ext"
  openssl x509 -req -in "$dir/cert.csr" -CA "$dir/ca.pem" -CAkey "$dir/ca.key" -set_serial "0x$(openssl rand -hex 8)" \
    -days 3650 -extfile "$dir/cert.ext" -out "$dir/cert.pem" 2>/dev/null
}

mkconfig() {
  local eab='"externalAccountBindingRequired": false' profiles
  if [ -n "${EAB:-}" ]; then
    local k; k=$(openssl rand -base64 64 | tr -d '=\n' | tr '+/' '-_')   # long enough for HS512
    eab="\"externalAccountBindingRequired\": true, \"externalAccountMACKeys\": {\"kid-1\": \"$k\"}"
    echo "kid-1 $k" > "$dir/eab.txt"
  fi
  profiles="\"default\": {\"description\": \"90 days\", \"validityPeriod\": ${VALIDITY:-7776000}}"
  [ -n "${ONE_PROFILE:-}" ] || profiles="$profiles, \"shortlived\": {\"description\": \"6 days\", \"validityPeriod\": ${SHORT_VALIDITY:-518400}}"
  cat > "$dir/pebble.json" <<JSON
{"pebble": {
  "listenAddress": "127.0.0.1:$port", "managementListenAddress": "127.0.0.1:$mgmt",
  "certificate": "$dir/cert.pem", "privateKey": "$dir/key.pem",
  "httpPort": $http, "tlsPort": $alpn, "ocspResponderURL": "", $eab,
  "domainBlocklist": ["blocked-domain.example"],
  "retryAfter": {"authz": ${RETRY_AFTER_AUTHZ:-0}, "order": ${RETRY_AFTER_ORDER:-0}},
  "keyAlgorithm": "${KEY_ALGORITHM:-ecdsa}", "certificateValidityPeriod": ${VALIDITY:-7776000},
  "profiles": {$profiles}
}}
JSON
}

answers() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
# A zombie counts as gone: its parent may take seconds to see to it, as the first process of a container does.
alive() { [ -r "/proc/$1/status" ] && ! grep -q '^State:.Z' "/proc/$1/status" 2>/dev/null; }
up() { # PORT NAME: wait until the port answers, as long as the process in NAME.pid lives
  local p; p=$(cat "$dir/$2.pid")
  for _ in $(seq 100); do
    answers "$1" && return 0
    alive "$p" || break
    sleep 0.05
  done
  echo "pebble.sh: nothing answers on port $1; the end of $dir/$2.log:" >&2; tail -n 3 "$dir/$2.log" >&2; return 1
}
down() { # NAME [SIGNAL]: stop the process in NAME.pid; KILL after 2 s
  local p; p=$(cat "$dir/$1.pid" 2>/dev/null) || return 0
  kill "-${2:-TERM}" "$p" 2>/dev/null || true
  for _ in $(seq 100); do alive "$p" || break; sleep 0.02; done
  kill -KILL "$p" 2>/dev/null || true
  rm -f "$dir/$1.pid"
}
# Up to 2.10.1 Pebble takes an order's read lock twice in one request, and answers nothing more once a writer came in between
# (letsencrypt/pebble#554). QUIT is as sudden as KILL to whoever talks to it, and has it write what each goroutine waits for.
down_ca() {
  down pebble QUIT
  ! grep -q '^sync\.(\*RWMutex)\.R\?Lock' "$dir/pebble.log" 2>/dev/null || echo "pebble.sh: Pebble was wedged by its own locks" >&2
}
print_env() {
  # shellcheck disable=SC1091
  . "$dir/ports"
  echo "ACME_DIRECTORY=https://localhost:$port/dir ACME_CA_ROOT=$dir/ca.pem ACME_HTTP01_PORT=$http ACME_TLSALPN01_PORT=$alpn ACME_DNS=127.0.0.1:$dns ACME_DNS_MGMT=http://127.0.0.1:$cmgmt ACME_MGMT=https://localhost:$mgmt ACME_LOG=$dir/pebble.log"
}
start_ca() {
  [ -x "${pebble:-}" ] || { echo "pebble.sh: no pebble (set PEBBLE_BIN)" >&2; exit 1; }
  PEBBLE_VA_NOSLEEP=${PEBBLE_VA_NOSLEEP-1} PEBBLE_WFE_NONCEREJECT=${PEBBLE_WFE_NONCEREJECT-0} \
  PEBBLE_AUTHZREUSE=${PEBBLE_AUTHZREUSE-0} \
    setsid "$pebble" -config "$dir/pebble.json" -dnsserver "127.0.0.1:$dns" "$@" </dev/null >>"$dir/pebble.log" 2>&1 &
  echo $! > "$dir/pebble.pid"; up "$port" pebble
}

case $cmd in
start)
  for f in pebble chall; do p=$(cat "$dir/$f.pid" 2>/dev/null) && alive "$p" && { echo "pebble.sh: already running in $dir" >&2; exit 1; }; done
  for q in "$port" "$mgmt" "$dns" "$cmgmt"; do
    if answers "$q"; then echo "pebble.sh: port $q is taken" >&2; exit 1; fi
  done
  trap '[ $? = 0 ] || { down_ca; down chall KILL; }' EXIT
  mkcerts; mkconfig
  echo "port=$port mgmt=$mgmt http=$http alpn=$alpn dns=$dns cmgmt=$cmgmt" > "$dir/ports"
  dnsflag=-dnsserver; doh=(); help=$("$chall" -h 2>&1 || true)
  case $help in *-dnsserver*) ;; *) dnsflag=-dns01;; esac      # 2.4's name for it
  case $help in *-doh*) doh=(-doh "");; esac                     # its default :8443 would clash
  setsid "$chall" -defaultIPv4 127.0.0.1 -defaultIPv6 "" $dnsflag "127.0.0.1:$dns" -http01 "" -https01 "" \
    -tlsalpn01 "" ${doh[@]+"${doh[@]}"} -management "127.0.0.1:$cmgmt" </dev/null >"$dir/chall.log" 2>&1 &
  echo $! > "$dir/chall.pid"; up "$cmgmt" chall
  : > "$dir/pebble.log"; start_ca "$@"; print_env;;
ca-start) . "$dir/ports"; start_ca "$@";;
ca-stop) down_ca;;
stop) down_ca; down chall KILL;;
env) print_env;;
roots) . "$dir/ports"; for i in 0 1 2 3; do
    curl -fsS --max-time 10 --cacert "$dir/ca.pem" "https://localhost:$mgmt/roots/$i" -o "$dir/root-$i.pem" 2>/dev/null || break; echo "$dir/root-$i.pem"; done;;
get-pebble)
  suite=${1:-forky}; a=$dir/apt; mkdir -p "$a/lists/partial" "$a/cache/archives/partial"
  # the mirror is the one this machine already uses for Debian
  uri=$(apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' 'Label: Debian' | sort -u | head -n 1)
  [ -n "$uri" ] || { echo "pebble.sh: no Debian mirror known to apt (run apt-get update)" >&2; exit 1; }
  echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite main" > "$a/sources.list"
  o=(-o "Dir::State::lists=$a/lists" -o "Dir::Cache=$a/cache" -o "Dir::Etc::sourcelist=$a/sources.list"
     -o Dir::Etc::sourceparts=/dev/null -o APT::Sandbox::User=root -o "Dir::State::status=/dev/null")
  apt-get "${o[@]}" -qq update && (cd "$a" && apt-get "${o[@]}" -qq download pebble) && dpkg-deb -x "$a"/pebble_*.deb "$dir/root"
  echo "PEBBLE_BIN=$dir/root/usr/bin/pebble";;
*) usage 2;;
esac
