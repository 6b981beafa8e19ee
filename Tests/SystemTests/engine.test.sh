#!/bin/bash
# What certctl sees of an nginx in a container of a private Docker Engine, and of one on the host, when all is well and when it is not.
# PROBE=path gives the program that shows it; `swift build` makes it.
NEED='nginx docker dockerd strace python3'
LIMIT=400
# shellcheck source-path=SCRIPTDIR source=testbed.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=docker.sh
. "${BASH_SOURCE%/*}/docker.sh"
probe=$(realpath "${PROBE:-${BASH_SOURCE%/*}/../../.build/debug/deployment-probe}")
[ -x "$probe" ] || fail "$probe is missing: swift build --build-tests"
umask 022

see() { run in_ns "$probe" "$@"; }   # DEED PLACE [ARGUMENT…]

sees() { see "${@:2}"; output_has "$1"; } # WORDS DEED PLACE [ARGUMENT…]
mkdir "$T/conf.d" "$T/html"
echo 'server { listen 80; listen [::]:80; location / { return 200 "one\n"; } }' >"$T/conf.d/a.conf"

start_dockerd
EXTRA=/usr/bin/stat nginx_image nginx:test
start() { # NAME [OPTION of docker run…]   with the words in $command as its arguments
  docker run -d --name "$1" -v "$T/conf.d:/etc/nginx/conf.d:ro" "${@:2}" nginx:test "${command[@]}" >/dev/null || fail "no container $1"
}
serves() { in_ns curl -fsS --max-time 2 "http://127.0.0.1:${1:-80}/"; }
gone() { docker rm -f "$@" >/dev/null; }
command=()

echo "# no engine"
in_env() { run in_ns env "$1" "$probe" find web; }
in_env "DOCKER_HOST=unix://$T/none.sock"
ok "a socket that is missing: 9" status_is 9
ok "and it is named" output_has "there is no socket at $T/none.sock"
python3 -c 'import socket, sys; socket.socket(socket.AF_UNIX).bind(sys.argv[1])' "$T/stale.sock"
in_env "DOCKER_HOST=unix://$T/stale.sock"
ok "a socket that is left over is told apart" output_has "nobody listens at it"
ok "with exit code 9" status_is 9
in_env DOCKER_HOST=tcp://127.0.0.1:2375
ok "another machine's engine is refused: 3" status_is 3
ok "with the reason" output_has "by a Unix socket"
install -m 0755 "$probe" "$T/probe"
chmod 711 "$T/dk"
run in_ns setpriv --reuid 65534 --regid 65534 --clear-groups env "DOCKER_HOST=$DOCKER_HOST" "$T/probe" find web
ok "a socket that this user may not use is told apart" output_has "this user may not use"
ok "with what to type" output_has "usermod -aG docker"

echo "# an nginx that is well"
start web --restart unless-stopped -p 80:80 --label com.docker.compose.project=shop --label com.docker.compose.service=proxy \
  --label "com.docker.compose.project.working_dir=$T/shop" --label "com.docker.compose.project.config_files=$T/shop/compose.yaml"
wait_for 10 serves || fail "the container does not serve: $(docker logs web 2>&1)"
for place in web shop/proxy any; do
  ok "it is found as $place, with its two workers" sees "nginx in the container web workers: 2" find $place
done
run in_ns env http_proxy=http://192.0.2.1:1 ALL_PROXY=http://192.0.2.1:1 "$probe" find web
ok "a proxy of the environment is not asked" output_has "nginx in the container web"
ok "its build is told" sees "configure arguments:" build web
ok "its configuration is told, file by file" sees "# configuration file /etc/nginx/conf.d/a.conf:" dump web
ok "its test is accepted" sees accepted test web
ok "IPv4 and IPv6 are knocked at where they are published" sees $'127.0.0.1:80\n[::1]:80' knock web 80
ok "and the container itself where they are not" sees 172.17.0.2:443 knock web 443
ok "its log is read" sees "start worker process" log web 50
ok "a directory that is mounted is seen" sees "elsewhere(\"/etc/nginx/conf.d\")" sight web "$T/conf.d"
ok "and as it has to be at that path" sees seen sight web "$T/conf.d" /etc/nginx/conf.d
ok "what is not mounted is not" sees missing sight web "$T/html"
ok "a directory that is not there is not" sees missing sight web "$T/nowhere"

