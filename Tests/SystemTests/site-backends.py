"""What stands behind the nginx of sites.test.sh, all on loopback: servers that tell what they were asked, a responder for challenges, and a
name server. `site-backends.py DIRECTORY`: the certificate of the servers that speak TLS is there, and the sockets are made there."""
import hashlib, base64, json, os, select, socket, socketserver, ssl, struct, sys, threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

directory = sys.argv[1]
NAMES = ["frontend", "backend1", "backend2", "socket", "portainer"]  # there is no "absent"
counter = {}


class Backend(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def body(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            length = 0
            while size := int(self.rfile.readline(), 16):
                length += len(self.rfile.read(size))
                self.rfile.readline()
            self.rfile.readline()
            return length
        return len(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def upgrade(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        while data := self.connection.recv(4096):
            self.connection.sendall(data)
        self.close_connection = True

    def answer(self):
        if (self.headers.get("Upgrade") or "").lower() == "websocket":
            return self.upgrade()
        length = self.body()
        count = counter[self.path] = counter.get(self.path, 0) + 1
        path = self.path.split("?")[0]
        kind = "text/css" if path.endswith(".css") else "text/html" if path.endswith(".html") else "application/json"
        said = {"method": self.command, "path": self.path, "port": self.server.server_port, "body": length, "count": count,
                "chunked": self.headers.get("Transfer-Encoding") == "chunked", "headers": [[k.lower(), v] for k, v in self.headers.items()]}
        data = json.dumps(said).encode() + b" " * 4000
        self.send_response(202 if "uploads" in path else 200)
        if path.startswith("/v2/"):
            self.send_header("Docker-Distribution-Api-Version", "registry/2.0")
            self.send_header("Location", f"{self.headers['X-Forwarded-Proto']}://{self.headers['Host']}{path}1")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    do_GET = do_HEAD = do_POST = do_PUT = answer


class Responder(BaseHTTPRequestHandler):
    def log_message(self, *_):
        pass

    def address_string(self):
        return "nginx"

    def do_GET(self):
        data = f"answer to {self.path.rsplit('/', 1)[1]} for {self.headers['Host']}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)


class UnixServer(socketserver.ThreadingUnixStreamServer):
    daemon_threads = True


class NameServer(socketserver.BaseRequestHandler):
    def handle(self):
        data, reply = self.request
        name, place = [], 12
        while data[place]:
            name.append(data[place + 1:place + 1 + data[place]].decode())
            place += 1 + data[place]
        question = data[12:place + 5]
        known, is_a = ".".join(name) in NAMES, data[place + 1:place + 3] == b"\0\1"
        answer = b"\xc0\x0c\0\1\0\1\0\0\0\5\0\4\x7f\0\0\1" if known and is_a else b""
        head = data[:2] + struct.pack(">HHHHH", 0x8180 if known else 0x8183, 1, 1 if answer else 0, 0, 0)
        reply.sendto(head + question + answer, self.client_address)


class IPv6Server(ThreadingHTTPServer):
    address_family = socket.AF_INET6


def start(server):
    threading.Thread(target=server.serve_forever, daemon=True).start()


for port in 3000, 3001, 3002, 5000, 9001, 8082:
    start(ThreadingHTTPServer(("127.0.0.1", port), Backend))
start(IPv6Server(("::1", 8081), Backend))
secure = ThreadingHTTPServer(("127.0.0.1", 9443), Backend)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain(f"{directory}/cert.pem", f"{directory}/key.pem")
secure.socket = context.wrap_socket(secure.socket, server_side=True)
start(secure)
start(UnixServer(f"{directory}/http01.sock", Responder))
os.chmod(f"{directory}/http01.sock", 0o666)
start(socketserver.ThreadingUDPServer(("127.0.0.1", 53), NameServer))
open(f"{directory}/ready", "w").close()
select.select([], [], [])
