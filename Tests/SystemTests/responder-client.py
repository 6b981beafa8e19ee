"""Clients of the responder that no one would want, one a case; exit 0 where the rule held, else it says what came.

    responder-client.py CASE [ADDRESS:]PORT PATH CONTENT     PATH is published, and CONTENT its answer
    responder-client.py publish SOCKET COUNT SECONDS         hands COUNT answers in, prints PATH CONTENT of each, stays
    responder-client.py refused SOCKET MESSAGE               the service answers that message with a refusal, or hangs up
"""
import concurrent.futures
import os
import random
import resource
import socket
import struct
import sys
import time

_, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
NOT_FOUND = b"HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\nContent-Length: 10\r\n"


class Wrong(Exception):
    pass


def expect(condition, what):
    if not condition:
        raise Wrong(what)


class Responder:
    def __init__(self, where, path, content):
        host, _, port = where.rpartition(":")
        self.address = (host.strip("[]") or "127.0.0.1", int(port))
        self.path, self.content = path.encode(), content.encode()

    def connect(self, source=None):
        return socket.create_connection(self.address, timeout=15, source_address=source and (source, 0))

    def ask(self, data, source=None):
        """All that comes for `data` until the responder hangs up."""
        with self.connect(source) as s:
            try:
                s.sendall(data)
            except OSError:
                pass
            return read_to_end(s)

    def get(self, path, fields=b"Host: a.test\r\nConnection: close\r\n", method=b"GET", source=None):
        return self.ask(b"%s %s HTTP/1.1\r\n%s\r\n" % (method, path, fields), source)

    def good(self, source=None):
        """R22: what a CA asks for is always answered."""
        said = self.get(self.path, source=source)
        expect(said == found(self.content), f"a good client got {said!r}")


def found(content, closing=True):
    return b"HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\nContent-Length: %d\r\n%s\r\n%s" % (
        len(content), b"Connection: close\r\n" if closing else b"", content)


def read_to_end(s):
    said = b""
    while True:
        try:
            part = s.recv(65536)
        except ConnectionResetError:
            return said
        if not part:
            return said
        said += part


def not_found(said):
    expect(said == NOT_FOUND + b"Connection: close\r\n\r\nnot found\n", f"not the constant 404: {said!r}")


def nothing(said):
    expect(said == b"", f"a word to what is no request: {said!r}")


def r01(r):
    """slowloris: more half-sent requests than there are slots, each kept alive byte by byte"""
    idle = []
    for _ in range(5000):
        s = r.connect()
        s.sendall(b"G")
        idle.append(s)
    for _ in range(100):
        r.good()
    for s in idle[-50:]:
        try:
            s.sendall(b"E")
        except OSError:
            pass
    r.good()


def r02(r):
    """who sends nothing is let go of"""
    silent = [r.connect() for _ in range(100)]
    r.good()
    for s in silent:
        nothing(read_to_end(s))


def r03(r):
    """a header of 1 MB"""
    nothing(r.get(r.path, b"Host: a\r\nX: " + b"x" * 1_000_000 + b"\r\n"))


def r04(r):
    """100,000 header lines"""
    nothing(r.get(r.path, b"Host: a\r\n" + b"X: y\r\n" * 100_000))


def r05(r):
    """what is no HTTP/1.1: version 0.9, the preface of HTTP/2, a TLS hello, noise"""
    for data in (b"GET /\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
                 b"\x00" * 100, random.Random(5).randbytes(2000), b"SSH-2.0-x\r\n"):
        nothing(r.ask(data))


