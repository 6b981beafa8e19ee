#!/bin/bash
# certctl deploy and its hooks with real programs: the H-cases of the reliability catalogue by name, a run's hooks, and what is tried again.
# The cases fail side by side with the one that takes a minute; a minute later the timer's form tries all of them again.
NEED='nginx python3 flock mkfifo strace docker dockerd'
LIMIT=500
# shellcheck source-path=SCRIPTDIR source=testbed.sh source=ca.sh
. "${BASH_SOURCE%/*}/testbed.sh"
# shellcheck source=docker.sh
. "${BASH_SOURCE%/*}/docker.sh"
. "${BASH_SOURCE%/*}/ca.sh"
cp -r "$here/../../hooks" "$T/ready"; chown -R 0:0 "$T/ready"   # as installed: root's
ca_start ca "$pebble"

# CASE   a home of its own, and a hook for its one certificate, CASE.test
new() { # CASE
  home=$T/homes/$1 name=${1,,}.test hooks=$T/homes/$1/etc/hooks
  mkdir -p "$hooks"/{pre,deploy,post}.d
}
use() { home=$T/homes/$1 name=${1,,}.test hooks=$T/homes/$1/etc/hooks; }
hook() { # PATH SCRIPT   says what it was told in $home/told
  printf '#!/bin/bash\necho "$*" >>%q\n%s\n' "$home/told" "$2" >"$1"; chmod 755 "$1"
}
told() { [ "$(cat "$home/told" 2>/dev/null)" = "$1" ] || { echo "told:"; cat "$home/told"; return 1; }; } # LINES
deploy() { certctl deploy --home "$home" "$@"; }
generation() { readlink "$home/lib/tls/live/$name" | grep -o '[0-9]*$'; }
committed() { ls "$home/lib/tls/gen/$name" | tail -n 1; }
pending() { certctl list --home "$home" | grep -q "^$name: deploy pending, failed $1, next attempt" || { certctl list --home "$home"; return 1; }; } # TIMES
not_pending() { not grep -q pending <<<"$(certctl list --home "$home")"; }
silent() { [ ! -s "$T/out" ] && [ ! -s "$T/err" ] || { cat "$T/out" "$T/err"; return 1; }; }

echo "# H02 begins: it takes a minute, and the rest goes on meanwhile"
new H02
hook "$hooks/deploy.d/hang" "trap '' TERM; echo \$\$ >$home/pids; sleep 1000 & echo \$! >>$home/pids; wait; sleep 1000"
(SECONDS=0; issue h02.test >"$home.out" 2>"$home.err" </dev/null; echo "$? $SECONDS" >"$home.ended") & slow=$!
# What it asks of the CA is not to be counted as others'.
wait_for 30 test -e "$home/lib/tls/gen/h02.test/000001" || fail "no certificate for h02.test: $(cat "$home.err")"

echo "# A run and its hooks"
new run
hook "$hooks/pre.d/10" 'echo "$CERTCTL_EVENT $CERTCTL_LINEAGES" >&2'; hook "$hooks/deploy.d/10" ''; hook "$hooks/post.d/10" ''
run issue --each a.test b.test
ok "issue runs pre.d once, deploy.d for each certificate, post.d once" told $'pre\ndeploy a.test\ndeploy b.test\npost'
: >"$home/told"; try deploy
ok "deploy with nothing to do: 0" status_is 0
ok "and it says so" output_has "Nothing to deploy: what is stored is in use."
try deploy --pending
ok "the timer's form: 0" status_is 0
ok "and it is silent" silent
ok "and no hook has run" told ''
{ echo '#!/bin/sh'; echo "env | sort >$home/environment"; } >"$hooks/post.d/20"; chmod 755 "$hooks/post.d/20"
hook "$hooks/deploy.d/20" '[ "$2" != a.test ] || { echo "not today" >&2; exit 4; }'
before=$(requests); rm "$home/lib/tls/nginx/"*.conf; : >"$home/told"; try deploy
ok "one that fails: 9" status_is 9
ok "and it is named, with the hook's words" output_has "1 of 2 certificates was not deployed: a.test"
ok "and the words are there" output_has "status 4: not today"
ok "and the other is deployed" output_has "b.test: deployed"
for n in a b; do ok "what was lost is put back for $n.test" pair_is_sound $n.test; done
environment() { diff "$home/environment" - <<CONTRACT
CERTCTL_DEPLOYED=b.test
CERTCTL_EVENT=post
CERTCTL_FAILED=a.test
CERTCTL_LINEAGES=a.test b.test
LC_ALL=C
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
PWD=/
CONTRACT
}
ok "post.d is told what became of each, and no more" environment
try certctl show a.test --home "$home"
ok "show tells why" output_has "because         the certificate is saved, but the hook $hooks/deploy.d/20 failed: it ended with status 4: not today"
ok "and how often" output_has "failed          once, last 20"
try certctl list --home "$home" --json
ok "and so does JSON" output_has '"deployFailures":1'
hook "$hooks/deploy.d/20" ''; : >"$home/told"; try deploy a.test --json
ok "by name it is tried at once" status_is 0
ok "and told as a line of JSON" output_has "\"hooks\":[\"$hooks/deploy.d/10\",\"$hooks/deploy.d/20\"],\"outcome\":\"deployed\"}"
ok "and only its hooks run" told $'pre\ndeploy a.test\ndeploy a.test\npost'
try deploy nowhere.test
ok "a name that is not there: 3" explains 3 "there is no certificate named nowhere.test" "there are a.test, b.test" "certctl list"
ok "the CA was asked for nothing" none_since "$before"

