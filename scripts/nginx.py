"""Fills in the configuration of nginx in deploy/nginx.

usage: python -m scripts.nginx --server-name legal.example.lu --certificate … --certificate-key … [OPTION …]
prints it; every option but the first three has a default that docs/operate.md goes by.
"""

import argparse
import string
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = ROOT / "deploy" / "nginx" / "legal-portal.conf"


BROTLI = """    brotli on;
    brotli_comp_level 5;
    brotli_types text/css text/csv text/plain text/xml text/javascript application/javascript application/json
                 application/atom+xml application/xml image/svg+xml;"""


class Template(string.Template):
    """Placeholders of the form %{NAME}: a dollar sign is nginx's own."""

    delimiter = "%"


def configuration(
    *,
    server_name: str,
    certificate: Path,
    certificate_key: Path,
    upstream: Sequence[str] = ("unix:/run/legal-portal/web.sock",),
    authority: str = "",
    listen_http: Sequence[str] = ("80", "[::]:80"),
    listen_https: Sequence[str] = ("443", "[::]:443"),
    app_dir: Path = ROOT,
    data_dir: Path = Path("/var/lib/legal-portal"),
    log_dir: Path = Path("/var/log/nginx"),
    cache_dir: Path = Path("/run/legal-portal-nginx"),
    brotli: bool = False,
) -> str:
    """Return the configuration for a portal at `https://server_name`, or at `authority` with a port.

    `upstream` are the addresses of its web processes, each `unix:PATH` or `HOST:PORT`. `brotli` needs
    Debian's libnginx-mod-http-brotli-filter.
    """
    values = {
        "SERVER_NAME": server_name,
        "AUTHORITY": authority or server_name,
        # A process that restarts is away for a moment: nginx may not believe for longer that it is gone.
        "UPSTREAM": _lines("server", upstream, " max_fails=3 fail_timeout=1s"),
        "CERTIFICATE": certificate,
        "CERTIFICATE_KEY": certificate_key,
        "LISTEN_HTTP": _lines("listen", listen_http),
        "LISTEN_HTTP_DEFAULT": _lines("listen", listen_http, " default_server"),
        "LISTEN_HTTPS": _lines("listen", listen_https, " ssl http2"),
        "LISTEN_HTTPS_DEFAULT": _lines("listen", listen_https, " ssl http2 default_server"),
        "APP_DIR": app_dir,
        "DATA_DIR": data_dir,
        "LOG_DIR": log_dir,
        "CACHE_DIR": cache_dir,
        "BROTLI": BROTLI if brotli else "",
    }
    return Template(TEMPLATE.read_text(encoding="utf-8")).substitute(values)


def _lines(word: str, values: Sequence[str], ending: str = "") -> str:
    return "\n".join(f"    {word} {value}{ending};" for value in values)


def main() -> None:
    """Print the configuration for the options of the command line."""
    parser = argparse.ArgumentParser(prog="python -m scripts.nginx", argument_default=argparse.SUPPRESS)
    for name in ("server-name", "certificate", "certificate-key"):
        parser.add_argument(f"--{name}", required=True)
    for name in ("authority", "app-dir", "data-dir", "log-dir", "cache-dir"):
        parser.add_argument(f"--{name}")
    for name in ("upstream", "listen-http", "listen-https"):
        parser.add_argument(f"--{name}", action="append", help="once for each")
    parser.add_argument("--brotli", action="store_true", help="libnginx-mod-http-brotli-filter is installed")
    sys.stdout.write(configuration(**vars(parser.parse_args())))


if __name__ == "__main__":
    main()
