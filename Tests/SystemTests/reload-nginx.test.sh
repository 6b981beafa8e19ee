#!/bin/bash
# hooks/reload-nginx against real nginx: on the host, and in containers of a private Docker Engine.
NEED='nginx docker dockerd'
LIMIT=240
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=docker.sh
. "${BASH_SOURCE%/*}/docker.sh"
hook=$(realpath "${BASH_SOURCE%/*}/../../hooks/reload-nginx")
umask 022

# A store as certctl lays it out, in $T/tls: a new generation of NAME, and the include that names it.
declare -A generation=()
renew() { # NAME KEY-ALGORITHM
  local name=$1 dir
  generation[$name]=$((${generation[$name]:-0} + 1))
  dir=$(printf '%s/tls/gen/%s/%06d' "$T" "$name" "${generation[$name]}")
  mkdir -p "$dir" "$T/tls/nginx" "$T/tls/live"
  openssl req -x509 -newkey "${2:-ec}" -pkeyopt "$([ "${2:-ec}" = ec ] && echo ec_paramgen_curve:P-256 || echo rsa_keygen_bits:2048)" \
    -nodes -days 7 -subj "/CN=$name" -keyout "$dir/privkey.pem" -out "$dir/cert.pem" 2>/dev/null
  : >"$dir/chain.pem"
  cat "$dir/cert.pem" "$dir/chain.pem" >"$dir/fullchain.pem"
  printf '%s\n' "ssl_certificate $dir/fullchain.pem;" "ssl_certificate_key $dir/privkey.pem;" >"$T/tls/nginx/$name.conf"
  ln -sfn "../gen/$name/${dir##*/}" "$T/tls/live/$name"
  contract=(PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C CERTCTL_EVENT=deploy CERTCTL_LINEAGE="$name"
    CERTCTL_NAMES="$name www.$name" CERTCTL_CERT="$dir/cert.pem" CERTCTL_CHAIN="$dir/chain.pem" CERTCTL_FULLCHAIN="$dir/fullchain.pem"
    CERTCTL_PRIVKEY="$dir/privkey.pem" CERTCTL_NGINX_INCLUDE="$T/tls/nginx/$name.conf"
    RENEWED_LINEAGE="$T/tls/live/$name" RENEWED_DOMAINS="$name www.$name")
  certbot=(PATH=/usr/bin:/bin RENEWED_LINEAGE="$T/tls/live/$name" RENEWED_DOMAINS="$name www.$name")
}
# The hook as certctl starts it, with nothing in its environment but the contract.
deploy() { run in_ns env -i -C / "${contract[@]}" "${docker_host[@]}" "$hook" "$@" deploy a.test; echo "$output" >>"$T/said"; }
docker_host=()

served() { # NAME   fingerprint of the certificate that is served for it
  in_ns timeout 5 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256
}
stored() { openssl x509 -noout -fingerprint -sha256 -in "$T/tls/gen/$1/$(printf %06d "$2")/cert.pem"; } # NAME GENERATION
serves() { local is; is=$(served "$1"); [ "$is" = "$(stored a.test "$2")" ] || { echo "$1: served $is"; return 1; }; } # NAME GENERATION

site() { # HOSTS INCLUDE [more lines]
  echo "server { listen 443 ssl; listen [::]:443 ssl; server_name $1; include $T/tls/nginx/$2.conf; return 200 ok; ${3:-} }"
}