hook "$hooks/pre.d/20" 'echo "cannot stop" >&2; exit 1'; rm "$home/lib/tls/nginx/b.test.conf"; : >"$home/told"
lost=$(photo "$home/lib/tls"); try deploy
ok "a hook before that fails: 9" status_is 9
ok "everyone may know that it has failed" grep -q '"count" : 1' "$home/lib/tls/live/.b.test~failed"
rm "$home/lib/tls/live/.b.test~failed"
ok "and nothing else is touched" same "$lost" "$home/lib/tls"
ok "and only post.d runs" told $'pre\npre\npost'
rm "$hooks/pre.d/20"
hook "$hooks/post.d/10" 'exit 1'; try deploy
ok "a hook after that fails: 9" status_is 9
hook "$hooks/post.d/10" ''; : >"$home/told"; try deploy
ok "is all that runs again" told post

echo "# Deaths, and others at work"
new crash
hook "$hooks/deploy.d/10" 'kill -KILL $PPID'
issue crash.test >/dev/null 2>&1
: >"$home/told"; hook "$hooks/deploy.d/10" ''; before=$(requests)
try deploy --pending
ok "what a death between commit and the last hook has left is deployed by the timer, at once" output_has "crash.test: deployed"
ok "and its hooks run" told 'deploy crash.test'
ok "and the pair is sound" sound crash.test p256 crash.test
ok "and no order was made" none_since "$before"
exec 9>>"$home/lib/deploy/run.lock"; flock 9
try deploy --pending
ok "the timer that finds nothing pending does not mind another's run" silent
: >"$home/lib/deploy/journal"; try deploy --pending
ok "what is pending is left to another run: 0" status_is 0
ok "and it says so" output_has "left to another certctl, which is deploying"
exec 9>&-
exec 9>>"$home/lib/lineages/crash.test/lock"; flock 9; try deploy --pending; exec 9>&-
ok "so is a certificate that another certctl is at work on" status_is 0
ok "without a word" silent

echo "# What is not to be trusted"
new trust
hook "$hooks/deploy.d/10" ''; issue trust.test >/dev/null 2>&1; : >"$home/told"; : >"$home/lib/deploy/journal"
chown 65534 "$hooks/deploy.d/10"; try deploy
ok "a hook of another user's is not run by root: 9" explains 9 "the hook $hooks/deploy.d/10 cannot be run" "it belongs to user 65534" "let root or yourself own it"
chown 0 "$hooks/deploy.d/10"; chown 65534 "$home/etc"; try deploy; chown 0 "$home/etc"
ok "nor one in a folder of another user's: 9" status_is 9
chmod 777 "$home/etc/hooks"; try deploy; chmod 755 "$home/etc/hooks"
ok "nor one in a folder that others may write: 9" status_is 9
ok "and none has run" told ''
dir=$home/lib/tls/gen/trust.test/000001; mv "$dir/cert.pem" "$T/cert.pem"; mkfifo "$dir/cert.pem"
SECONDS=0; try deploy
ok "a pipe among the files: 8" explains 8 "$dir/cert.pem cannot be used" "it is a pipe, a socket or a device" "move it away"
ok "and it is not waited for" [ $SECONDS -le 5 ]
rm "$dir/cert.pem"; ln -s "$T/cert.pem" "$dir/cert.pem"; try deploy
ok "a link among the files: 8" status_is 8
rm "$dir/cert.pem"; cp "$T/cert.pem" "$dir/cert.pem"; chmod 644 "$dir/cert.pem"; : >"$home/told"
sed -i 's/"names" : \[/"names" : [ "x\\"; touch \/tmp\/pwned; \\"", /' "$dir/manifest.json"
{ echo '#!/bin/sh'; echo "echo \"\$CERTCTL_NAMES\" >$home/names"; } >"$hooks/deploy.d/10"
try deploy
ok "with names that mean something to a shell beside it a certificate counts as damaged, and no hook is told of it" [ ! -e "$home/names" ]

