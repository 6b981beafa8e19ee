"""The smallest HTTP-01 responder: a fair start for whoever needs one.

    responder.py PORT DIRECTORY     answers a token with the file of that name
"""
import pathlib
import socket
import sys


def listen(port):
    return socket.create_server(("127.0.0.1", port), backlog=16)


def serve(listener, key_authorization):
    """Answers for ever; `key_authorization` maps a token to bytes, or to None."""
    while True:
        connection, _ = listener.accept()
        with connection:
            connection.settimeout(1)  # a client that says nothing must not hold up the next one
            try:
                connection.sendall(answer(connection.recv(4096), key_authorization))
            except OSError:
                pass


def answer(request, key_authorization):
    words = request.split(None, 2)
    token = words[1].decode().rpartition("/")[2] if len(words) == 3 else ""
    body = key_authorization(token) if token else None
    status = b"200 OK" if body else b"404 Not Found"
    body = body or b""
    return b"HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


def from_directory(directory):
    def read(token):
        file = directory / token
        return file.read_bytes() if file.is_file() else None

    return read


if __name__ == "__main__":
    serve(listen(int(sys.argv[1])), from_directory(pathlib.Path(sys.argv[2])))
