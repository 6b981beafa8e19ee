#!/usr/bin/env python3
"""Stands in TLS in front of a real CA and changes its answers by rules, one set of rules a port; for the catalogues.

usage: tampering-proxy.py CA-ADDRESS CA-PORT FOLDER

FOLDER holds ca.pem (whom to trust for the CA), server.pem (certificate and key of localhost), test-ca.pem and test-ca.key (an authority
for chains that no CA would send) and rules, with lines of PORT and RULES, the latter in base64. FOLDER/ready is made when it listens.
The Host of a request is kept, so that all URLs that the CA gives lead through the same port. The rules of a port count for as long as
FOLDER/PORT.on is there. FOLDER/log gets a line for each request as soon as the CA has answered it: PORT STATE METHOD RESOURCE STATUS, with
the CA's status, or `kept` for what was not passed on.

RULES are words, as a shell would split them. A rule begins with the resource that it is about: directory, nonce, newAccount, account,
newOrder, order, authz, challenge, finalize, cert, keyChange, revoke, renewalInfo, other, or any. Its actions follow:

    times=N  after=N       it counts for N answers only; only behind N others
    when=STATUS            the actions behind it count only where the JSON's status is this
    keep                   the request is not passed on; its answer is empty
    close  reset=PERCENT   the request is passed on, its answer dropped; or cut off by RST after so much of its body
    delay=SECONDS          before the answer
    clock                  the time that the answer tells is later by so many seconds as FOLDER/PORT.clock says
    status=N  body=TEXT    in place of the CA's
    problem=TYPE           a problem document with the members that `set` gives it
    set:PATH=JSON          a member of the JSON, as set:challenges.*.token='"x"'; @HOST and @PORT are filled in
    fill:PATH=N            N letters
    add:PATH=JSON          one more in a list
    drop:PATH              no such member
    dup:NAME=JSON          the same member twice, this one last
    header:NAME=VALUE      in place of the CA's; header:NAME drops it; more:NAME=VALUE adds one more
    reuse                  after the first time: the answer to that one, not passed on
    save=NAME              the answer's body is written to FOLDER/NAME
    chain=KIND             a certificate chain of our own making, see Chains
"""
import base64
import email.utils
import http.client
import json
import os
import shlex
import socket
import socketserver
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
import time

CA_ADDRESS, CA_PORT, FOLDER = sys.argv[1], int(sys.argv[2]), sys.argv[3]
LONGEST = 120  # seconds that anything lasts
lock = threading.Lock()
RESOURCES = {
    "dir": "directory", "nonce-plz": "nonce", "sign-me-up": "newAccount", "my-account": "account", "order-plz": "newOrder",
    "my-order": "order", "authZ": "authz", "chalZ": "challenge", "finalize-order": "finalize", "certZ": "cert",
    "rollover-account-key": "keyChange", "revoke-cert": "revoke",
}


def resource_of(path):
    first = path.split("?")[0].strip("/").split("/")[0]
    return RESOURCES.get(first, "renewalInfo" if "renewalInfo" in path or "renewal-info" in path else "other")


class Rule:
    def __init__(self, resource):
        self.resource, self.actions, self.seen = resource, [], 0
        self.times, self.after = None, 0

    def applies(self, resource):
        if self.resource not in (resource, "any"):
            return False
        with lock:
            self.seen += 1
            return self.seen > self.after and (self.times is None or self.seen <= self.after + self.times)


def parse(text):
    rules = []
    for word in shlex.split(text):
        name, equals, value = word.partition("=")
        if not equals and (name in RESOURCES.values() or name in ("renewalInfo", "other", "any")):
            rules.append(Rule(name))
        elif name == "times":
            rules[-1].times = int(value)
        elif name == "after":
            rules[-1].after = int(value)
        else:
            rules[-1].actions.append((name, value if equals else None))
    return rules


def place(tree, path, change):
    """Applies `change` to the container and the key that `path` leads to; to each, where a step of it is a star."""
    step, _, rest = path.partition(".")
    for key in range(len(tree)) if step == "*" else [int(step) if isinstance(tree, list) else step]:
        if rest:
            place(tree[key], rest, change)
        else:
            change(tree, key)


class Answer:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    def header(self, name, value=None, more=False):
        if not more:
            self.headers = [(n, v) for n, v in self.headers if n.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))

    def edit(self, path, change):
        tree = json.loads(self.body)
        try:
            place(tree, path, change)
        except (KeyError, IndexError):
            pass  # the CA did not send it this time
        self.body = json.dumps(tree).encode()

    def wire(self, head_only):
        lines = [f"HTTP/1.1 {self.status} whatever"] + [f"{n}: {v}" for n, v in self.headers]
        lines.append(f"Content-Length: {len(self.body)}")
        return "\r\n".join(lines + ["", ""]).encode("latin-1") + (b"" if head_only else self.body)