echo "# nginx on the host"
# The mount namespace is our own, so this nginx is the host's usual one to whoever asks without options.
mkdir "$T/sites"
cat >"$T/nginx.conf" <<CONF
worker_processes 2; pid $T/nginx.pid; error_log $T/error.log notice;
events { worker_connections 128; }
http { access_log off; include $T/sites/*.conf; }
CONF
mount --bind "$T/nginx.conf" /etc/nginx/nginx.conf || fail "cannot bind nginx.conf"
on_exit umount /etc/nginx/nginx.conf

renew a.test
deploy
ok "without any nginx or Docker the status is 3" status_is 3
ok "and Docker's words are the why" output_has "Cannot connect to the Docker daemon"
deploy --config "$T/nginx.conf"
ok "an nginx that does not run cannot be reloaded: 5" status_is 5
ok "and nginx's words are the why" output_has "$T/nginx.pid"

site 'a.test www.a.test *.a.test' a.test >"$T/sites/a.conf"
spawn "$T/nginx.log" nginx -g 'daemon off;'; master=$pid
wait_for 5 serves a.test 1 || fail "nginx does not serve"
renew a.test
ok "before the hook the old certificate is served" serves a.test 1
deploy
ok "a renewal is deployed by the host's nginx, found without options" status_is 0
ok "and the new certificate is served" serves www.a.test 2
renew a.test; deploy --config "$T/nginx.conf" --prefix "$T" --nginx /usr/sbin/nginx --connect '[::1]:443' --connect ::1 --connect=localhost
ok "an nginx with options of its own, proven over IPv4 and IPv6" status_is 0

renew a.test; run in_ns env -i "${certbot[@]}" "$hook"
ok "certbot's environment is enough" status_is 0
ok "and its certificate is served" serves a.test 4

renew a.test
contract+=("CERTCTL_NAMES=*.a.test 127.0.0.1"); deploy
ok "a wildcard is proven by a made-up label, an IP address without SNI" status_is 0

renew a.test
echo 'nonsense here;' >"$T/sites/broken.conf"; deploy
ok "a broken configuration: 4" status_is 4
ok "and nginx's words are the why" output_has "unknown directive \"nonsense\" in $T/sites/broken.conf:1"
ok "and what was served is still served" serves a.test 5
rm "$T/sites/broken.conf"

echo "daemon off; pid $T/second.pid; error_log stderr; events {} http { access_log off; server { listen 8080; } }" >"$T/second.conf"
spawn "$T/second.log" nginx -c "$T/second.conf"; squatter=$pid
wait_for 5 in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/8080' || fail "nobody listens on 8080"
echo 'server { listen 8080; }' >"$T/sites/taken.conf"; deploy --timeout 2
ok "a reload that is accepted and refused inside is seen: 6" status_is 6
ok "and the reason is shown from nginx's log" output_has "bind() to 0.0.0.0:8080 failed"
ok "and both names are listed" output_has "www.a.test at 127.0.0.1:443: serial="
rm "$T/sites/taken.conf"; stop_pid $squatter
deploy
ok "once its cause is gone the same deploy succeeds" status_is 0

renew b.test; renew a.test
{ site a.test a.test; site www.a.test b.test; } >"$T/sites/a.conf"; deploy --timeout 2
ok "another certificate for one of two names: 6" status_is 6
ok "and that name is listed" output_has "www.a.test at 127.0.0.1:443: serial="
ok "and only that one" not output_has "       a.test at"
site 'a.test www.a.test' a.test >"$T/sites/a.conf"

renew b.test; renew a.test rsa
site 'a.test www.a.test' a.test "include $T/tls/nginx/b.test.conf;" >"$T/sites/a.conf"; deploy
ok "of an RSA and an ECDSA certificate for one name the new one is proven" status_is 0
site 'a.test www.a.test' a.test >"$T/sites/a.conf"

renew a.test
kill -STOP "$master"; started=$SECONDS; deploy --timeout 2; kill -CONT "$master"
ok "an nginx that does not come to reload: 6" status_is 6
ok "and the wait for it has an end" [ $((SECONDS - started)) -le 6 ]

deploy --connect 127.0.0.1:444 --timeout 1
ok "nobody at the place to connect to: 6" status_is 6
ok "and the system's words are the why" output_has "a.test at 127.0.0.1:444: no TLS: Connection refused"
deploy --nginx /nowhere/nginx
ok "no such program: 3" status_is 3
run in_ns env -i "${contract[@]}" "$hook" --config /nowhere post a.test
ok "another event than deploy: nothing is done, 0" status_is 0
for wrong in --frob --timeout=soon --timeout --container= -x; do
  deploy "$wrong" ; ok "\`$wrong\` is wrong usage: 2" status_is 2
done
run env -i PATH=/usr/bin:/bin "$hook"
ok "no certificate in the environment: 2" status_is 2
ok "--help says what the exit statuses mean" grep -q '^  6  nginx was reloaded, and' <("$hook" --help)
stop_pid "$master" QUIT

echo "# nginx in a container"
start_dockerd; nginx_image nginx:test; docker_host=("DOCKER_HOST=$DOCKER_HOST")
start() { # NAME [options of docker run]   with the words in $command as its arguments
  docker run -d --name "$1" -v "$T/tls:$T/tls:ro" -v "${sites:-$T/sites}:/etc/nginx/conf.d:ro" "${@:2}" \
    nginx:test "${command[@]}" >/dev/null ||
    fail "no container $1"
}
command=()
start web --restart unless-stopped -p 80:80 -p 443:443
wait_for 10 serves a.test "${generation[a.test]}" || fail "the container does not serve: $(docker logs web 2>&1)"

renew a.test; deploy
ok "the one container that publishes 443 is found, and the renewal proven" status_is 0
ok "and the new certificate is served" serves www.a.test "${generation[a.test]}"
docker_host=()
renew a.test; deploy --docker-host "$DOCKER_HOST" --container web
ok "a named container of a named Engine, with nothing in the environment" status_is 0
docker_host=("DOCKER_HOST=$DOCKER_HOST")

renew a.test; run in_ns env -i "${certbot[@]}" "$hook" --docker-host="$DOCKER_HOST"
ok "certbot's environment is enough" status_is 0
last=${generation[a.test]}
renew a.test
echo 'nonsense here;' >"$T/sites/broken.conf"; deploy --container web
ok "a broken configuration: 4" status_is 4
ok "and nginx's words are the why" output_has 'unknown directive "nonsense" in /etc/nginx/conf.d/broken.conf:1'
ok "and what was served is still served" serves a.test "$last"
rm "$T/sites/broken.conf"

echo 'events {} http { server { listen 8080; } }' >"$T/sites/second"
docker exec -d web nginx -c /etc/nginx/conf.d/second -g 'daemon off; pid /run/second.pid;'
wait_for 5 docker exec web cat /run/second.pid || fail "no second nginx in the container"
echo 'server { listen 8080; }' >"$T/sites/taken.conf"; deploy --timeout 2
ok "a reload that is accepted and refused inside is seen: 6" status_is 6
ok "and the reason is shown from the container's log" output_has "bind() to 0.0.0.0:8080 failed"
rm "$T/sites/taken.conf"

deploy
ok "once its cause is gone the same deploy succeeds" status_is 0
crash() {
  kill -KILL "$(docker inspect -f '{{.State.Pid}}' web)"
  wait_for 15 restarted
}
restarted() { [ "$(docker inspect -f '{{.RestartCount}} {{.State.Running}}' web)" = '1 true' ]; }
ok "a crash after reloads: unless-stopped starts the container again" crash
ok "and it serves" wait_for 10 serves a.test "${generation[a.test]}"

deploy --container nowhere
ok "no such container: 3" status_is 3
ok "and those that run are listed" output_has "running containers: web"
docker pause web >/dev/null; deploy --container web
ok "a paused container: 3" status_is 3
ok "and its state is told" output_has "its state is: paused"
docker unpause web >/dev/null

command=(600); start frontend -p 8080:80 -v /dev/null:/usr/sbin/nginx --entrypoint /bin/sleep; command=()
renew a.test; deploy
ok "containers without nginx, or on other ports, are not in question" status_is 0
mkdir "$T/other"; echo 'server { listen 8090; }' >"$T/other/other.conf"
sites=$T/other start second --network host
deploy
ok "two containers that could be meant: 3" status_is 3
ok "and both are named" output_has "in each of these containers: web second"
docker rm -f second web >/dev/null

deploy
ok "no container with nginx on port 443 or 80: 3" status_is 3
ok "and what runs is listed" output_has "running containers: frontend"
deploy --container frontend
ok "a container that has no nginx: 3" status_is 3

command=(-c 'nginx -g "daemon off;"; true'); start shell -p 443:443 --entrypoint /bin/sh
wait_for 10 serves a.test "${generation[a.test]}"
renew a.test; deploy
ok "an nginx whose container has a shell as its first process is reloaded" status_is 0

ok "no private key was ever said" not grep -q 'PRIVATE KEY' "$T/said"
summary
