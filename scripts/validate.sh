#!/usr/bin/env bash
# Fetches the Nu HTML checker at one release, checked against its digest, and checks every kind of page, the style
# sheets and the drawings with it.
set -euo pipefail
cd "$(dirname "$0")/.."
folder=var/validate
package=vnu-jar-26.9.27.tgz
mkdir -p "$folder"

[ -f "$folder/$package" ] || npm pack --silent --pack-destination "$folder" vnu-jar@26.9.27 >/dev/null
(cd "$folder" && sha256sum --check --quiet) <<TEXT
5970d3ffca91a627cf0965e5d91bb2e4242307c29292998de0b419d6a901b2b7  $package
TEXT
tar --extract --gzip --file "$folder/$package" --directory "$folder" --strip-components 3 package/build/dist/vnu.jar
.venv/bin/python -m scripts.validate "$folder/vnu.jar"
