"""The portal as on several machines, on loopback: nginx, two gunicorns, a mail worker, PostgreSQL, Redis, S3.

usage: python -m scripts.stack [--s3] runs it until stopped. Everything lies in a temporary folder and listens
on free ports; all of it goes when the program ends, and the processes go even when it is killed. --s3 keeps
files as objects in moto's server, and gives each gunicorn a folder of its own, as on machines apart.
"""

import contextlib
import http.client
import logging
import os
import signal
import ssl
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from moto.server import ThreadedMotoServer

from scripts import nginx, postgres
from scripts.portal import ROOT, START_SECONDS, STRICT
from scripts.postgres import WITH_PARENT, free_port
from scripts.supervised import GUNICORN, PREPARE

HOST = "localhost"

BUCKET = "legal-portal"

MEMORY = "/dev/shm"  # noqa: S108 - a folder of our own in it
"""A file system in memory, as /run is for a service of the system."""

NGINX = """
include /etc/nginx/modules-enabled/*.conf;
daemon off;
{user}
pid {folder}/nginx.pid;
error_log {folder}/nginx.log warn;
worker_processes 2;
worker_rlimit_nofile 8192;
events {{ worker_connections 2048; }}
http {{
    include /etc/nginx/mime.types;
    default_type application/octet-stream;
    sendfile on;
    client_body_temp_path {folder}/body;
    proxy_temp_path {folder}/proxy;
    fastcgi_temp_path {folder}/unused;
    uwsgi_temp_path {folder}/unused;
    scgi_temp_path {folder}/unused;
    include {folder}/legal-portal.conf;
}}
"""
"""What Debian's own nginx.conf does, in a folder of ours."""


class Stack:
    """The processes of one portal, each under a name by which it can be stopped and started again."""

    def __init__(
        self,
        folder: Path,
        memory: Path,
        database: postgres.Server,
        ports: tuple[int, int] | None = None,
        **settings: str,
    ) -> None:
        self.folder = folder
        self.memory = memory
        self.database = database
        self.https_port, self.http_port = ports or (free_port(), free_port())
        self.redis_port = free_port()
        self.authority = f"{HOST}:{self.https_port}"
        self.url = f"https://{self.authority}"
        self.log = folder / "stack.log"
        self.settings = settings
        self.brotli = any(Path("/etc/nginx/modules-enabled").glob("*brotli-filter*"))
        self.web_ports = {"web1": free_port(), "web2": free_port()}
        self.running: dict[str, subprocess.Popen[bytes]] = {}

    def environment(self, name: str) -> dict[str, str]:
        """Return the environment of a process of the portal."""
        return {
            **os.environ,
            **STRICT,
            "SITE_URL": self.url,
            "ALLOWED_HOSTS": HOST,
            "HTTPS": "True",
            "BEHIND_PROXY": "True",
            "TRUSTED_PROXIES": "1",
            "DATA_DIR": str(self.data_dir(name)),
            "CACHE_URL": f"redis://127.0.0.1:{self.redis_port}/0",
            "DATABASE_POOL": "8",
            "X_ACCEL": "True",
            "PYTHONUNBUFFERED": "1",
            "DATABASE_URL": self.database.url,
            **self.settings,
        }

    def data_dir(self, name: str) -> Path:
        """Return where a process keeps its files: web processes together unless files are objects."""
        shared = name.startswith("web") and "S3_BUCKET" not in self.settings
        folder = self.folder / ("data" if shared else f"data-{name}")
        folder.mkdir(exist_ok=True)
        return folder

    def run(self, *arguments: str, given: str = "") -> str:
        """Run a Python program with the settings of the first web process and return what it prints."""
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=self.environment("web1"),
            input=given,
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout

    def start(self, name: str) -> None:
        """Start "redis", "web1", "web2", "nginx", or a mail worker, whose name begins with "mail"."""
        if name == "redis":
            command = ["redis-server", "--port", str(self.redis_port), "--bind", "127.0.0.1", "--save", ""]
            command += [
                "--dir",
                str(self.folder),
                "--maxmemory",
                "100mb",
                "--maxmemory-policy",
                "allkeys-lru",
            ]
        elif name == "nginx":
            log = str(self.folder / "nginx.log")
            command = ["nginx", "-e", log, "-c", str(self.folder / "nginx.conf")]
        elif name in self.web_ports:
            command = [sys.executable, *GUNICORN, "--bind", f"127.0.0.1:{self.web_ports[name]}"]
        else:
            command = [sys.executable, "manage.py", "mail_worker"]
        of_the_portal = name.startswith(("web", "mail"))
        with self.log.open("ab") as output:
            self.running[name] = subprocess.Popen(
                [*WITH_PARENT, *command],
                cwd=ROOT,
                env=self.environment(name) if of_the_portal else None,
                stdout=output,
                stderr=subprocess.STDOUT,
                # Ctrl-C reaches this program only, which stops the others in order.
                start_new_session=True,
            )

    def stop(self, name: str) -> None:
        """Stop a process, as a service manager does."""
        process = self.running.pop(name)
        process.terminate()
        process.wait(timeout=START_SECONDS)

    def kill(self, name: str) -> None:
        """Kill a process with its children, as a service manager cleans up after one that was killed."""
        process = self.running.pop(name)
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=START_SECONDS)

    def stop_all(self) -> None:
        """Stop every process, nginx first."""
        for name in reversed(list(self.running)):
            self.stop(name)

    def prepare(self) -> None:
        """Write the configuration of nginx and its certificate."""
        certificate, key = self.folder / "certificate.pem", self.folder / "key.pem"
        options = (
            f"-subj /CN={HOST} -addext subjectAltName=DNS:{HOST} -days 2 -pkeyopt ec_paramgen_curve:P-256"
        )
        subprocess.run(
            f"openssl req -x509 -newkey ec -nodes {options} -keyout {key} -out {certificate}".split(),
            check=True,
            capture_output=True,
        )
        configuration = nginx.configuration(
            server_name=HOST,
            authority=self.authority,
            upstream=[f"127.0.0.1:{port}" for port in self.web_ports.values()],
            certificate=certificate,
            certificate_key=key,
            listen_http=[f"127.0.0.1:{self.http_port}"],
            listen_https=[f"127.0.0.1:{self.https_port}"],
            data_dir=self.data_dir("web1"),
            log_dir=self.folder,
            cache_dir=self.memory / "pages",
            brotli=self.brotli,
        )
        (self.folder / "legal-portal.conf").write_text(configuration, encoding="utf-8")
        # Its children may read what this account may: the folder is ours alone.
        user = "user root;" if os.getuid() == 0 else ""
        (self.folder / "nginx.conf").write_text(NGINX.format(folder=self.folder, user=user), encoding="utf-8")

    def tls(self) -> ssl.SSLContext:
        """Return what trusts the stack's own certificate, and no other."""
        return ssl.create_default_context(cafile=self.folder / "certificate.pem")

    def wait_until_it_answers(self) -> None:
        """Return when every gunicorn and nginx answer. Raises TimeoutError when that takes too long."""
        for name in self.running.keys() & self.web_ports.keys():
            self._wait(http.client.HTTPConnection("127.0.0.1", self.web_ports[name], timeout=5))
        self._wait(http.client.HTTPSConnection(HOST, self.https_port, timeout=5, context=self.tls()))

    def _wait(self, connection: http.client.HTTPConnection) -> None:
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline and all(each.poll() is None for each in self.running.values()):
            with contextlib.suppress(OSError, http.client.HTTPException):
                connection.request("GET", "/healthz", headers={"Host": HOST, "X-Forwarded-Proto": "https"})
                if connection.getresponse().status == 200:
                    connection.close()
                    return
            connection.close()
            time.sleep(0.05)
        raise TimeoutError(f"No answer:\n{self.log.read_text(errors='replace')[-5000:]}")


