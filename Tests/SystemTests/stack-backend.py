"""A server behind the nginx of a container test: `stack-backend.py ROLE PORT`.

  app:NAME   tells its name and what it was asked
  echo       sends back what comes through a WebSocket's connection
  registry   takes uploads as they come and keeps nothing; tells how many bytes there were
  console    as Portainer: a WebSocket, and changes only for whoever comes from the page that it believes to be (`origin invalid`)
"""
import base64, hashlib, sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

role, port = sys.argv[1], int(sys.argv[2])
piece = bytearray(1 << 20)


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    rbufsize = 1 << 20

    def log_message(self, *_):
        pass

    def taken(self):
        """Reads the body, and returns how long it was."""
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.skip(int(self.headers.get("Content-Length") or 0))
        total = 0
        while size := int(self.rfile.readline(), 16):
            total += self.skip(size)
            self.rfile.readline()
        self.rfile.readline()
        return total

    def skip(self, count):
        left = count
        while left:
            read = self.rfile.readinto(memoryview(piece)[:min(left, len(piece))])
            if not read:
                raise ConnectionError("the body was cut off")
            left -= read
        return count

    def say(self, text, status=200, **headers):
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(data)))
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(data)

    def echo(self):
        mark = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(mark.encode()).digest()).decode())
        self.end_headers()
        while data := self.connection.recv(65536):
            self.connection.sendall(data)
        self.close_connection = True

    def comes_from_here(self):
        origin = urlsplit(self.headers.get("Origin") or self.headers.get("Referer") or "")
        return (origin.scheme, origin.netloc) == (self.headers.get("X-Forwarded-Proto", "http"), self.headers["Host"])

    def answer(self):
        if role in ("echo", "console") and (self.headers.get("Upgrade") or "").lower() == "websocket":
            if role == "console" and not self.comes_from_here():
                return self.say("Forbidden - origin invalid\n", 403)
            return self.echo()
        taken = self.taken()
        if role == "registry":
            place = f"{self.headers.get('X-Forwarded-Proto')}://{self.headers['Host']}/v2/x/blobs/uploads/1"
            return self.say(f"{taken} bytes\n", 202 if taken else 200, Docker_Distribution_Api_Version="registry/2.0", Location=place)
        if role == "console" and self.command != "GET" and not self.comes_from_here():
            return self.say("Forbidden - origin invalid\n", 403)
        self.say(f"{role.removeprefix('app:')} {self.path} {self.headers.get('X-Forwarded-Proto')}\n")

    do_GET = do_POST = do_PUT = do_PATCH = answer


class Server(ThreadingHTTPServer):
    request_queue_size = 256
    daemon_threads = True


Server(("0.0.0.0", port), Backend).serve_forever()
