"""A provider of OpenID Connect on loopback: it signs what it says, and a test says what it shall say."""

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlencode, urlsplit

import jwt
import requests
from cryptography.hazmat.primitives.asymmetric import rsa
from django.http import HttpResponse
from django.test import Client

from core.models import AuditEntry

CLIENT, SECRET = "example-portal", "an example secret"
LEAVE, BACK = "/admin/login/single-sign-on/", "/admin/login/single-sign-on/callback/"


class Provider:
    """Its state: who is signed in there, the keys, the codes that wait, and what a test wants otherwise."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.stranger = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        self.reset()

    def reset(self) -> None:
        """Be as a provider should be, with one person signed in."""
        self.person: dict[str, Any] = {
            "sub": "subject-1",
            "email": "person@example.lu",
            "email_verified": True,
        }
        self.claims: dict[str, Any] = {}
        """What the token says otherwise; None leaves a claim out."""
        self.userinfo: dict[str, Any] = {}
        self.metadata: dict[str, Any] = {}
        self.signs_with, self.algorithm = self.key, "RS256"
        self.codes: dict[str, dict[str, str]] = {}
        self.token_answer: tuple[int, Any] | None = None

    def published(self) -> dict[str, Any]:
        return {
            "issuer": self.address,
            **{
                name: f"{self.address}/{path}"
                for name, path in (
                    ("authorization_endpoint", "authorize"),
                    ("token_endpoint", "token"),
                    ("jwks_uri", "keys"),
                    ("userinfo_endpoint", "userinfo"),
                )
            },
            **self.metadata,
        }

    def keys(self) -> dict[str, Any]:
        numbers = self.key.public_key().public_numbers()
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "n": _base64(numbers.n),
                    "e": _base64(numbers.e),
                    "kid": "key-1",
                    "alg": "RS256",
                    "use": "sig",
                }
            ]
        }

    def code_for(self, asked: dict[str, str]) -> str:
        code = secrets.token_urlsafe(12)
        self.codes[code] = asked
        return code

    def answer_to(self, sent: dict[str, str]) -> tuple[int, Any]:
        """Return status and body of the token endpoint; each code works once."""
        if self.token_answer is not None:
            return self.token_answer
        asked = self.codes.pop(sent.get("code", ""), None)
        digest = hashlib.sha256(sent.get("code_verifier", "").encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if (
            asked is None
            or asked.get("code_challenge_method") != "S256"
            or asked.get("code_challenge") != challenge
            or asked["redirect_uri"] != sent.get("redirect_uri")
            or (sent.get("client_id"), sent.get("client_secret")) != (CLIENT, SECRET)
        ):
            return 400, {"error": "invalid_grant"}
        return 200, {"access_token": "access", "token_type": "Bearer", "id_token": self.token(asked["nonce"])}

    def token(self, nonce: str) -> str:
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": CLIENT,
            "iat": now,
            "exp": now + 300,
            "nonce": nonce,
            **self.person,
            **self.claims,
        }
        claims = {name: value for name, value in claims.items() if value is not None}
        key: Any = self.signs_with if self.algorithm == "RS256" else SECRET * 3
        if self.algorithm == "none":
            key = None
        return jwt.encode(claims, key, algorithm=self.algorithm, headers={"kid": "key-1"})


class Handler(BaseHTTPRequestHandler):
    """Its addresses."""

    provider: Provider

    def do_GET(self) -> None:
        address = urlsplit(self.path)
        if address.path == "/authorize":
            asked = dict(parse_qsl(address.query))
            back = urlencode({"code": self.provider.code_for(asked), "state": asked["state"]})
            self.send_response(302)
            self.send_header("Location", f"{asked['redirect_uri']}?{back}")
            self.end_headers()
            return
        answers: dict[str, Callable[[], dict[str, Any]]] = {
            "/.well-known/openid-configuration": self.provider.published,
            "/keys": self.provider.keys,
            "/userinfo": lambda: self.provider.userinfo,
        }
        self.say(200, answers[address.path]())

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        self.say(*self.provider.answer_to({name: values[0] for name, values in parse_qs(body).items()}))

    def say(self, status: int, body: Any) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *_args: Any) -> None:
        """Say nothing."""


def _base64(number: int) -> str:
    data = number.to_bytes((number.bit_length() + 7) // 8)
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


@contextmanager
def running() -> Iterator[Provider]:
    """Run a provider on a free port."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider = Provider(f"http://127.0.0.1:{server.server_port}")
    Handler.provider = provider
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def go(client: Client, to: str = "") -> str:
    """Go to the provider and sign in there; return the address that it sends back to."""
    left = client.get(LEAVE, {"next": to} if to else {})
    assert left.status_code == 302, left.text
    answer = requests.get(left["Location"], allow_redirects=False, timeout=10)
    return answer.headers["Location"]


def come_back(client: Client, address: str) -> HttpResponse:
    parts = urlsplit(address)
    return client.get(f"{parts.path}?{parts.query}")  # type: ignore[return-value]  # the client's own kind


def sign_in(client: Client, to: str = "") -> HttpResponse:
    return come_back(client, go(client, to))


def is_in(client: Client) -> bool:
    return client.get("/admin/").status_code == 200


def reason() -> Any:
    """Return why the last sign-in was refused."""
    return AuditEntry.objects.filter(action="refused").latest("pk").facts["reason"]