echo "# H-cases fail"
declare -A when=()
fails() { # CASE STATUS WHAT WHY   its first certificate is committed, and the failure told
  local before
  use "$1"; before=$(requests)
  try issue "$name"
  ok "$1 the failure is told: $2" explains "$2" "$3" "$4" ''
  ok "$1 the certificate stays committed" [ "$(committed)" = 000001 ]
  ok "$1 it is pending" pending once
  before=$(requests); try deploy --pending
  ok "$1 at once the timer does not try it again, and goes on failing" \
    explains 9 "failed once to be deployed, and is tried again after" "$3" "certctl deploy tries at once"
  ok "$1 ... and nothing is ordered" none_since "$before"
}
new H01; hook "$hooks/deploy.d/h" 'echo "no" >&2; exit 1'
fails H01 9 "the hook $hooks/deploy.d/h failed" "it ended with status 1: no"

new H03; hook "$hooks/deploy.d/h" 'head -c 1G /dev/zero | tr "\0" x; grep VmHWM /proc/$PPID/status >'"$home/memory"'; echo; echo "the end" >&2; exit 1'
fails H03 9 "the hook $hooks/deploy.d/h failed" "the end"
ok "H03 of a gigabyte of output little is kept" [ "$(grep -o '[0-9]*' "$home/memory")" -lt 64000 ]
ok "H03 and little is shown" [ "$(wc -c <"$T/err")" -lt 3000 ]

new H04
# One in its process group, and one out of it that holds the pipe.
hook "$hooks/deploy.d/h" "sleep 300 & echo \$! >$home/inside; setsid sleep 300 & echo \$! >$home/outside"
SECONDS=0; try issue h04.test
ok "H04 a hook that leaves programs running is waited for no longer than itself" [ $SECONDS -lt 30 ]
ok "H04 ... and has succeeded" status_is 0
gone() { ! kill -0 "$(cat "$home/$1")" 2>/dev/null; }
ok "H04 what is left of its process group is killed" wait_for 5 gone inside
ok "H04 the certificate is in use" sound h04.test p256 h04.test
stop_pid "$(cat "$home/outside")" KILL

new H05; hook "$hooks/deploy.d/h" 'exec 0<&- 1>&- 2>&-; sleep 0.5; exit 1'
fails H05 9 "the hook $hooks/deploy.d/h failed" "it ended with status 1"

new H06; hook "$hooks/deploy.d/h" "cat >$home/input; env >$home/environment; tr '\\0' '\\n' </proc/\$\$/cmdline >>$home/environment; exit 1"
fails H06 9 "the hook $hooks/deploy.d/h failed" "it ended with status 1"
ok "H06 standard input has nothing in it" [ -f "$home/input" -a ! -s "$home/input" ]
no_key() { ! grep -qF "$(sed -n 2p "$home/lib/tls/gen/h06.test/000001/privkey.pem")" "$home/environment" "$T/err"; }
ok "H06 no key is in its environment or arguments" no_key

