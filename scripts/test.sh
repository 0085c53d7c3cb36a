#!/usr/bin/env bash
# Everything `make test` runs after the virtual environment is there: checks, then every test on SQLite and
# again on PostgreSQL, browser tests included.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/need.sh chromium chromium libatomic.so.1 libatomic1 faketime faketime initdb postgresql xgettext gettext \
  npm npm libpangoft2-1.0.so.0 libpangoft2-1.0-0 age age
scripts/check.sh

echo "-- legal texts"
scripts/legal_texts.sh

export DEBUG=True
# Both at once: a good part of either is waiting, for browsers, mail servers and clocks.
output="$(mktemp)"
.venv/bin/python -m scripts.postgres .venv/bin/python -m pytest "$@" >"$output" 2>&1 &
postgresql=$!
trap 'kill "$postgresql" 2>/dev/null || true; rm -f "$output"' EXIT
status=0
echo "-- tests on SQLite"
env -u DATABASE_URL .venv/bin/python -m pytest "$@" || status=$?
echo "-- tests on PostgreSQL"
wait "$postgresql" || status=$?
cat "$output"
exit "$status"
