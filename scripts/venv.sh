#!/usr/bin/env bash
# usage: venv.sh REQUIREMENTS
# Creates .venv if it is absent and installs exactly the locked, hashed packages of REQUIREMENTS into it.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
if [ ! -x .venv/bin/pip ]; then
  scripts/need.sh "$PYTHON" python3 ensurepip python3-venv
  if ! "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
    echo "The portal needs Python 3.11 or later; name one with PYTHON=/path/to/python3." >&2
    exit 1
  fi
  echo "Creating .venv ..."
  "$PYTHON" -m venv .venv
fi
echo "Installing $1 ..."
.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r "$1"