for part in include link key; do
  new "H07-$part"
  case $part in
    include) deed="echo 'ssl_certificate /elsewhere;' >>\"\$CERTCTL_NGINX_INCLUDE\"" path=$home/lib/tls/nginx/$name.conf ;;
    link) deed="ln -sfn /elsewhere \"\$RENEWED_LINEAGE\"" path=$home/lib/tls/live/$name ;;
    key) deed="echo >>\"\$CERTCTL_PRIVKEY\"" path=$home/lib/tls/gen/$name/000002 ;;
  esac
  issue "$name" >/dev/null 2>&1
  hook "$hooks/deploy.d/h" "$deed"; try issue "$name" --force
  ok "H07 what a hook changes of what is published ($part): 9" explains 9 "$path is not as it was published" "a hook, or someone else" "certctl deploy $name"
  # Of a key that no longer fits more is told than that it waits.
  ok "H07 ... and it is told of" grep -qE "^$name: (deploy pending|its files are gone or damaged)" <(certctl list --home "$home")
  hook "$hooks/deploy.d/h" ''; before=$(requests); try deploy
  ok "H07 ... the next run mends it" pair_is_sound "$name"
  ok "H07 ... without an order" none_since "$before"
  ok "H07 ... and nothing is pending any more" not_pending
done

new H08
echo "certificate h08.test { deploy_hook $home/own a; }" >"$home/etc/certctl.conf"
try issue h08.test
ok "H08 a hook that is missing: 3, before anything is asked of the CA" explains 3 "the hook $home/own cannot be run" "there is no such file" 'give the absolute path'
hook "$home/own" "rm $home/own; exit 1"
fails H08 9 "the hook $home/own failed" "it ended with status 1"
try deploy
ok "H08 one that has gone missing since: 9" explains 9 "the hook $home/own cannot be run" "there is no such file" 'give the absolute path'
hook "$home/own" ''; chmod 644 "$home/own"; try deploy
ok "H08 one that is not executable: 9" explains 9 "the hook $home/own cannot be run" "not an executable file" 'chmod +x'
ok "H08 and the certificate stays committed" [ "$(committed)" = 000001 ]

new H09
issue other.test >/dev/null 2>&1
cat >"$T/nginx.conf" <<CONF
user root; worker_processes 1; pid $T/nginx.pid; error_log $T/error.log notice; events {}
http { access_log off; server { listen 443 ssl; server_name h09.test; include $T/site.inc; return 200 ok; } }
CONF
echo "include $home/lib/tls/nginx/other.test.conf;" >"$T/site.inc"
spawn "$T/nginx.log" nginx -c "$T/nginx.conf" -g 'daemon off;'
wait_for 5 in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/443' || fail "nginx does not listen: $(cat "$T/nginx.log")"
hook "$hooks/deploy.d/nginx" "exec $T/ready/reload-nginx --config $T/nginx.conf --timeout 2 \"\$@\""
fails H09 9 "the hook $hooks/deploy.d/nginx failed" "it ended with status 6: reload-nginx: nginx on this host was reloaded, but does not serve the new certificate for every name"
served() { # NAME
  cmp <(in_ns timeout 5 openssl s_client -connect 127.0.0.1:443 -servername "$1" </dev/null 2>/dev/null | openssl x509 -outform DER) \
    <(openssl x509 -outform DER -in "$home/lib/tls/live/$1/cert.pem")
}

echo "# restart-container"
start_dockerd; nginx_image app:test
restart=$T/ready/restart-container
restarts() { run in_ns env -i -C / PATH=/usr/bin:/bin CERTCTL_EVENT="${event:-deploy}" CERTCTL_DEPLOYED="${deployed-}" DOCKER_HOST="$DOCKER_HOST" "$restart" "$@"; }
start() { # NAME [options]   runs the words in $command
  docker run -d --name "$1" "${@:2}" --entrypoint /bin/sh app:test -c "$command" >/dev/null || fail "no container $1"
}
began() { docker inspect -f '{{.State.StartedAt}}' "$1"; } # NAME
newer() { [[ $(began "$1") > $2 ]] || { echo "$1 was started at $(began "$1"), not after $2"; return 1; }; } # NAME MOMENT
command='trap "exit 0" TERM; while :; do sleep 1; done'; start one --restart unless-stopped
for n in 1 2; do start "db$n" -l com.docker.compose.project=stack -l com.docker.compose.service=db -l com.docker.compose.oneoff=False; done
start once -l com.docker.compose.project=stack -l com.docker.compose.service=db -l com.docker.compose.oneoff=True
before=$(began one) other=$(began db1) oneoff=$(began once)
restarts --container one --timeout 20
ok "a container is restarted, and seen to run" status_is 0
ok "it has been" newer one "$before"
ok "others have not" [ "$(began db1)" = "$other" ]
kill -KILL "$(docker inspect -f '{{.State.Pid}}' one)"
back() { [ "$(docker inspect -f '{{.RestartCount}} {{.State.Running}}' one)" = '1 true' ]; }
ok "a crash afterwards: its restart policy still holds" wait_for 15 back
restarts --docker-host "$DOCKER_HOST" --container=stack/db --timeout 20 deploy a.test
ok "a service of Compose is all its containers" status_is 0
ok "the first" newer db1 "$other"
ok "and the second" newer db2 "$other"
ok "but not what somebody runs of it once" [ "$(began once)" = "$oneoff" ]
before=$(began one); event=post restarts --container one
ok "after a run that deployed nothing there is nothing to do: 0" status_is 0
for event in pre alert; do restarts --container one; ok "on the event $event there is nothing to do: 0" status_is 0; done
ok "and nothing was done" [ "$(began one)" = "$before" ]
event=post deployed=a.test restarts --container one --container one --timeout 20
ok "after one that did, it is restarted" newer one "$before"
unset event deployed

