#!/usr/bin/env bash
# Looks up known weaknesses of every locked package (PyPI's advisory database). Unsafe code (bandit) is a part of
# `make check`. Without the internet the first cannot be done: it says so and exits with 1, for "not known" is not "none".
set -euo pipefail
cd "$(dirname "$0")/.."

status=0
for lock in requirements.txt requirements-dev.txt; do
  echo "-- pip-audit $lock"
  # Strict: a package that could not be looked up is no package without weaknesses.
  .venv/bin/python -m pip_audit --progress-spinner off --strict --disable-pip --require-hashes \
    --requirement "$lock" || status=$?
done
if [ "$status" -ne 0 ]; then
  echo "Something was found, or could not be looked up (no connection to pypi.org)." >&2
fi
exit "$status"
