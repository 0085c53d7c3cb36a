#!/usr/bin/env bash
# Locks the dependencies, with hashes, for every platform and Python from 3.11 on.
set -euo pipefail
cd "$(dirname "$0")/.."
compile() {
  # Only the public package index counts: a local mirror's addresses must not get into the lock.
  env -u PIP_FIND_LINKS .venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes \
    --no-emit-find-links --no-annotate --no-header --upgrade "$@"
}
compile requirements.in --output-file requirements.txt
compile requirements-dev.in --constraints requirements.txt --output-file requirements-dev.txt
compile bench/requirements.in --output-file bench/requirements.txt
