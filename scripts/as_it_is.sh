#!/usr/bin/env bash
# manage.py on the data as they are, without migrating or loading anything: without a .env file, with DEBUG on.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ ! -f .env ]; then export DEBUG="${DEBUG:-True}"; fi
exec .venv/bin/python manage.py "$@"
