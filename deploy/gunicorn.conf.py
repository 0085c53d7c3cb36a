"""How gunicorn serves the portal, in development and behind a proxy alike."""

import gc
import os
import secrets
import shutil
import tempfile
from pathlib import Path
from typing import Any

import environ

# Where the workers of this master count their requests together (legalsite/metrics.py); one folder a master,
# also when one takes over from another. It is made when it is needed.
if f"-{os.getpid()}-" not in os.environ.get("PROMETHEUS_MULTIPROC_DIR", ""):
    folder = Path(tempfile.gettempdir()) / f"portal-metrics-{os.getpid()}-{secrets.token_hex(8)}"
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(folder)


def on_exit(server: Any) -> None:
    """Remove what was counted."""
    shutil.rmtree(os.environ["PROMETHEUS_MULTIPROC_DIR"], ignore_errors=True)


# WEB_CONCURRENCY may stand in .env, where gunicorn itself does not look.
environ.Env.read_env(".env")

workers = environ.Env().int("WEB_CONCURRENCY", default=1)
worker_class = "gthread"
threads = 8
# A request line longer than gunicorn's 4,094 bytes is a long search, and gets a normal page.
limit_request_line = 0
# Browsers keep idle connections open: waiting longer for them would only delay the stop.
graceful_timeout = 3
control_socket_disable = True
loglevel = "warning"


def post_worker_init(worker: Any) -> None:
    """Leave what the application is made of out of the garbage collection: it stays as long as the worker.

    Otherwise one answer in some hundred waits a tenth of a second until all of it has been looked through.
    """
    gc.collect()
    gc.freeze()
