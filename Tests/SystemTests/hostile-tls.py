#!/usr/bin/env python3
"""An HTTPS server that misbehaves over real TLS, one behaviour a path or a port; for transport.test.sh.

usage: hostile-tls.py CERTIFICATES LOG

CERTIFICATES holds good.pem, expired.pem, other-host.pem and stranger.pem, each a certificate and its key. Every port listens on all
addresses. LOG gets these lines:

    request PORT METHOD PATH           a request was read
    accepts PORT PATH ENCODINGS        it asked for these
    gone PORT PATH ERROR               its sender left before the end of the answer
    closed PORT PATH SECONDS           a connection ended, that long after it was accepted; PATH is - where no request came
"""
import gzip
import json
import socket
import ssl
import struct
import sys
import threading
import time

GOOD, MUTE_TCP, MUTE_TLS, RESET, OLD_TLS, EXPIRED, OTHER_HOST, STRANGER, PLAIN, PROXY = range(4430, 4440)
LONGEST = 300  # seconds that any behaviour lasts when the client does not give up
CERTIFICATES, LOG = sys.argv[1:]
log_lock = threading.Lock()
seen = {}


def log(*words):
    with log_lock, open(LOG, "a", encoding="ascii", errors="backslashreplace") as file:
        print(*words, file=file)


def context(name, newest=None):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.load_cert_chain(f"{CERTIFICATES}/{name}.pem")
    if newest:
        made.set_ciphers("ALL:@SECLEVEL=0")
        made.minimum_version = ssl.TLSVersion.TLSv1
        made.maximum_version = newest
    return made


def reset(sock):
    """Ends a connection by RST."""
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    sock.close()


class Exchange:
    """One request, and all that can be done to who sent it."""

    def __init__(self, stream):
        self.stream = stream
        head = b""
        while b"\r\n\r\n" not in head:
            piece = stream.recv(65536)
            if not piece:
                raise ConnectionError("no request")
            head += piece
        lines = head.split(b"\r\n\r\n")[0].decode("latin-1").split("\r\n")
        self.method, self.path, _ = lines[0].split(" ")
        self.fields = {k.lower(): v.strip() for k, v in (line.split(":", 1) for line in lines[1:])}
        self.base = "https://" + self.fields["host"]

    def send(self, data):
        self.stream.sendall(data)

    def head(self, status=200, length=None, **fields):
        lines = [f"HTTP/1.1 {status} whatever", "Connection: close", "Replay-Nonce: bm9uY2Utb2YtdGhlLWhvc3RpbGUtQ0E"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in fields.items()]
        if length is not None:
            lines.append(f"Content-Length: {length}")
        self.send("\r\n".join(lines + ["", ""]).encode("latin-1"))

    def answer(self, body, status=200, **fields):
        body = body if isinstance(body, bytes) else body.encode()
        self.head(status, len(body), **fields)
        if self.method != "HEAD":
            self.send(body)

    def json(self, value, status=200, **fields):
        kind = "application/json" if status < 400 else "application/problem+json"
        self.answer(json.dumps(value), status, **{"Content_Type": kind, **fields})

    def directory(self, **changed):
        resources = {name: f"{self.base}/ok/{name}" for name in ("newNonce", "newAccount", "newOrder", "revokeCert", "keyChange")}
        self.json({**resources, **changed})

    def good(self):
        """A CA as it should be, as far as the account: which it refuses, so that a test knows how far certctl came."""
        if self.path.endswith("/directory"):
            self.directory()
        elif self.path.endswith("/newNonce"):
            self.answer("")
        elif self.path.endswith("/newAccount"):
            self.json({"type": "urn:ietf:params:acme:error:unauthorized", "detail": "far enough"}, 403)
        else:
            self.answer("gone", 404)

    def forever(self, piece, pause=0.0):
        end = time.monotonic() + LONGEST
        while time.monotonic() < end:
            self.send(piece)
            time.sleep(pause)

    def busy(self, wait, status=503):
        fields = {"Retry_After": wait} if wait else {}
        self.json({"type": "urn:ietf:params:acme:error:serverInternal", "detail": "down for maintenance"}, status, **fields)

    def busy_once(self, wait="1"):
        if seen.setdefault(self.path, 0):
            return self.directory()
        seen[self.path] = 1
        return self.busy(wait)

    def drip(self, piece):
        self.head(length=10_000, Content_Type="application/json")
        self.forever(piece, 1)

    def endless(self):
        self.head(Transfer_Encoding="chunked", Content_Type="application/json")
        self.forever(b"4000\r\n" + b" " * 0x4000 + b"\r\n")

    def huge(self):
        self.head(length=256 << 20, Content_Type="application/json")
        for _ in range(256):
            self.send(b" " * (1 << 20))

    def many_headers(self):
        self.head(length=2, **{f"X_{i}": "x" * 40 for i in range(10_000)})
        self.send(b"{}")

    def truncated(self):
        self.head(length=1000, Content_Type="application/json")
        self.send(b'{"newNonce": "https')

    def cut_by_reset(self):
        """So much of a body of 1000 bytes as the path says in percent, then RST."""
        self.head(length=1000, Content_Type="application/json")
        self.send(b"{" + b" " * (10 * int(self.path.rpartition("-")[2]) - 1))
        time.sleep(0.05)  # else the RST overtakes what was sent before
        reset(self.stream)

    def bomb(self):
        """50 MB in 50 KB: below every cap for what comes over the line."""
        self.answer(gzip.compress(b" " * (50 << 20)), Content_Encoding="gzip", Content_Type="application/json")

    def redirect(self, target, status=302):
        self.answer("", status, **({"Location": target} if target else {}))