echo "# a configuration that is broken"
echo 'nonsense here;' >"$T/conf.d/broken.conf"
see test web
ok "it is refused" output_has refused
ok "in nginx's words, with the place on the host" \
  output_has "unknown directive \"nonsense\" in /etc/nginx/conf.d/broken.conf:1 (on the host: $T/conf.d/broken.conf:1)"
see reload web
ok "nginx refuses to reload it: 9" status_is 9
ok "and says why" output_has 'unknown directive "nonsense"'
ok "and serves what it served" serves
echo "server { listen 443 ssl; ssl_certificate $T/no.pem; ssl_certificate_key $T/no.pem; }" >"$T/conf.d/broken.conf"
ok "a certificate that the container does not have is recognized" sees "trouble: certificate(\"$T/no.pem\")" test web
echo 'server { listen 81; location / { proxy_pass http://nobody.invalid; } }' >"$T/conf.d/broken.conf"
ok "and an upstream that does not exist" sees 'trouble: unknownUpstream("nobody.invalid")' test web
rm "$T/conf.d/broken.conf"

echo "# reload"
strace -f -qq -e trace=write,sendto -s 200 -o "$T/trace" nsenter --net="/run/netns/$NS" "$probe" reload web >"$T/said"
ok "the same nginx has new workers" grep -qx reloaded "$T/said"
ok "the engine was asked for an exec" grep -q '/exec/[0-9a-f]*/start' "$T/trace"
ok "and never for a kill" not grep -q /kill "$T/trace"
for i in 1 2 3 4 5; do see reload web; ok "a reload, time $i" output_has reloaded; done
kill -KILL "$(docker inspect -f '{{.State.Pid}}' web)"
restarted() { [ "$(state web .RestartCount .State.Running)" = '1 true ' ]; }
ok "a crash after reloads: unless-stopped starts the container again" wait_for 15 restarted
ok "and it serves" wait_for 10 serves

# Nobody else has 8080 in the container but a second nginx there.
echo 'events {} http { server { listen 8080; } }' >"$T/conf.d/second"
docker exec -d web nginx -c /etc/nginx/conf.d/second -g 'daemon off; pid /run/second.pid;'
wait_for 5 docker exec web cat /run/second.pid || fail "no second nginx in the container"
echo 'server { listen 8080; }' >"$T/conf.d/taken.conf"
ok "a test that passes" sees accepted test web
see reload web
ok "and a reload that fails inside is seen by the workers that stay" output_has "told, and not reloaded"
ok "and told by the log" sees "bind() to 0.0.0.0:8080 failed (98" log web 20
rm "$T/conf.d/taken.conf" "$T/conf.d/second"

echo "# states"
docker pause web >/dev/null; see find web
ok "paused: 9" status_is 9
ok "with what to type" output_has "docker unpause web"
docker unpause web >/dev/null
docker stop -t 5 web >/dev/null; see find web
ok "stopped: 9" status_is 9
ok "with its exit code" output_has "does not run (exited, exit code 0)"
docker start web >/dev/null; wait_for 10 serves

docker rename web shop-web-1; see find web
ok "renamed: 9" status_is 9
ok "the present name is proposed" output_has "was shop-web-1 meant?"
ok "and what there is is listed" output_has "shop-web-1 (nginx:test, running)"
docker rename shop-web-1 web
see find nowhere/proxy
ok "another project: 9" status_is 9
ok "and what there is is listed" output_has "web (nginx:test, running)"

start twin --label com.docker.compose.project=shop --label com.docker.compose.service=proxy
see find shop/proxy
ok "two replicas: 9" status_is 9
ok "and both are named" output_has "twin (running), web (running)"
docker stop -t 5 twin >/dev/null
ok "one that is stopped does not count" sees "container web" find shop/proxy
gone twin
start once --label com.docker.compose.project=shop --label com.docker.compose.service=proxy --label com.docker.compose.oneoff=True
ok "one of \`docker compose run\` does not count" sees "container web" find shop/proxy
gone once
start second -p 443:80; see find any
ok "two that have a web port: 9" status_is 9
ok "and both are named" output_has "second, web"
gone second
start marked --label certctl.proxy=true
ok "the label wins over the port" sees "container marked" find any
gone marked
docker run -d --name app -p 443:8080 --entrypoint /bin/sleep nginx:test 600 >/dev/null
ok "a container without nginx is not in question" sees "container web" find any
see find app
ok "and cannot be named: 9" status_is 9
ok "its processes are told" output_has "its processes are: /bin/sleep 600"
gone app