command='sleep 0.3; echo "cannot read the key" >&2; exit 1'; start fragile --restart always
restarts --container fragile --timeout 5
ok "a container that ends again and again: 5" status_is 5
ok "and its log tells why" output_has "cannot read the key"
docker rm -f fragile >/dev/null
command='[ ! -e /ran ] || { echo "no more" >&2; exit 3; }; : >/ran; sleep 600'; start brief
restarts --container brief --timeout 10
ok "one that ends: 5" status_is 5
ok "and its state is told" output_has "its state is: exited"
restarts --container brief
ok "one that does not run: 3" status_is 3
command='trap "exit 0" TERM; while :; do sleep 1; done'
start sick --health-cmd 'test -e /healthy' --health-interval 1s --health-retries 1
docker exec sick sh -c ': >/healthy'; restarts --container sick --timeout 20
ok "one with a health check is waited for" status_is 0
docker rm -f sick >/dev/null; start sick --health-cmd 'test -e /nothing' --health-interval 1s --health-retries 1
restarts --container sick --timeout 5
ok "one that is not healthy: 5" status_is 5
ok "and that is told" output_has "health check"
restarts --container nowhere
ok "no such container: 3" status_is 3
ok "and those that run are listed" output_has "running containers: "
restarts --container stack/nothing
ok "no such service: 3" status_is 3
docker_host=$DOCKER_HOST DOCKER_HOST=unix:///nowhere/docker.sock
restarts --container one; DOCKER_HOST=$docker_host
ok "no Docker: 3" status_is 3
ok "and Docker's words are the why" output_has "Cannot connect to the Docker daemon"
before=$(began one); restarts --container one --container nowhere
ok "where one is missing, none is restarted" [ "$(began one)" = "$before" ]
for wrong in --frob --timeout=soon --timeout --container= '--container=-x' '--container=a b' -x; do
  restarts "$wrong"; ok "\`$wrong\` is wrong usage: 2" status_is 2
done
restarts; ok "no container named: 2" status_is 2
ok "--help says what the exit statuses mean" grep -q '^  5  a container was restarted and does not run' <("$restart" --help)

