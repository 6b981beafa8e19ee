# shellcheck shell=bash
# certctl beside an nginx in a container, for a system test that has sourced testbed.sh.
#
#   shop                           an engine with the network `shop` and the image nginx:test, and a CA
#   $home, $conf                   certctl's files, and the directory of sites that the container mounts
#   settings LINE…                 certctl.conf: the test CA, $proxy as the proxy, and these lines
#   proxy_up [OPTION…]             the nginx container `proxy` of the Compose-like project `shop`, with all mounts
#   apply, deploy, renew …         the commands below $home
#   get URL [OPTION of curl…]      asks what is published, believing the CA alone
#   served NAME, stored NAME       serials of the certificate that is served and of the one that is stored
#   is_served NAME, not_served NAME
#   reloads                        how often nginx has said that it reloads
# shellcheck disable=SC2034,SC2154 # some variables are for the tests, some of the files sourced before

# shellcheck source=docker.sh
. "${BASH_SOURCE%/*}/docker.sh"
# shellcheck source=ca.sh
. "${BASH_SOURCE%/*}/ca.sh"

home=$T/home conf=$T/conf.d proxy=compose:shop/proxy
chmod 755 "$T"; mkdir -p "$conf" "$home"/{etc,lib/tls,run/challenge} "$T/shop"
# Compose makes what it mounts, and so it is no more than a directory before certctl comes.
chmod 755 "$home" "$home"/{lib,lib/tls,run,run/challenge}
labels=(--label com.docker.compose.project=shop --label com.docker.compose.service=proxy
  --label "com.docker.compose.project.working_dir=$T/shop" --label "com.docker.compose.project.config_files=$T/shop/compose.yaml")
mounts=(-v "$conf:/etc/nginx/conf.d:ro" -v "$home/lib/tls:$home/lib/tls:ro" -v "$home/run/challenge:$home/run/challenge:ro")

shop() {
  start_dockerd
  docker network create shop >/dev/null || fail "no network"
  nginx_image nginx:test
  ca_start one "$pebble" 80
}
settings() {
  printf '%s\n' "ca $directory { roots $ca/ca.pem; }" "proxy $proxy { configuration $conf; }" "$@" >"$home/etc/certctl.conf"
}
start_container() { # NAME [OPTION of docker run…]
  docker run -d --name "$1" --network shop --stop-signal SIGQUIT --restart unless-stopped -p 80:80 -p 443:443 "${labels[@]}" "${@:2}" \
    nginx:test >/dev/null
}
proxy_up() { start_container proxy "${mounts[@]}" "$@" && wait_for 10 has_workers; }
has_workers() { docker top proxy | grep -q 'nginx: worker process'; }
gone() { docker rm -f "$@" >/dev/null; }
apply() { certctl apply --home "$home" "$@"; }
deploy() { certctl deploy --home "$home" "$@"; }
renew() { certctl renew "$@" --force --home "$home"; }
get() { in_ns curl -sS --max-time 20 --cacert "$ca/root-0.pem" --resolve "*:443:127.0.0.1" --resolve "*:80:127.0.0.1" "$@"; }
served() { # NAME [ADDRESS]
  in_ns timeout 5 openssl s_client -connect "${2:-127.0.0.1}:443" -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -serial 2>/dev/null
}
stored() { openssl x509 -noout -serial -in "$home/lib/tls/gen/$1/$(ls "$home/lib/tls/gen/$1" | tail -n 1)/cert.pem"; }
is_served() { local is; is=$(served "$@"); [ -n "$is" ] && [ "$is" = "$(stored "$1")" ] || { echo "$1: served $is, stored $(stored "$1")"; return 1; }; }
reloads() { docker logs proxy 2>&1 | grep -c 'signal 1 (SIGHUP) received'; }
