#!/usr/bin/env bash
# Fetches the packages that legal texts for the tests come from, each at one release and checked against its
# digest, and makes PDF files of the texts in var/legal-texts. What is there already is not made again.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=var/legal-texts
mkdir -p "$folder"

fetch() { # NAME OF THE FILE, PACKAGE AT ITS RELEASE
    [ -f "$folder/$1" ] || npm pack --silent --pack-destination "$folder" "$2" >/dev/null
}
fetch socialgouv-legi-data-2.263.0.tgz @socialgouv/legi-data@2.263.0
fetch socialgouv-legi-data-2.513.0.tgz @socialgouv/legi-data@2.513.0
fetch spdx-license-list-6.12.0.tgz spdx-license-list@6.12.0
(cd "$folder" && sha256sum --check --quiet) <scripts/legal_texts.sha256
.venv/bin/python -m scripts.legal_texts "$folder"
