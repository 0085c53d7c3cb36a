#!/usr/bin/env bash
# usage: need.sh COMMAND PACKAGE [COMMAND PACKAGE ...]
# Makes sure that each COMMAND can be run (a name like libatomic.so.1 asks for a shared library, one like
# Roboto-Regular.ttf for a typeface, "ensurepip" for Python's means to make a virtual environment); one that is
# absent comes with the Debian PACKAGE, installed through apt-get when that is permitted. Otherwise says in one
# sentence what to install, and exits with 1.
set -euo pipefail

export PATH="$PATH:/usr/sbin:$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1 || true)"

missing=()
while [ $# -ge 2 ]; do
  case "$1" in
    ensurepip) "${PYTHON:-python3}" -c 'import ensurepip' 2>/dev/null || missing+=("$2") ;;
    *.otf | *.ttf) [ -n "$(find /usr/share/fonts -name "$1" -print -quit 2>/dev/null)" ] || missing+=("$2") ;;
    lib*.so.*) compgen -G "/usr/lib/*/$1" >/dev/null || missing+=("$2") ;;
    *) command -v "$1" >/dev/null 2>&1 || missing+=("$2") ;;
  esac
  shift 2
done
[ ${#missing[@]} -gt 0 ] || exit 0

as_root=()
if [ "$(id -u)" -ne 0 ]; then as_root=(sudo -n); fi
if ! command -v apt-get >/dev/null 2>&1 || ! "${as_root[@]}" true 2>/dev/null; then
  echo "Please install the Debian package(s) ${missing[*]} first: sudo apt-get install ${missing[*]}" >&2
  exit 1
fi

install() {
  "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive DEBCONF_NOWARNINGS=yes apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

echo "Installing ${missing[*]} ..."
"${as_root[@]}" apt-get update -qq
if [[ " ${missing[*]} " == *" postgresql "* ]]; then
  echo "(PostgreSQL without a server of the system: create_main_cluster is set to false.)"
  # The tests start a server of their own: the package need not create and start one.
  install postgresql-common
  "${as_root[@]}" sed -ri 's/^#?create_main_cluster .*/create_main_cluster = false/' \
    /etc/postgresql-common/createcluster.conf
fi
install "${missing[@]}"