echo "# other first processes, other files"
command=(-c 'nginx -g "daemon off;"; true'); start shell --entrypoint /bin/sh; command=()
wait_for 5 sees "workers: 2" find shell
see reload shell
ok "a shell as first process: nginx is reloaded" output_has reloaded
gone shell
start tini --init; wait_for 5 sees "workers: 2" find tini
ok "an init as first process: nginx is reloaded" sees reloaded reload tini
gone tini
mkdir "$T/own"; echo 'pid /run/own.pid; events {} http { server { listen 80; } }' >"$T/own/own.conf"
docker run -d --name own -v "$T/own:/own:ro" nginx:test -c /own/own.conf >/dev/null
wait_for 5 sees "workers: 1" find own
ok "an nginx with a configuration elsewhere: that is the one it tells" sees "# configuration file /own/own.conf:" dump own
ok "and reloads" sees reloaded reload own
gone own

echo "# what does not come up"
gone web
start loop --restart always --network host
wait_for 10 serves || fail "no nginx on the host's network"
ok "on the host's network it is knocked at by loopback" sees $'127.0.0.1:443\n[::1]:443' knock loop 443
ok "and asks the host's name servers" sees "$(awk '$1 == "nameserver" {print $2; exit}' /etc/resolv.conf)" resolvers loop
gone loop
echo "daemon off; pid $T/sys.pid; error_log stderr; events {} http { access_log off; server { listen 80; } }" >"$T/sys.conf"
spawn "$T/sys.log" nginx -c "$T/sys.conf"; sys=$pid
wait_for 5 in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/80' || fail "no nginx on the host"

docker run -d --name taken -p 80:80 nginx:test >/dev/null 2>&1; see find taken
ok "a published port that is taken: 9" status_is 9
ok "the container was made and not started" output_has "was made and could not be started"
ok "and the engine's words are told" output_has "address already in use"
ok "with what to look at" output_has "ss -ltnp"
gone taken
start loop --restart always --network host
restarts() { [ "$(docker inspect -f '{{.RestartCount}}' loop)" -ge 3 ]; }
wait_for 40 restarts || fail "no restart loop"
see find loop
ok "a restart loop is seen, whatever its state is just now: 9" status_is 9
ok "and called one" output_has "starts again and again"
ok "and nginx's words are told" output_has "bind() to 0.0.0.0:80 failed (98: Address already in use)"
gone loop
command=(-c 'exit 3'); start quick --restart always --entrypoint /bin/sh; command=()
restarts() { [ "$(docker inspect -f '{{.RestartCount}}' quick)" -ge 3 ]; }
wait_for 20 restarts; see find quick
ok "a container that ends at once, for ever: 9" status_is 9
gone quick

echo "# the host's own nginx"
ok "it is found" sees "nginx on this host workers: 1" find host
ok "and without settings, where no container has one" sees "nginx on this host" find any
ok "its configuration is the one that it was started with" sees "# configuration file $T/sys.conf:" dump host
ok "it is reloaded by its master" sees reloaded reload host
ok "its test is accepted" sees accepted test host
echo 'nonsense here;' >>"$T/sys.conf"
see test host
ok "and refused when it is broken, with the line" output_has "$T/sys.conf:2"
start web; wait_for 5 sees "workers: 2" find web
ok "an nginx in a container is not taken for it" sees "nginx on this host workers: 1" find host
gone web
stop_pid "$sys" QUIT; see find host
ok "one that does not run: 9" status_is 9
ok "with what to type" output_has "systemctl start nginx"

echo "# another processor"
MACHINE=aarch64 nginx_image wrong:1; fake_arm64 wrong:1 || fail "no image for another processor"
docker run -d --name arm wrong:1-arm64 >/dev/null 2>&1
wait_for 10 becomes arm exited; see find arm
ok "an image for another processor: 9" status_is 9
ok "both are told" output_has "its image is for arm64, this machine is amd64"
ok "with what to type" output_has "docker buildx build --platform"
gone arm