past = "Sun, 06 Nov 1994 08:49:37 GMT"
BEHAVIOURS = {
    "/html": lambda e: e.answer("<!DOCTYPE html><title>\x1b[2JWelcome to Hotel Wi-Fi</title>", Content_Type="text/html"),
    "/truncated": Exchange.truncated,
    **{f"/reset-{percent}": Exchange.cut_by_reset for percent in range(10, 100, 10)},
    "/proxy-authentication": lambda e: e.answer("who are you?", 407, Proxy_Authenticate="Basic realm=x"),
    "/endless": Exchange.endless,
    "/huge": Exchange.huge,
    "/drip-1": lambda e: e.drip(b"{"),
    "/drip-20": lambda e: e.drip(b" " * 20),
    "/mute": lambda e: time.sleep(LONGEST),
    "/many-headers": Exchange.many_headers,
    "/long-header": lambda e: e.answer("{}", X="x" * (1 << 20)),
    "/bomb": Exchange.bomb,
    "/deep": lambda e: e.answer('{"newNonce":' + "[" * 60_000, Content_Type="application/json"),
    "/no-http": lambda e: e.send(b"220 mail.example ESMTP\r\n" * 10),
    "/redirect-once": lambda e: e.redirect(f"{e.base}/ok/directory"),
    "/redirect-relative": lambda e: e.redirect("/ok/directory"),
    "/redirect-loop": lambda e: e.redirect(f"{e.base}/redirect-loop", 301),
    "/redirect-http": lambda e: e.redirect(f"http://localhost:{PLAIN}/ok/directory"),
    "/redirect-file": lambda e: e.redirect("file:///etc/passwd"),
    "/redirect-nowhere": lambda e: e.redirect(None),
    "/post-redirect/directory": lambda e: e.directory(newAccount=f"{e.base}/post-redirect/newAccount"),
    "/post-redirect/newAccount": lambda e: e.redirect(f"{e.base}/ok/landed", 307),
    "/busy-once": Exchange.busy_once,
    "/busy-ten-seconds": lambda e: e.busy_once("10"),
    "/busy": lambda e: e.busy(None),
    "/busy-long": lambda e: e.busy("1000000000"),
    "/busy-negative": lambda e: e.busy("-5"),
    "/busy-past": lambda e: e.busy(past),
    "/limited": lambda e: e.busy("1000000000", 429),
    "/foreign-host": lambda e: e.directory(newOrder="https://elsewhere.example/order"),
    "/foreign-http": lambda e: e.directory(newOrder=e.base.replace("https", "http") + "/order"),
    "/foreign-file": lambda e: e.directory(newOrder="file:///etc/passwd"),
    "/foreign-port": lambda e: e.directory(newOrder="https://127.0.0.1:8443/order"),
    "/foreign-address": lambda e: e.directory(newNonce="https://169.254.169.254/latest/meta-data"),
    "/foreign-user": lambda e: e.directory(newAccount=e.base.replace("//", "//localhost:1@evil.example/") + "/a"),
    "/foreign-escape": lambda e: e.directory(newAccount=e.base + "/\x1b[31m\r\nforged: line"),
}


def talk(stream, port):
    """Answers one request; returns its path."""
    exchange = Exchange(stream)
    log("request", port, exchange.method, exchange.path)
    if "accept-encoding" in exchange.fields:
        log("accepts", port, exchange.path, exchange.fields["accept-encoding"])
    try:
        (Exchange.good if exchange.path.startswith("/ok/") else BEHAVIOURS[exchange.path])(exchange)
    except (OSError, ValueError) as error:  # the client has had enough, as it should
        log("gone", port, exchange.path, type(error).__name__)
    return exchange.path


def serve(sock, port, tls):
    start, path, stream = time.monotonic(), "-", sock
    sock.settimeout(LONGEST)
    try:
        if port == MUTE_TCP:
            while sock.recv(65536):
                pass
        elif port == RESET:
            sock.recv(65536)
            reset(sock)
        elif port in (PLAIN, PROXY):
            log("request", port, repr(sock.recv(20)), "-")
            sock.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")
        else:
            stream = tls.wrap_socket(sock, server_side=True)
            if port == MUTE_TLS:
                while stream.recv(65536):
                    pass
            else:
                path = talk(stream, port)
    except (OSError, ValueError):
        pass  # what the client makes of it is what the test looks at
    finally:
        stream.close()
        log("closed", port, path, f"{time.monotonic() - start:.1f}")


def listen(port, tls):
    listener = socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True, backlog=64)

    def accept():
        while True:
            sock, _ = listener.accept()
            threading.Thread(target=serve, args=(sock, port, tls), daemon=True).start()

    threading.Thread(target=accept).start()


good = context("good")
ports = dict.fromkeys((GOOD, MUTE_TCP, MUTE_TLS, RESET, PLAIN, PROXY), good)
ports[OLD_TLS] = context("good", ssl.TLSVersion.TLSv1_1)
ports |= {EXPIRED: context("expired"), OTHER_HOST: context("other-host"), STRANGER: context("stranger")}
for number, settings in ports.items():
    listen(number, settings)
log("ready")