def r06(r):
    """1,000 pipelined requests get 1,000 answers, in order"""
    one = b"GET %s HTTP/1.1\r\nHost: a\r\n\r\n" % r.path
    said = r.ask(one * 999 + b"GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
    expect(said.startswith(found(r.content, closing=False) * 999), f"{len(said)} bytes")
    not_found(said[len(found(r.content, closing=False)) * 999:])


def r07(r):
    """Transfer-Encoding with Content-Length: one answer, and nothing behind it is taken for a request"""
    for fields in (b"Transfer-Encoding: chunked\r\nContent-Length: 4\r\n", b"Content-Length: 4\r\nTransfer-Encoding: chunked\r\n",
                   b"Transfer-Encoding: identity, chunked\r\nContent-Length: 0\r\n"):
        said = r.ask(b"POST / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n0\r\n\r\nGET %s HTTP/1.1\r\nHost: a\r\n\r\n" % r.path)
        not_found(said)
    for fields in (b"Content-Length: 4\r\nContent-Length: 5\r\n", b"Content-Length: +4\r\n", b"Content-Length : 4\r\n"):
        nothing(r.ask(b"POST / HTTP/1.1\r\nHost: a\r\n" + fields + b"\r\n"))


def r08(r):
    """a body of 1 GB is not read"""
    with r.connect() as s:
        s.sendall(b"POST %s HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n" % r.path)
        taken = 0
        try:
            while taken < 1_000_000_000:
                taken += s.send(b"x" * 65536)
        except OSError:
            pass
        expect(taken < 32_000_000, f"{taken} bytes were taken")


def r09(r):
    """HEAD is like GET, the absolute form is a path, everything else is not found"""
    head = found(r.content)[: -len(r.content)]
    expect(r.get(r.path, method=b"HEAD") == head, "HEAD")
    expect(r.get(b"http://a.test" + r.path) == found(r.content), "absolute form")
    for method in (b"OPTIONS", b"CONNECT", b"POST", b"DELETE", b"get"):
        not_found(r.get(r.path, method=method))
    not_found(r.get(b"*", method=b"OPTIONS"))
    not_found(r.get(b"a.test:443", method=b"CONNECT"))


def r10(r):
    """no other spelling of the path, however a web server might read it"""
    directory, _, token = r.path.rpartition(b"/")
    for path in (directory + b"//" + token, directory + b"/%2e/" + token, directory + b"/a/%2e%2e/" + token,
                 directory + b"\\" + token, r.path + b";a", r.path + b"?a=b", r.path + b"#a", r.path + b"%00", b"/" + r.path,
                 b"/%2ewell-known/acme-challenge/" + token, directory + b"/../acme-challenge/" + token, r.path + b"/"):
        not_found(r.get(path))
    for path in (r.path + "ü".encode(), r.path + b"\xff"):
        nothing(r.get(path))


def r11(r):
    """line breaks in path and Host"""
    for data in (b"GET /a\rb HTTP/1.1\r\nHost: a\r\n\r\n", b"GET /a\nb HTTP/1.1\r\nHost: a\r\n\r\n",
                 b"GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n", b"GET / HTTP/1.1\r\nHost: a\n\r\n", b"GET / HTTP/1.1\nHost: a\n\n"):
        nothing(r.ask(data))
    not_found(r.get(b"/%0d%0aSet-Cookie:%20a"))


def r12(r):
    """a token's beginning, a longer one, another case"""
    for path in (r.path[:-1], r.path + b"A", r.path.upper(), r.path.swapcase(), r.path[:-10]):
        not_found(r.get(path))


def r13(r):
    """a scan of 100,000 tokens finds nothing"""
    numbers = random.Random(13)
    with r.connect() as s:
        for _ in range(100):
            part = b"".join(b"GET /.well-known/acme-challenge/%s HTTP/1.1\r\nHost: a\r\n\r\n" % numbers.randbytes(16).hex().encode()
                            for _ in range(1000))
            s.sendall(part)
            expected, said = (NOT_FOUND + b"\r\nnot found\n") * 1000, b""
            while len(said) < len(expected):
                said += s.recv(1 << 20)
            expect(said == expected, "something was found")
    r.good()


def r14(r):
    """who never reads is let go of"""
    with r.connect() as s:
        start = time.monotonic()
        try:
            while time.monotonic() - start < 30:
                s.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n" * 1000)
        except OSError:
            pass
        expect(time.monotonic() - start < 15, "it went on for too long")


def r15(r):
    """20,000 connections that are reset"""
    for _ in range(20_000):
        s = r.connect()
        s.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        s.close()
    r.good()


def r16(r):
    """more clients than the responder has descriptors"""
    idle = [r.connect() for _ in range(400)]
    for s in idle[::2]:
        s.sendall(b"GET /")
    for _ in range(50):
        r.good()


def r17(r):
    """IPv6, IPv4, and IPv4 in IPv6's clothes"""
    for host in ("::1", "127.0.0.1", "::ffff:127.0.0.1"):
        r.address = (host, r.address[1])
        r.good()


def r21(r):
    """the Host makes no difference to a published token"""
    for host in (b"Host: other.test\r\n", b"Host:\r\n", b"Host: 127.0.0.1:80\r\n"):
        said = r.get(r.path, host + b"Connection: close\r\n")
        expect(said == found(r.content), f"{host!r}: {said!r}")
    nothing(r.get(r.path, b"Host: a\r\nHost: b\r\n"))
    nothing(r.get(r.path, b""))
    said = r.ask(b"GET %s HTTP/1.0\r\n\r\n" % r.path)
    expect(said == found(r.content), f"HTTP/1.0: {said!r}")


def r22(r):
    """twelve validators at once, from different addresses"""
    with concurrent.futures.ThreadPoolExecutor(12) as pool:
        list(pool.map(r.good, [f"127.0.0.{n}" for n in range(2, 14)]))


def quota(r):
    """one network has 64 connections at most; those of others, and good ones, do not suffer"""
    others = [r.connect(source=f"10.2.{n}.1") for n in range(8)]
    greedy = [r.connect(source="10.1.1.2") for _ in range(300)]
    r.good(source="10.1.1.3")
    r.good()
    time.sleep(0.2)
    alive = sum(is_open(s) for s in greedy)
    expect(56 <= alive <= 64, f"{alive} connections of one network are open")
    expect(all(is_open(s) for s in others), "another network paid for it")


def is_open(s):
    s.setblocking(False)
    try:
        return s.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def answers(count):
    for _ in range(count):
        token = os.urandom(24).hex()
        yield "/.well-known/acme-challenge/" + token, token + "." + "T" * 43


def publish(path, count, seconds):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.connect(path)
        made = list(answers(count))
        for start in range(0, count, 100):
            part = ",".join('{"content":"%s","host":"a.test"}' % content for _, content in made[start:start + 100])
            s.send(b'{"publish":[%s],"version":1}' % part.encode())
            reply = s.recv(65536)
            expect(reply == b'{"accepted":true,"version":1}', f"{reply!r}")
        for pair in made:
            print(*pair, flush=True)
        time.sleep(seconds)


def refused(path, message):
    with socket.socket(socket.AF_UNIX, socket.SOCK_SEQPACKET) as s:
        s.settimeout(10)
        s.connect(path)
        try:
            s.send(message.encode())
        except OSError:
            pass
        reply = s.recv(65536)
        expect(reply.startswith(b'{"refused":'), f"{reply!r}")
        expect(s.recv(65536) == b"", "the connection goes on")


if __name__ == "__main__":
    case, arguments = sys.argv[1], sys.argv[2:]
    try:
        if case == "publish":
            publish(arguments[0], int(arguments[1]), float(arguments[2]))
        elif case == "refused":
            refused(*arguments)
        else:
            globals()[case](Responder(*arguments))
    except (Wrong, OSError) as error:
        sys.exit(f"{case}: {error!r}"[:2000])