echo "# notify-webhook"
cat >"$T/webhook.py" <<'PYTHON'
import http.server, json, sys, threading, time
folder = sys.argv[1]
class Hook(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        with open(folder + "/requests", "ab") as file:
            file.write(self.path.encode() + b" " + self.headers["content-type"].encode() + b" " + body + b"\n")
        answers = open(folder + "/answers").read().split()
        answer = int(answers[0]) if answers else 200
        open(folder + "/answers", "w").write(" ".join(answers[1:]))
        if answer == 0:
            time.sleep(30)
        self.send_response(answer)
        self.send_header("content-length", "0")
        self.send_header("location", "http://127.0.0.1:9/elsewhere")
        self.end_headers()
    def log_message(self, *words):
        pass
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Hook)
server.serve_forever()
PYTHON
mkdir "$T/hook"; : >"$T/hook/answers"
spawn "$T/webhook.log" python3 "$T/webhook.py" "$T/hook"
wait_for 10 in_ns bash -c 'exec 3<>/dev/tcp/127.0.0.1/8099' || fail "no webhook: $(cat "$T/webhook.log")"
notify=$T/ready/notify-webhook
secret=T0000-B0000-s3cr3t
(umask 077; echo "http://127.0.0.1:8099/services/$secret?x=%20y" >"$T/url")
event=() # what it finds in its environment
notifies() { # [options]   and what it answers with comes from $answers
  echo "${answers:-}" >"$T/hook/answers"; : >"$T/hook/requests"
  run in_ns env -i -C / PATH=/usr/bin:/bin LC_ALL=C "${event[@]}" "$notify" --url-file "$T/url" "$@"
  echo "$output" >>"$T/notified"
}
posted() { # PYTHON   an expression about `all`, the bodies, and `paths`
  python3 - "$T/hook/requests" "$1" <<'PYTHON' || { cat "$T/hook/requests"; return 1; }
import json, sys
lines = open(sys.argv[1], "rb").read().decode().splitlines()
paths = [line.split(" ", 2)[:2] for line in lines]
all = [json.loads(line.split(" ", 2)[2]) for line in lines]
sys.exit(not eval(sys.argv[2]))
PYTHON
}
event=(CERTCTL_EVENT=post 'CERTCTL_DEPLOYED=a.test b.test' CERTCTL_FAILED=c.test)
notifies post
ok "a run is told" status_is 0
ok "as JSON, at the path of the URL" posted "paths == [['/services/$secret?x=%20y', 'application/json']]"
ok "with a text and the facts" posted "all[0] == {'source': 'certctl', 'host': '$(uname -n)', 'event': 'post', 'deployed': ['a.test', 'b.test'], 'failed': ['c.test'],
  'text': 'certctl on $(uname -n) could not deploy c.test: certctl list tells why; deployed a.test b.test'}"
notifies --format slack
ok "Slack gets a text alone" posted "list(all[0]) == ['text']"
event=(CERTCTL_EVENT=post CERTCTL_DEPLOYED=a.test CERTCTL_FAILED=); notifies --only-failures
ok "without a failure there is nothing to tell, where only these are wanted" posted "all == []"
event=(CERTCTL_EVENT=post CERTCTL_DEPLOYED= CERTCTL_FAILED=); notifies
ok "nor after a run about nothing" posted "all == []"
for kind in pre deploy; do event=(CERTCTL_EVENT=$kind CERTCTL_LINEAGE=a.test); notifies $kind a.test; ok "the event $kind is left alone" posted "all == []"; done
odd=$'a "quote", a \\ backslash, \x01\x1b[2J, caf\xc3\xa9, \xff\xfe, a\nline, <!channel> & $(id) `id` \\u0022'
event=(CERTCTL_EVENT=alert CERTCTL_LINEAGE=a.test CERTCTL_LEVEL=critical "CERTCTL_MESSAGE=$odd")
notifies alert a.test
ok "an alert is told" status_is 0
ok "whatever is in it" posted "all[0]['message'] == 'a \"quote\", a \\\\ backslash,   [2J, caf\u00e9, , a line, <!channel> & \$(id) \`id\` \\\\u0022' and all[0]['severity'] == 'critical'"
notifies --format slack alert a.test
ok "and to Slack without what would be a command there" posted "'&lt;!channel&gt; &amp; ' in all[0]['text'] and '<' not in all[0]['text']"
event=(CERTCTL_EVENT=alert CERTCTL_LEVEL=warning "CERTCTL_MESSAGE=$(head -c 9000 /dev/zero | tr '\0' x)"); notifies alert
ok "a message without end is cut" posted "len(all[0]['message']) == 4000"
event=(CERTCTL_EVENT=post "CERTCTL_DEPLOYED=$(seq -s ' ' -f '%g.test' 3000)" CERTCTL_FAILED=); notifies --format slack
ok "and so is a list in a text" posted "all[0]['text'].endswith(' and 2980 more') and len(all[0]['text']) < 500"
event=(CERTCTL_EVENT=post CERTCTL_DEPLOYED=a.test CERTCTL_FAILED=)
answers='503 429 200' notifies
ok "a webhook that fails is asked again" status_is 0
ok "as often as it takes" posted "len(all) == 3"
answers='500 500 500 500' notifies
ok "but not for ever: 3" status_is 3
ok "three times" posted "len(all) == 3"
ok "and its answer is told" output_has "tried 3 times; it answered with status 500"
answers='404 200' notifies
ok "one that refuses: 4, and is not asked again" status_is 4
ok "once" posted "len(all) == 1"
answers='302 200' notifies
ok "one that sends elsewhere is not followed: 4" status_is 4
SECONDS=0; answers='0 0' notifies --timeout 2
ok "one that does not answer: 3" status_is 3
ok "and the wait for it has an end" [ $SECONDS -le 6 ]
echo http://127.0.0.1:9/x >"$T/url"; notifies --tries 1
ok "nobody there: 3" status_is 3
ok "and curl's words are the why" output_has "onnect"
chmod 644 "$T/url"; notifies
ok "a URL that others may read: 2" status_is 2
chmod 600 "$T/url"
for bad in '' 'ftp://a.test/x' 'http://a.test/x' 'https://a.test/x y' 'https://a.test/"x' 'https://a.test/\x' $'https://a.test/x\nhttps://b.test/y' 'not a url'; do
  printf %s "$bad" >"$T/url"; notifies; ok "$(printf '%q' "$bad") is no URL to post to: 2" status_is 2