@contextmanager
def objects() -> Iterator[dict[str, str]]:
    """Run moto's S3 with an empty bucket, and yield the settings that use it."""
    # It would log every request.
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    _host, port = server.get_host_and_port()
    connection = http.client.HTTPConnection("127.0.0.1", port)
    connection.request("PUT", f"/{BUCKET}")
    connection.getresponse()
    try:
        yield {
            "S3_BUCKET": BUCKET,
            "S3_ENDPOINT_URL": f"http://127.0.0.1:{port}",
            "S3_REGION": "us-east-1",
            "S3_ACCESS_KEY_ID": "example",
            "S3_SECRET_ACCESS_KEY": "example",
        }
    finally:
        server.stop()


@contextmanager
def up(*, s3: bool = False, ports: tuple[int, int] | None = None, **settings: str) -> Iterator[Stack]:
    """Start everything with `settings` in the environment; stop it and remove its folder at the end.

    `ports` are those of HTTPS and HTTP; free ones unless given.
    """
    with contextlib.ExitStack() as exits:
        folder, memory = (
            Path(exits.enter_context(tempfile.TemporaryDirectory(prefix="portal-stack-", dir=place)))
            for place in (None, MEMORY)
        )
        if s3:
            settings |= exits.enter_context(objects())
        stack = Stack(folder, memory, exits.enter_context(postgres.running(hasty=False)), ports, **settings)
        exits.callback(stack.stop_all)
        stack.prepare()
        stack.start("redis")
        stack.run("-c", PREPARE)
        for name in ("web1", "web2", "mail", "nginx"):
            stack.start(name)
        stack.wait_until_it_answers()
        yield stack


def main() -> None:
    """Run the stack until stopped."""
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, lambda *_: sys.exit(0))
    with up(s3="--s3" in sys.argv[1:], EMAIL_URL="consolemail://") as stack:
        print(f"""
  The legal portal:  {stack.url}/
  Its certificate:   {stack.folder / "certificate.pem"} (self-signed)
  Its log:           {stack.log}
  Its environment:   DATABASE_URL={stack.database.url}
                     CACHE_URL={stack.environment("web1")["CACHE_URL"]}

  nginx, two gunicorns, one mail worker, PostgreSQL, Redis. Ctrl-C stops and removes everything.
""")
        stopped.wait()


if __name__ == "__main__":
    main()