echo "# mounts that are not what they seem"
mkdir "$T/live" "$T/live/real"; echo "# one" >"$T/live/real/site.inc"; ln -s real "$T/live/link"
echo "# one" >"$T/one.inc"
ln -s "$T/html" "$T/live/away"; ln -s ../../../etc/passwd "$T/live/up"; echo hidden >"$T/live/under"
start web -v "$T/one.inc:/etc/nginx/one.inc:ro" -v "$T/live/link:/etc/nginx/linked:ro" -v "$T/live:/etc/nginx/live:ro" \
  --tmpfs /etc/nginx/live/real
wait_for 5 sees "workers: 2" find web || fail "no container with mounts"
ok "a file that is mounted alone is seen" sees seen sight web "$T/one.inc" /etc/nginx/one.inc
echo "# two" >"$T/one.inc"
ok "and still after it was written in place" sees seen sight web "$T/one.inc" /etc/nginx/one.inc
echo "# three" >"$T/new.inc"; mv "$T/new.inc" "$T/one.inc"
ok "but not after another took its name" sees "StaleMount(source: \"$T/one.inc\"," sight web "$T/one.inc"
cp "$probe" "$T/probe"; chmod 666 "${DOCKER_HOST#unix://}"
run in_ns setpriv --reuid 65534 --regid 65534 --clear-groups env "DOCKER_HOST=$DOCKER_HOST" "$T/probe" sight web "$T/one.inc"
ok "which a user who may not look into the container asks a program inside" output_has "StaleMount(source: \"$T/one.inc\","
ok "a directory that is mounted by a link is seen" sees seen sight web "$T/live/link" /etc/nginx/linked
mkdir "$T/live/other"; ln -sfn other "$T/live/link"
ok "but what the link leads to since is not" sees "StaleMount(source: \"$T/live/other\"," sight web "$T/live/link" /etc/nginx/linked
ok "a link within a mount is followed" sees "hostFile(\"$T/live/under\")" follow web /etc/nginx/live/../live/under
ok "an absolute one leads into the container" sees "inContainer(\"$T/html\")" follow web /etc/nginx/live/away
ok "and so does one that climbs out of the mount" sees 'inContainer("/etc/passwd")' follow web /etc/nginx/live/up
ok "what a tmpfs hides is not seen" sees missing sight web "$T/live/real"
see override web "$T/html"
ok "without Compose the options of docker run are told" output_has "-v $T/html:$T/html:ro"
gone web
mv "$T/conf.d" "$T/conf.old"; cp -r "$T/conf.old" "$T/conf.d"
start web; wait_for 5 sees "workers: 2" find web
mv "$T/conf.d" "$T/conf.gone"; mkdir "$T/conf.d"
ok "a directory that was replaced is stale" sees "StaleMount(source: \"$T/conf.d\"," sight web "$T/conf.d"
gone web; cp "$T/conf.old/a.conf" "$T/conf.d"

docker network create own >/dev/null
start web --network own --label com.docker.compose.project=shop --label com.docker.compose.service=proxy \
  --label "com.docker.compose.project.working_dir=$T/my shop" --label "com.docker.compose.project.config_files=$T/my shop/compose.yaml"
wait_for 5 sees "workers: 2" find web
ok "on a network of one's own Docker's name server is asked" sees 127.0.0.11 resolvers web
see override web "$T/html"
ok "with Compose an override file is told" output_has "$T/my shop/compose.override.yaml"
ok "with the volume" output_has "source: \"$T/html\""
ok "and the command" output_has "docker compose --project-directory '$T/my shop' -p shop up -d proxy"
gone web; docker network rm own >/dev/null

docker run -d --name bare -v /dev/null:/usr/sbin/nginx -v /usr/sbin/nginx:/hidden:ro --entrypoint /hidden nginx:test -g 'daemon off;' >/dev/null
wait_for 5 sees "workers: 2" find bare
see test bare
ok "a container where nginx cannot be run by name: 9" status_is 9
ok "and the engine's words are told" output_has "has no program nginx"
gone bare

echo "# an engine that is restarted"
start web --restart unless-stopped -p 80:80; wait_for 10 serves || fail "the container does not serve"
see reload web
stop_pid "$(cat "$T/dk/docker.pid")"; see find web
ok "while it is down: 9" status_is 9
ok "and it is said to be down" output_has "the container engine (Docker or Podman) cannot be used"
start_dockerd
ok "afterwards a container that was reloaded is back under unless-stopped" wait_for 15 serves
ok "and found" sees "nginx in the container web workers: 2" find web

summary
