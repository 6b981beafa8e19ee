# shellcheck shell=bash
# What the catalogues of named cases have in common, for a system test that has sourced testbed.sh and ca.sh: tables of lines, how a line is
# read, done and judged, and the count of the cases.
#
#   rows TABLE                     reads a table; a line is CASE | what is done | how | exit codes | what it says, with & between
#   proxy_start [PORT RULES]…      the CA in use behind tampering-proxy.py: each line has a port there, a name, and an address that the CA
#                                  finds for it; rules_of[WORD] are the rules of lines that begin with that word
#   begin PATTERN                  does the lines that begin with it, so many side by side as there are $lanes; ONLY=PATTERN: no others, to look
#                                  closer (they then fail)
#   reported                       one check a line
#   cases LETTER:COUNT…            sees that no case is missing, tells what is not possible here, and counts: "24 of 24 N-cases"
#
# A line runs in a process of its own, with n, dir, home, name, port, address; what is not as it should be goes to $dir/said.
# shellcheck disable=SC2034,SC2154 # some variables are for the tests, some of testbed.sh and ca.sh

declare -a id=() what=() how=() codes=() says=()
rows() { # TABLE
  local fields n
  while IFS= read -r line; do
    IFS='|' read -ra fields <<<"$line"
    n=${#id[@]}
    id[n]=$(trim "${fields[0]}") what[n]=$(trim "${fields[1]}") how[n]=$(trim "${fields[2]}") codes[n]=$(trim "${fields[3]:-}") says[n]=$(trim "${fields[4]:-}")
  done <<<"$1"
}
trim() { local text=$1; text=${text#"${text%%[! ]*}"}; printf %s "${text%"${text##*[! ]}"}"; }

mkdir "$T/proxy" "$T/rows" "$T/tls"
declare -A rules_of=()
authority() { # NAME FILES [DAYS]
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days "${3:-365}" -subj "/CN=$1" -keyout "$2.key" -out "$2.pem" \
    -addext keyUsage=critical,keyCertSign,cRLSign -addext basicConstraints=critical,CA:TRUE 2>/dev/null
}
issued() { # COMMON-NAME SUBJECT-ALTERNATIVE-NAMES DAYS FILE   a server's certificate and key, by $T/tls/ca
  openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj "/CN=$1" -keyout "$T/tls/key" -out "$T/tls/request" 2>/dev/null
  openssl x509 -req -in "$T/tls/request" -CA "$T/tls/ca.pem" -CAkey "$T/tls/ca.key" -set_serial "0x$(openssl rand -hex 8)" -days "$3" \
    -extfile <(echo "subjectAltName=$2") 2>/dev/null | cat - "$T/tls/key" >"$T/tls/$4.pem"
}
# Every line has a name, an address that the CA finds for it, and a port of the proxy.
address_of() { echo "127.1.$(($1 / 200)).$(($1 % 200 + 1))"; } # LINE
proxy_start() { # [PORT RULES]…
  local n verb rules
  [ -e "$T/proxy/test-ca.pem" ] || authority "another authority" "$T/proxy/test-ca"
  [ -e "$T/proxy/server.pem" ] || cat "$ca/cert.pem" "$ca/key.pem" >"$T/proxy/server.pem"
  cp "$ca/ca.pem" "$T/proxy/ca.pem"
  for n in "${!id[@]}"; do
    verb=${how[n]%% *}
    case $verb in
      through | anew) rules=$(eval "set -- ${how[n]}"; printf %s "$2") ;;
      *) rules=${rules_of[$verb]-any times=0} ;;
    esac
    echo "$((20000 + n)) $(base64 -w 0 <<<"$rules")"
  done >"$T/proxy/rules"
  for ((n = 1; n < $#; n += 2)); do echo "${!n} $(base64 -w 0 <<<"${@:n+1:1}")"; done >>"$T/proxy/rules"
  for n in "${!id[@]}"; do
    printf '{"host":"%s","addresses":["%s"]}\n' "r$n.test" "$(address_of "$n")" "www.r$n.test" "$(address_of "$n")"
  done >"$T/names"
  in_ns python3 - "$dns" "$T/names" <<'PYTHON' || fail "the CA's resolver takes no names"
import sys, urllib.request
for line in open(sys.argv[2], "rb"):
    urllib.request.urlopen(sys.argv[1] + "/add-a", line, timeout=5).read()
PYTHON
  spawn "$T/proxy.said" python3 "$here/tampering-proxy.py" 127.0.0.1 "$((14000 + ca_offset[$ca_name]))" "$T/proxy"
  wait_for 20 [ -e "$T/proxy/ready" ] || fail "no proxy: $(cat "$T/proxy.said")"
}

# What a line can do.
bad() { echo "$*" >>"$dir/said"; }
attempt() { # COMMAND…
  "$@" >"$dir/out" 2>"$dir/err" </dev/null; status=$?
}
as=()
program_in_ns() { in_ns env "${as[@]}" timeout -k 5 200 "$program" "$@"; }
order() { program_in_ns issue "$name" "www.$name" --home "$home" --agree-tos --http01-port 80 --http01-address "$address" "$@"; }
proxied_ca() { at_ca=(--ca "https://localhost:$port/dir" --ca-roots "$ca/ca.pem"); }
must() { # WHAT COMMAND…   what has to succeed besides, in so many $tries
  local try
  for ((try = 0; try < ${tries:-1}; try++)); do "${@:2}" >"$dir/must" 2>&1 </dev/null && return; done
  bad "$1: exit status $?"; sed 's/^/  /' "$dir/must" >>"$dir/said"
}
precious() { photo "$home"/lib/tls/{gen,live,nginx} "$home"/lib/accounts "$home"/lib/lineages/*/settings.json | grep -v '^find: .*: No such file'; }
keep() { # what a failure may not touch; what is there is all there may be
  kept=$(precious) before=$(cd "$home" && find . | sort)
}
filled() { echo "$1"; } # TEXT   with what it names; for a test to put others in
judge() { # of the last attempt; with $answers it may have succeeded with a part, and answer that
  local part marks=('certctl: ' '  why: ' '  fix: ') mark secret
  [[ " ${codes[n]} " == *" $status "* ]] || bad "exit status $status, not ${codes[n]}; it said: $(cat -v "$dir/out" "$dir/err")"
  case $status in
    0 | 137) ;;
    *)
      for mark in "${marks[@]}"; do
        [ "$(grep -c "^$mark." "$dir/err")" = 1 ] || bad "not one line '$mark': $(cat -v "$dir/err")"
      done
      [ ! -s "$dir/out" ] || [ -n "${answers:-}" ] || bad "on standard output: $(cat -v "$dir/out")"
      ;;
  esac
  while read -r part; do
    [[ -z $part || $part =~ ^[a-z]+=[0-9]+$ ]] || grep -qF -- "$part" "$dir/out" "$dir/err" || bad "does not say '$part': $(cut -c1-600 "$dir/err" | cat -v)"
  done <<<"$(filled "${says[n]// & /$'\n'}")"
  ! grep -q $'[\x01-\x08\x0b-\x1f\x7f]\|\xe2\x80\xae' "$dir/out" "$dir/err" || bad "not for a terminal: $(cat -v "$dir/err")"
  if [ -d "$home" ]; then
    while read -r secret; do
      ! grep -qF -- "$secret" "$dir/out" "$dir/err" || bad "a secret is told"
    done < <(find "$home" -name '*key.pem' -exec grep -hv -- ----- {} +)
  fi
}
says_number() { # NAME   what the last column has for it, else 1
  [[ "${says[n]}" =~ (^|\ )$1=([0-9]+) ]] && echo "${BASH_REMATCH[2]}" || echo "${2:-1}"
}
answered() { grep -cE "^$port $1 POST $2 $3\$" "$T/proxy/log"; } # STATE RESOURCE STATUS
whole() { # the certificate in use fits, and is the CA's
  [ -s "$home/lib/tls/live/$name/cert.pem" ] || { bad "no certificate is in use"; return; }
  cat "$home/lib/tls/live/$name"/{cert,chain}.pem | cmp -s - "$home/lib/tls/live/$name/fullchain.pem" || bad "cert, chain and fullchain differ"
  diff -q <(openssl pkey -in "$home/lib/tls/live/$name/privkey.pem" -pubout) <(openssl x509 -in "$home/lib/tls/live/$name/cert.pem" -noout -pubkey) >/dev/null || bad "the key is another's"
  [ "$(sed -n 's/^ssl_certificate *"\(.*\)";$/\1/p' "$home/lib/tls/nginx/$name.conf")" = "$(realpath "$home/lib/tls/live/$name")/fullchain.pem" ] || bad "the include leads elsewhere"
}
see() { # FILE TEXT…
  local text
  for text in "${@:2}"; do grep -qF -- "$text" "$here/../../$1" || bad "there is no '$text' in $1"; done
}
has_command() { "$program" help "$1" >/dev/null 2>&1; }
never() { [ -n "$1" ]; } # REASON

line() { # NUMBER
  trap - EXIT
  n=$1 dir=$T/rows/$1 home=$T/rows/$1/home name=r$1.test port=$((20000 + $1)) address=$(address_of "$1") roots=(--ca-roots "$T/tls/ca.pem")
  mkdir "$dir"; touch "$dir/err" "$dir/out"
  eval "set -- ${how[n]}"
  "$@"
  touch "$dir/done"
}
begin() { # WORDS-PATTERN   those lines that begin with it, in the background
  local n
  for n in "${!id[@]}"; do
    [[ ! -d $T/rows/$n && "${id[n]} ${how[n]}" =~ $1 && ${id[n]} =~ ${ONLY:-.} ]] || continue
    while (($(jobs -rp | wc -l) >= servers + lanes)); do wait -n; done
    line "$n" 2>"$T/rows.$n.said" & lines+=($!)
  done
}
lines=()
fine() { # NUMBER
  [ -e "$T/rows/$1/done" ] || { echo "it did not end; ${how[$1]}"; cat "$T/rows.$1.said"; return 1; }
  [ ! -s "$T/rows/$1/said" ] || { cat "$T/rows/$1/said"; return 1; }
}
reported() {
  local n
  for n in "${!id[@]}"; do ok "${id[n]}: ${what[n]}" fine "$n"; done
}
complete() { # LETTER COUNT   every identifier is in the table
  local i missing=()
  for ((i = 1; i <= $2; i++)); do [[ " ${id[*]} " == *" $(printf '%s%02d' "$1" "$i") "* ]] || missing+=("$(printf '%s%02d' "$1" "$i")"); done
  [ ${#missing[@]} = 0 ] || { echo "not in the table: ${missing[*]}"; return 1; }
}
cases() { # LETTER:COUNT…
  local group letter count present n sum=()
  for group; do
    letter=${group%:*} count=${group#*:}
    ok "every $letter-case is in the table" complete "$letter" "$count"
    present=$(printf '%s\n' "${id[@]}" | grep "^$letter" | sort -u | wc -l)
    for n in "${!id[@]}"; do
      [[ ${id[n]} == "$letter"* ]] || continue
      case ${how[n]} in never\ *) eval "set -- ${how[n]}" && echo "# ${id[n]} (${what[n]}) is not possible here: $2" ;; esac
      [ ! -e "$T/rows/$n/missing" ] || echo "# ${id[n]} (${what[n]}) $(cat "$T/rows/$n/missing")"
    done
    sum+=("$present of $count $letter-cases")
  done
  echo "# $(IFS=,; echo "${sum[*]}" | sed 's/,/, /g')"
}
