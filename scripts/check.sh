#!/usr/bin/env bash
# Everything that is checked without running the portal: style, types, templates, migrations, translations,
# specimens, and Django's deployment check on production settings.
set -euo pipefail
cd "$(dirname "$0")/.."

bin=.venv/bin
export DEBUG=True
data="$(mktemp -d)"
trap 'rm -rf "$data"' EXIT

step() { echo "-- $*"; }

step "ruff check";           $bin/ruff check --quiet .
step "ruff format";          $bin/ruff format --quiet --check .
step "djade";                git ls-files -z --cached --others --exclude-standard 'templates/*.html' |
                               xargs -0 $bin/djade --target-version 5.2 --check
step "mypy --strict";        $bin/python -m mypy --no-error-summary .
step "bandit";               $bin/python -m bandit --quiet --recursive --configfile pyproject.toml \
                               core documents roaming complaints privacy legalsite deploy manage.py
step "migrations";           $bin/python manage.py makemigrations --check --dry-run --verbosity 0
step "translations";         $bin/python -m scripts.messages --check
step "specimens";            $bin/python -m scripts.specimens --check
step "check --deploy";       DEBUG=False SECRET_KEY="$($bin/python -c 'import secrets; print(secrets.token_urlsafe(50))')" \
                               ALLOWED_HOSTS=portal.test SITE_URL=https://portal.test MAIL_FROM=portal@portal.test \
                               DATA_DIR="$data" \
                               $bin/python manage.py check --deploy --fail-level WARNING
