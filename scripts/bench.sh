#!/usr/bin/env bash
# Runs the benchmarks. What the portal is measured beside goes into a folder of its own.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! cmp -s bench/requirements.txt var/bench/requirements.txt; then
  rm -rf var/bench
  .venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes --target var/bench \
    -r bench/requirements.txt
  cp bench/requirements.txt var/bench/requirements.txt
fi
echo "-- speed beside an empty Django"
env -u DATABASE_URL .venv/bin/python -m bench.speed
echo "-- behind nginx"
DEBUG=True .venv/bin/python -m bench.front
PYTHONPATH="var/bench" .venv/bin/python -m bench.roaming "$@"
echo "-- documents on SQLite"
env -u DATABASE_URL .venv/bin/python -m bench.documents
echo "-- documents on PostgreSQL"
.venv/bin/python -m scripts.postgres .venv/bin/python -m bench.documents
echo "-- complaints on SQLite"
env -u DATABASE_URL .venv/bin/python -m bench.complaints
echo "-- complaints on PostgreSQL"
.venv/bin/python -m scripts.postgres .venv/bin/python -m bench.complaints
