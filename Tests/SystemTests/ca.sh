# shellcheck shell=bash
# certctl and its test CAs, for a system test that has sourced testbed.sh.
#
#   $pebble, $packaged             Pebble with profiles (PEBBLE=…), and the older one that Debian packages
#   ca_start NAME BINARY [PORT]    starts one; its files in $T/NAME, validation on PORT (80). The one in use is the last that was started.
#   ca_use NAME, ca_restart        choose another; kill it and start it again: it has forgotten all
#   certctl …, as_nobody …         the program (CERTCTL=…) in NS, with an end
#   issue …                        `certctl issue` below $home at the CA in use; `try COMMAND…` is `run` that keeps both streams apart
#   explains STATUS WHAT WHY FIX   the last try ended so, and said these on standard error, each in its line, and nothing on standard output
#   resolve NAME ADDRESS           what the CA finds for a name, instead of 127.0.0.1
#   requests                       how many requests the CA has had; none_since COUNT
#   sound NAME TYPE HOST…          everything that has to be so of the certificate in use
#   pair_is_sound NAME             the part of it that is about files alone
#   photo PATH…                    what is there: kinds, modes, owners, contents; `same PHOTO PATH…` compares
# shellcheck disable=SC2034,SC2154 # some variables are for the tests, some of testbed.sh

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
pebble=$(realpath "${PEBBLE:-$here/../../.build-tools/root/usr/bin/pebble}")
packaged=/usr/bin/pebble
program=$(realpath "${CERTCTL:-$here/../../.build/release/certctl}")
for p in "$pebble" "$packaged" "$program"; do [ -x "$p" ] || fail "program $p is missing; nothing was tested"; done
cp "$program" "$T/certctl"; program=$T/certctl       # where everyone can run it, and no build replaces it meanwhile
unset http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY
export LC_ALL=C
umask 022

