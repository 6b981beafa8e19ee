"""Says something through a WebSocket behind TLS, and prints what comes back: `websocket-client.py HOST PATH ROOTS [ORIGIN]`."""
import socket, ssl, sys

host, path, roots = sys.argv[1:4]
context = ssl.create_default_context(cafile=roots)
with context.wrap_socket(socket.create_connection((host, 443), timeout=10), server_hostname=host) as line:
    origin = f"Origin: {sys.argv[4]}\r\n" if len(sys.argv) > 4 else ""
    line.sendall(f"GET {path} HTTP/1.1\r\nHost: {host}\r\n{origin}Upgrade: websocket\r\nConnection: Upgrade\r\n"
                 "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n".encode())
    head = b""
    while b"\r\n\r\n" not in head:
        head += line.recv(4096) or sys.exit("no answer")
    print(head.split(b"\r\n")[0].decode())
    if b" 101 " in head:
        line.sendall(b"hello")
        print(line.recv(4096).decode())
