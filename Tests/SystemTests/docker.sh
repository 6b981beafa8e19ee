# shellcheck shell=bash
# Containers for a system test, after testbed.sh: an engine of its own, and images made without a registry.
#
#   start_dockerd [OPTION…]        a private Docker Engine whose host network is NS; DOCKER_HOST names its socket
#   nginx_image TAG                an image of the host's nginx (EXTRA and MACHINE as for mkimage)
#   fake_arm64 IMAGE               makes IMAGE-arm64, which the engine believes to be for linux/arm64
#   api PATH [OPTION of curl…]     asks the engine
#   state NAME FIELD…              fields of `docker inspect`, as .State.Status
#   becomes NAME STATUS            whether a container has that status
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)

start_dockerd() { # [more options of dockerd]   Its host network is NS, with bridge, iptables and docker-proxy.
  for p in docker dockerd; do command -v $p >/dev/null || fail "program $p is missing; nothing was tested"; done
  mkdir -p "$T/dk"
  export DOCKER_HOST=unix://$T/dk/docker.sock DOCKER_CONFIG=$T/dk/config
  setsid nsenter --net="/run/netns/$NS" dockerd --storage-driver=overlay2 --exec-opt native.cgroupdriver=cgroupfs \
    --data-root "$T/dk/data" --exec-root "$T/dk/exec" --pidfile "$T/dk/docker.pid" -H "$DOCKER_HOST" "$@" >"$T/dk/log" 2>&1 </dev/null &
  on_exit stop_dockerd
  wait_for 20 docker version || fail "dockerd did not start: $(tail -3 "$T/dk/log")"
}
stop_dockerd() {
  local container
  for container in $(docker ps -aq 2>/dev/null); do docker rm -f "$container" >/dev/null; done
  stop_pid "$(cat "$T/dk/docker.pid" 2>/dev/null)" || return 1
  rmdir /sys/fs/cgroup/*/docker 2>/dev/null || true
}
nginx_image() { # TAG
  bash "$here/mkimage" "$T/image.tar" || fail "no image $1"
  docker import -c 'ENTRYPOINT ["nginx","-g","daemon off;"]' "$T/image.tar" "$1" >/dev/null || fail "no image $1"
  rm "$T/image.tar"
}
fake_arm64() { # IMAGE
  local folder=$T/relabel old new
  mkdir "$folder"; docker save "$1" | tar -C "$folder" -xf - || return 1
  old=$(sed 's/.*"Config":"\([^"]*\)".*/\1/' "$folder/manifest.json")
  sed -i 's/"architecture":"[^"]*"/"architecture":"arm64"/' "$folder/$old"
  new=$(sha256sum <"$folder/$old" | cut -c1-64).json; mv "$folder/$old" "$folder/$new"
  sed -i "s/$old/$new/; s/$1/$1-arm64/" "$folder/manifest.json"; rm -f "$folder/repositories"
  tar -C "$folder" -cf - . | docker load >/dev/null && rm -rf "$folder"
}
api() { curl -sS --max-time 20 --unix-socket "${DOCKER_HOST#unix://}" "${@:2}" "http://localhost/$1"; }
state() { docker inspect -f "$(printf '{{%s}} ' "${@:2}")" "$1"; }
becomes() { [ "$(docker inspect -f '{{.State.Status}}' "$1")" = "$2" ]; }
