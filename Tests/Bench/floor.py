"""The floor: what the exchange of one certificate costs when nothing but the exchange is done.

    floor.py DIRECTORY_URL CA_FILE HTTP01_PORT NAME CHAIN_FILE

Directory, newNonce, newOrder, authorization, challenge, authorization poll, finalize, order poll, certificate: on one
TLS connection, with an account that is known. Prints the wall time in milliseconds and the number of requests, which
is more than 9 when a poll came too early. Keys, account and CSR are ready before the clock starts.
"""
import base64
import hashlib
import http.client
import json
import pathlib
import ssl
import sys
import threading
import time
import urllib.parse

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, utils

import responder


def base64url(data):
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


class Account:
    def __init__(self):
        self.key = ec.generate_private_key(ec.SECP256R1())
        numbers = self.key.public_key().public_numbers()
        x, y = (base64url(coordinate.to_bytes(32, "big")) for coordinate in (numbers.x, numbers.y))
        self.jwk = {"crv": "P-256", "kty": "EC", "x": x, "y": y}
        self.identity = {"jwk": self.jwk}  # until the CA has given the account its URL

    def thumbprint(self):
        return base64url(hashlib.sha256(json.dumps(self.jwk, sort_keys=True, separators=(",", ":")).encode()).digest())

    def sign(self, url, nonce, payload):
        header = {"alg": "ES256", "nonce": nonce, "url": url, **self.identity}
        protected = base64url(json.dumps(header).encode())
        content = "" if payload is None else base64url(json.dumps(payload).encode())
        r, s = utils.decode_dss_signature(self.key.sign(f"{protected}.{content}".encode(), ec.ECDSA(hashes.SHA256())))
        signature = base64url(r.to_bytes(32, "big") + s.to_bytes(32, "big"))
        return json.dumps({"protected": protected, "payload": content, "signature": signature})


class Session:
    """One connection to the CA, opened by the first request."""

    def __init__(self, url, trust, account):
        self.account, self.directory_url, self.requests, self.nonce = account, url, 0, None
        self.connection = http.client.HTTPSConnection(urllib.parse.urlsplit(url).netloc, timeout=10, context=trust)

    def start(self):
        self.directory = json.loads(self.request("GET", self.directory_url)[0])
        self.request("HEAD", self.directory["newNonce"])

    def request(self, method, url, body=None, headers={}):
        self.connection.request(method, urllib.parse.urlsplit(url).path, body, {"User-Agent": "floor", **headers})
        response = self.connection.getresponse()
        text, self.nonce = response.read(), response.headers["Replay-Nonce"]
        self.requests += 1
        if response.status >= 400:
            sys.exit(f"floor.py: {method} {url}: {response.status} {text.decode()}")
        return text, response.headers

    def post(self, url, payload=None):
        body = self.account.sign(url, self.nonce, payload)
        return self.request("POST", url, body, {"Content-Type": "application/jose+json"})

    def poll(self, url):
        """At once, then after 10, 20, 40 ms and so on, for 10 seconds."""
        for attempt in range(10):
            resource = json.loads(self.post(url)[0])
            if resource["status"] == "valid":
                return resource
            if resource["status"] == "invalid":
                break
            time.sleep(0.010 * 2**attempt)
        sys.exit(f"floor.py: {resource}")


def issue(session, name, csr, present):
    session.start()
    text, headers = session.post(session.directory["newOrder"], {"identifiers": [{"type": "dns", "value": name}]})
    order, order_url = json.loads(text), headers["Location"]
    authorization_url = order["authorizations"][0]
    challenges = json.loads(session.post(authorization_url)[0])["challenges"]
    challenge = next(challenge for challenge in challenges if challenge["type"] == "http-01")
    present(challenge["token"])
    session.post(challenge["url"], {})
    session.poll(authorization_url)
    session.post(order["finalize"], {"csr": csr})
    return session.post(session.poll(order_url)["certificate"])[0]


def main(url, roots, port, name, chain_file):
    account, trust = Account(), ssl.create_default_context(cafile=roots)
    registration = Session(url, trust, account)
    registration.start()
    _, headers = registration.post(registration.directory["newAccount"], {"termsOfServiceAgreed": True})
    account.identity = {"kid": headers["Location"]}

    subject = x509.CertificateSigningRequestBuilder(x509.Name([]), [])
    request = subject.add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
    signed = request.sign(ec.generate_private_key(ec.SECP256R1()), hashes.SHA256())
    csr = base64url(signed.public_bytes(serialization.Encoding.DER))

    answers, thumbprint = {}, account.thumbprint()
    listener = responder.listen(int(port))
    threading.Thread(target=responder.serve, args=(listener, answers.get), daemon=True).start()

    def present(token):
        answers[token] = f"{token}.{thumbprint}".encode()

    session = Session(url, trust, account)
    start = time.perf_counter()
    chain = issue(session, name, csr, present)
    wall = time.perf_counter() - start
    pathlib.Path(chain_file).write_bytes(chain)
    print(f"{wall * 1000:.2f} {session.requests}")


if __name__ == "__main__":
    main(*sys.argv[1:])
