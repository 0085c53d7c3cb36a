"""How gunicorn serves the portal, in development and behind a proxy alike."""

import environ

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
