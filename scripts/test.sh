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
# All at once: a good part of each is waiting, for browsers, mail servers and clocks.
rest="not stack and not faults"
output="$(mktemp -d)"
.venv/bin/python -m scripts.postgres .venv/bin/python -m pytest "$@" >"$output/postgresql" 2>&1 &
postgresql=$!
env -u DATABASE_URL .venv/bin/python -m pytest -m "(browser or processes) and $rest" "$@" >"$output/processes" 2>&1 &
processes=$!
trap 'kill "$postgresql" "$processes" 2>/dev/null || true; rm -rf "$output"' EXIT
status=0
echo "-- tests on SQLite"
# The other two take longer: with fewer turns of the processor for this one, all end at about the same time.
env -u DATABASE_URL nice -n 8 .venv/bin/python -m pytest -m "not browser and not processes and $rest" "$@" || status=$?
echo "-- tests on SQLite, in browsers and real processes"
wait "$processes" || status=$?
cat "$output/processes"
echo "-- tests on PostgreSQL"
wait "$postgresql" || status=$?
cat "$output/postgresql"
exit "$status"