declare -A ca_binary=() ca_port=() ca_offset=()
ca_start() { # NAME BINARY [PORT]
  local offset=$((${#ca_binary[@]} * 100))
  ca_binary[$1]=$2 ca_port[$1]=${3:-80} ca_offset[$1]=$offset
  PEBBLE_BIN=$2 ONE_PROFILE=${ONE_PROFILE-1} HTTP01_PORT=${3:-80} PEBBLE_PORT=$((14000 + offset)) PEBBLE_MGMT_PORT=$((15000 + offset)) \
    DNS_PORT=$((8053 + offset)) CHALL_MGMT_PORT=$((8055 + offset)) in_ns bash "$here/pebble.sh" start "$T/$1" >/dev/null ||
    fail "no CA $1"
  on_exit "in_ns bash '$here/pebble.sh' stop '$T/$1'"
  ca_use "$1"; ca_roots
}
ca_use() { # NAME
  ca=$T/$1 directory=https://localhost:$((14000 + ca_offset[$1]))/dir management=https://localhost:$((15000 + ca_offset[$1])) dns=http://127.0.0.1:$((8055 + ca_offset[$1]))
  options=(--ca "$directory" --ca-roots "$ca/ca.pem" --agree-tos --http01-port "${ca_port[$1]}")
  ca_name=$1
}
ca_roots() { in_ns bash "$here/pebble.sh" roots "$ca" >/dev/null; }
ca_restart() {
  in_ns bash "$here/pebble.sh" ca-stop "$ca" && PEBBLE_BIN=${ca_binary[$ca_name]} in_ns bash "$here/pebble.sh" ca-start "$ca" && ca_roots
}
resolve() { # NAME ADDRESS
  in_ns curl -fsS --max-time 5 -d "{\"host\":\"$1\",\"addresses\":[\"$2\"]}" "$dns/add-a"
}
unresolve() { in_ns curl -fsS --max-time 5 -d "{\"host\":\"$1\"}" "$dns/clear-a"; } # NAME
requests() { grep -c 'calling handler' "$ca/pebble.log"; }
none_since() { [ "$(requests)" = "$1" ] || { echo "$(($(requests) - $1)) requests"; return 1; }; } # COUNT

certctl() { in_ns timeout -k 5 100 "$program" "$@"; }
as_nobody() { in_ns setpriv --reuid=65534 --regid=65534 --clear-groups timeout -k 5 100 "$program" "$@"; }
issue() { certctl issue "$@" --home "$home" "${options[@]}"; }
try() { "$@" >"$T/out" 2>"$T/err" </dev/null; status=$?; output=$(cat "$T/out" "$T/err"); }
explains() { # STATUS WHAT WHY FIX
  local marks=('certctl: ' '  why: ' '  fix: ') words=("${@:2}") i
  status_is "$1" || return
  for i in 0 1 2; do
    [ "$(grep -c "^${marks[i]}" "$T/err")" = 1 ] && grep "^${marks[i]}" "$T/err" | homeless | grep -qF -- "${words[i]}" ||
      { echo "no line '${marks[i]}…${words[i]}' in:"; cat "$T/err"; return 1; }
  done
  [ ! -s "$T/out" ] || { echo "on standard output:"; cat "$T/out"; return 1; }
}

photo() { # PATH…
  find "$@" -printf '%y %m %U:%G %p %l\n' -type f -exec sha256sum {} + 2>&1 | sort
}
same() { diff <(echo "$1") <(photo "${@:2}"); } # PHOTO PATH…

is_key() { # TYPE FILE
  local text; text=$(openssl pkey -in "$2" -noout -text) || return
  case $1 in
    p256) [[ $text == *prime256v1* ]] ;;
    p384) [[ $text == *secp384r1* ]] ;;
    rsa*) [[ $text == *"(${1#rsa} bit, 2 primes)"* ]] ;;
  esac || { echo "not a key of type $1: $text"; return 1; }
}
hosts() { # the DNS names in the certificate or request on standard input, as openssl prints it
  grep -o 'DNS:[^,]*' | cut -d: -f2 | sort
}
newest_request() { # NAME   the request that its last certificate was asked for with
  grep -ao '"certificateSigningRequest":"[^"]*"' "$home/lib/lineages/$1/journal" | tail -n 1 | cut -d'"' -f4 | base64 -d | openssl req -inform DER "${@:2}"
}
sound() { # NAME TYPE HOST…
  local dir=$home/lib/tls/live/$1
  pair_is_sound "$1" || return
  is_key "$2" "$dir/privkey.pem" || return
  diff <(printf '%s\n' "${@:3}" | sort) <(openssl x509 -in "$dir/cert.pem" -noout -ext subjectAltName | hosts) || return
  diff <(openssl pkey -in "$dir/privkey.pem" -pubout) <(newest_request "$1" -noout -verify -pubkey 2>/dev/null) || return
  diff <(printf '%s\n' "${@:3}" | sort) <(newest_request "$1" -noout -text | hosts)
}
pair_is_sound() { # NAME   what readers are led to is one generation, its certificate of the CA, and its key the certificate's
  local name=$1 dir paths
  dir=$(realpath "$home/lib/tls/live/$name") || return
  [[ $(readlink "$home/lib/tls/live/$name") == "../gen/$name/"?????? ]] || { echo "the live link is odd"; return 1; }
  paths=$(sed -n 's/^ssl_certificate[_key]* *"\(.*\)";$/\1/p' "$home/lib/tls/nginx/$name.conf")
  [ "$paths" = "$dir/fullchain.pem"$'\n'"$dir/privkey.pem" ] || { echo "the include and the live link differ: $paths"; return 1; }
  openssl verify -CAfile "$ca/root-0.pem" -untrusted "$dir/fullchain.pem" "$dir/cert.pem" || return
  openssl verify -CAfile "$ca/root-0.pem" -untrusted "$dir/chain.pem" -purpose sslserver "$dir/fullchain.pem" || return
  cat "$dir/cert.pem" "$dir/chain.pem" | cmp - "$dir/fullchain.pem" || return
  diff <(openssl pkey -in "$dir/privkey.pem" -pubout) <(openssl x509 -in "$dir/cert.pem" -noout -pubkey)
}
