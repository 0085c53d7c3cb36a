#!/usr/bin/env bash
# Lets wapiti loose on the stack of scripts/stack.py, and on nothing else: everything stays on loopback.
set -euo pipefail
cd "$(dirname "$0")/.."

# In an environment of its own: it wants other versions of packages than the portal.
if [ ! -x var/wapiti/bin/wapiti ]; then
  echo "Installing wapiti ..."
  "${PYTHON:-python3}" -m venv var/wapiti
  var/wapiti/bin/pip install --quiet --disable-pip-version-check "wapiti3~=3.2.3"
fi
DEBUG=True exec .venv/bin/python -m scripts.scan
