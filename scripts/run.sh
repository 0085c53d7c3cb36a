#!/usr/bin/env bash
# Brings the portal up on loopback: migrates, loads the content, starts the web process and the mail worker,
# and stops both when it is stopped. PORT chooses the port. Without a .env file it runs with DEBUG on.
set -euo pipefail
cd "$(dirname "$0")/.."

port="${PORT:-8000}"
if [ ! -f .env ]; then
  export DEBUG="${DEBUG:-True}"
  export SITE_URL="${SITE_URL:-http://127.0.0.1:$port}"
fi
python=.venv/bin/python

if ! [[ "$port" =~ ^[0-9]+$ ]] || [ "$port" -lt 1 ] || [ "$port" -gt 65535 ]; then
  echo "PORT must be a number from 1 to 65535, not $port." >&2
  exit 1
fi
if ! $python -c "import socket; s = socket.socket(); s.setsockopt(1, 2, 1); s.bind(('127.0.0.1', $port))" 2>/dev/null
then
  echo "Port $port is taken. Choose another: PORT=8001 make run" >&2
  exit 1
fi

debug="$($python -c 'from legalsite import settings; print(settings.DEBUG)')"
$python manage.py migrate --verbosity 0
$python manage.py load_content
reload=(--reload)
if [ "$debug" != True ]; then
  $python manage.py collectstatic --noinput --verbosity 0
  reload=()
fi

$python manage.py mail_worker &
worker=$!
$python -m gunicorn legalsite.wsgi --config deploy/gunicorn.conf.py --bind "127.0.0.1:$port" "${reload[@]}" &
web=$!
trap 'kill $web $worker 2>/dev/null || true; wait' EXIT
trap 'exit 0' INT TERM

cat <<TEXT

  The legal portal:  http://127.0.0.1:$port/
  The staff admin:   http://127.0.0.1:$port/admin/

  A staff account:   make staff   (asks for a name and a password)
  Example data:      make demo    (fictitious staff and complaints; prints their passwords)

  Mails are printed here. Ctrl-C stops everything.

TEXT
# Whichever of the two ends first, the other goes with it.
wait -n || true
echo "The web process or the mail worker has ended, so both stop." >&2
exit 1