done
ok "and no such text is told" not grep -qE 'a\.test/x' "$T/notified"
run env -i PATH=/usr/bin:/bin CERTCTL_EVENT=post CERTCTL_DEPLOYED=a.test "$notify"; ok "no file named: 2" status_is 2
for wrong in --frob --timeout=soon --tries=9 --format=xml --url-file= -x; do notifies "$wrong"; ok "\`$wrong\` is wrong usage: 2" status_is 2; done
ok "--help says what the exit statuses mean" grep -q '^  4  the webhook has refused it' <("$notify" --help)
# Arguments are everybody's to read: all of a run are looked at.
echo "http://127.0.0.1:8099/services/$secret" >"$T/url"
: >"$T/hook/answers"; in_ns strace -f -e trace=execve -s 4000 -v -o "$T/trace" env -i PATH=/usr/bin:/bin CERTCTL_EVENT=post CERTCTL_DEPLOYED=a.test "$notify" --url-file "$T/url" >/dev/null 2>&1
ok "curl is started" grep -q 'execve("/usr/bin/curl"' "$T/trace"
ok "and the URL is in no program's arguments or environment" not grep -qF "$secret" "$T/trace"
ok "nor was it ever said" not grep -qF "$secret" "$T/notified"

new notice
hook "$hooks/post.d/90-notify" "exec $notify --url-file $T/url --timeout 3 --tries 1 \"\$@\""
: >"$T/hook/requests"; try issue notice.test
ok "as a hook after a run it tells of the run" posted "all[0]['deployed'] == ['notice.test'] and all[0]['failed'] == []"

echo "# H02 ends, and a minute later all is tried again"
wait $slow; use H02; read -r status took <"$home.ended"
cp "$home.out" "$T/out"; cp "$home.err" "$T/err"; output=$(cat "$T/out" "$T/err")
ok "H02 a hook that hangs: 9" explains 9 "the hook $hooks/deploy.d/hang failed" "it did not end within 60 s" ''
ok "H02 after a minute, and five seconds to end" [ "$took" -ge 60 -a "$took" -le 75 ]
ended() { local p; for p in $(cat "$home/pids"); do ! kill -0 "$p" 2>/dev/null || { echo "$p still runs"; return 1; }; done; }
ok "H02 its whole group is gone" ended
ok "H02 the certificate stays committed" [ "$(committed)" = 000001 ]
ok "H02 it is pending" pending once
hook "$hooks/deploy.d/hang" ''
echo "include $T/homes/H09/lib/tls/nginx/h09.test.conf;" >"$T/site.inc"
for case in H01 H03 H05 H06; do use $case; hook "$hooks/deploy.d/h" ''; done
use H08; chmod 755 "$home/own"
sleep 61   # the pause after one failure, by H02's
for case in H01 H02 H03 H05 H06 H08 H09; do
  use $case; before=$(requests); : >"$home/told"
  if [ $case = H08 ]; then try deploy; else try deploy --pending; fi
  ok "$case is tried again by itself, and succeeds" output_has "$name: deployed"
  ok "$case its hook has run" [ -s "$home/told" ]
  ok "$case the pair is sound" sound "$name" p256 "$name"
  ok "$case nothing is pending any more" not_pending
  ok "$case no order was made" none_since "$before"
done
use H09
ok "H09 and the new certificate is served" served h09.test
summary
