"""The roof: wiring, and the pages that need several apps."""

from django.apps import AppConfig


class LegalsiteConfig(AppConfig):
    """The portal as a whole."""

    name = "legalsite"