class Chains:
    """Certificates for the request in a finalize, signed by the test CA, with one thing wrong."""

    def __init__(self, request):
        self.folder = tempfile.mkdtemp(dir=FOLDER)
        self.file("request.der", request)
        self.run("req", "-inform", "DER", "-in", self.path("request.der"), "-out", self.path("request.pem"))
        shown = self.run("req", "-in", self.path("request.pem"), "-noout", "-text").decode()
        self.names = [part.strip() for part in shown.split("Alternative Name:")[1].split("\n")[1].split(",")]

    def path(self, name):
        return f"{self.folder}/{name}"

    def file(self, name, content):
        with open(self.path(name), "wb") as file:
            file.write(content)
        return self.path(name)

    def run(self, *words):
        return subprocess.run(("openssl", *words), check=True, capture_output=True, timeout=20).stdout

    def sign(self, request="request.pem", names=None, first=-3600, last=90 * 86400):
        """Returns a leaf in PEM; `first` and `last` are seconds from now."""
        self.file("index.txt", b"")
        self.file("extensions", f"subjectAltName={','.join(names or self.names)}\nextendedKeyUsage=serverAuth\n".encode())
        self.file("config", (
            f"[ca]\ndefault_ca=d\n[d]\ndatabase={self.path('index.txt')}\nnew_certs_dir={self.folder}\nrand_serial=yes\ndefault_md=sha256\n"
            "policy=p\nunique_subject=no\n[p]\ncommonName=optional\n").encode())
        start, end = (time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds)) for seconds in (first, last))
        return self.run(
            "ca", "-batch", "-notext", "-config", self.path("config"), "-cert", f"{FOLDER}/test-ca.pem", "-keyfile", f"{FOLDER}/test-ca.key",
            "-subj", "/", "-in", self.path(request), "-extfile", self.path("extensions"), "-startdate", start, "-enddate", end)

    def make(self, kind, real):
        with open(f"{FOLDER}/test-ca.pem", "rb") as file:
            authority = file.read()
        end = b"-----END CERTIFICATE-----\n"
        blocks = [block.strip() + b"\n" + end for block in real.split(end) if block.strip()]
        day = 86400
        if kind == "good":
            return self.sign() + authority
        if kind == "wrong-key":
            self.run("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout", self.path("key"), "-subj", "/",
                     "-out", self.path("other.pem"))
            return self.sign("other.pem") + authority
        if kind == "extra-name":
            return self.sign(names=self.names + ["DNS:evil.test"]) + authority
        if kind == "missing-name":
            return self.sign(names=self.names[:-1]) + authority
        if kind == "expired":
            return self.sign(first=-90 * day, last=-3600) + authority
        if kind == "tomorrow":
            return self.sign(first=2 * day) + authority
        if kind == "private-key":
            key = self.run("genpkey", "-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256")
            return real + key
        if kind == "trusted-certificate":
            return real.replace(b"BEGIN CERTIFICATE", b"BEGIN TRUSTED CERTIFICATE").replace(b"END CERTIFICATE", b"END TRUSTED CERTIFICATE")
        if kind == "text-around":
            return b"\r\nsubject: certctl\r\n" + real.replace(b"\n", b"\r\n") + b"\r\nthe end\r\n"
        if kind == "out-of-order":
            return b"".join(blocks[:1] + blocks[:0:-1])
        if kind == "leaf-last":
            return b"".join(blocks[::-1])
        if kind == "gap":
            return b"".join(blocks[:1] + blocks[2:])
        if kind == "alone":
            return blocks[0]
        if kind == "foreign-issuer":
            return blocks[0] + authority
        if kind == "fifty":
            return b"".join(blocks[:1] + blocks[1:2] * 49)
        if kind == "circle":
            return b"".join(blocks[:3] + blocks[1:2])
        if kind == "nothing":
            return b""
        if kind == "cut":
            return real[:-40]
        raise ValueError(kind)


class Port:
    def __init__(self, number, rules):
        self.number, self.rules = number, parse(rules)
        self.signing_request, self.kept = b"", None

    @property
    def is_on(self):
        return os.path.exists(f"{FOLDER}/{self.number}.on")

    def log(self, *words):
        with lock, open(f"{FOLDER}/log", "a", encoding="ascii", errors="backslashreplace") as file:
            print(self.number, *words, file=file)


