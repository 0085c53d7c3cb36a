#!/usr/bin/env bash
# manage.py as `make run` uses it, on a database that is up to date: without a .env file, with DEBUG on.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -f .env ]; then export DEBUG="${DEBUG:-True}"; fi
.venv/bin/python manage.py migrate --verbosity 0
.venv/bin/python manage.py load_content --verbosity 0
exec .venv/bin/python manage.py "$@"
