"""Which version of the portal this is: the one that pyproject.toml names."""

import tomllib

from django.conf import settings


def _read() -> str:
    project = tomllib.loads((settings.BASE_DIR / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    return str(project["version"])


VERSION = _read()