class Handler(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def setup(self):
        self.request.settimeout(LONGEST)
        self.request.do_handshake()
        super().setup()
        self.upstream = None

    def handle(self):
        while self.one():
            pass

    def finish(self):
        if self.upstream:
            self.upstream.close()
        super().finish()

    def one(self):
        line = self.rfile.readline(65536)
        if not line.strip():
            return False
        method, path, _ = line.decode("latin-1").split(" ", 2)
        fields = http.client.parse_headers(self.rfile)
        body = self.rfile.read(int(fields.get("Content-Length", 0)))
        port, resource = self.server.port, resource_of(path)
        on = port.is_on
        rules = [rule for rule in port.rules if rule.applies(resource)] if on else []
        actions = [action for rule in rules for action in rule.actions]
        names = [name for name, _ in actions]
        if resource == "finalize" and body:
            payload = json.loads(body)["payload"]
            port.signing_request = decoded(json.loads(decoded(payload))["csr"])
        kept = port.kept if "reuse" in names else Answer(200, [], b"") if "keep" in names else None
        answer = kept or self.ask(method, path, fields, body)
        port.log("on" if on else "off", method, resource, "kept" if kept else answer.status)
        if "reuse" in names:
            port.kept = answer
        for name, value in actions:
            if name == "when" and status_of(answer.body) != value:
                break
            if not self.act(answer, name, value):
                return False
        self.wfile.write(answer.wire(method == "HEAD"))
        return True

    def ask(self, method, path, fields, body):
        for attempt in (1, 2):
            if self.upstream is None:
                context = ssl.create_default_context(cafile=f"{FOLDER}/ca.pem")
                self.upstream = http.client.HTTPSConnection(CA_ADDRESS, CA_PORT, timeout=LONGEST, context=context)
            try:
                kept = {name: value for name, value in fields.items() if name.lower() != "connection"}
                self.upstream.request(method, path, body=body or None, headers=kept)
                response = self.upstream.getresponse()
                hop = ("content-length", "transfer-encoding", "connection")
                headers = [(n, v) for n, v in response.getheaders() if n.lower() not in hop]
                return Answer(response.status, headers, response.read())
            except (http.client.RemoteDisconnected, BrokenPipeError, ConnectionResetError):
                self.upstream.close()
                self.upstream = None
                if attempt == 2:
                    raise
        return None

    def act(self, answer, name, value):
        """Performs one action; false when the connection is over."""
        if value:
            value = value.replace("@HOST", f"localhost:{self.server.port.number}").replace("@PORT", str(self.server.port.number))
        kind, _, path = name.partition(":")
        if kind in ("keep", "reuse", "when"):
            pass
        elif kind == "close":
            return False
        elif kind == "reset":
            head, _, body = answer.wire(False).partition(b"\r\n\r\n")
            self.wfile.write(head + b"\r\n\r\n" + body[:len(body) * int(value) // 100])
            self.wfile.flush()
            time.sleep(0.05)  # else the RST overtakes what was sent before
            self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return False
        elif kind == "delay":
            time.sleep(min(float(value), LONGEST))
        elif kind == "clock":
            with open(f"{FOLDER}/{self.server.port.number}.clock") as file:
                answer.header("Date", email.utils.formatdate(time.time() + float(file.read()), usegmt=True))
        elif kind == "status":
            answer.status = int(value)
        elif kind == "body":
            answer.body = value.encode("utf-8").decode("unicode_escape").encode("latin-1")
        elif kind == "problem":
            answer.header("Content-Type", "application/problem+json")
            answer.body = json.dumps({"type": f"urn:ietf:params:acme:error:{value}", "detail": "the proxy says no"}).encode()
        elif kind == "set":
            answer.edit(path, lambda tree, key: (tree.__setitem__(key, json.loads(value))))
        elif kind == "fill":
            answer.edit(path, lambda tree, key: tree.__setitem__(key, "x" * int(value)))
        elif kind == "add":
            answer.edit(path, lambda tree, key: tree[key].append(json.loads(value)))
        elif kind == "drop":
            answer.edit(path, lambda tree, key: tree.__delitem__(key))
        elif kind == "dup":
            answer.body = answer.body.rstrip()[:-1] + f',"{path}":{value}}}'.encode()
        elif kind in ("header", "more"):
            answer.header(path, value, kind == "more")
        elif kind == "save":
            with open(f"{FOLDER}/{value}", "wb") as file:
                file.write(answer.body)
        elif kind == "chain":
            answer.body = Chains(self.server.port.signing_request).make(value, answer.body)
        else:
            raise ValueError(name)
        return True


def status_of(body):
    return json.loads(body).get("status")


def decoded(text):
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address, daemon_threads, request_queue_size = True, True, 64

    def __init__(self, port, context):
        self.port, self.context = port, context
        super().__init__(("127.0.0.1", port.number), Handler)

    def get_request(self):
        sock, address = super().get_request()
        return self.context.wrap_socket(sock, server_side=True, do_handshake_on_connect=False), address

    def handle_error(self, request, client_address):
        kind, error, _ = sys.exc_info()
        # Clients that go away are what some cases are about; anything else is a mistake in a rule, which the suite looks for.
        if not isinstance(error, (ssl.SSLError, ConnectionError, TimeoutError)):
            self.port.log("mistake", kind.__name__, str(error).replace("\n", " "))
            if isinstance(error, subprocess.CalledProcessError):
                self.port.log("mistake", error.stderr.decode("ascii", "replace").replace("\n", " "))


def main():
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(f"{FOLDER}/server.pem")
    with open(f"{FOLDER}/rules", encoding="utf-8") as file:
        for line in file:
            number, _, rules = line.strip().partition(" ")
            server = Server(Port(int(number), base64.b64decode(rules).decode()), context)
            threading.Thread(target=server.serve_forever).start()
    with open(f"{FOLDER}/ready", "w", encoding="ascii"):
        pass


main()
