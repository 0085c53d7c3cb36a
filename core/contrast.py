"""The colours of the theme, and how well they can be told apart (WCAG 2.2, relative luminance)."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from core.stylesheets import PARTS

ROLE = re.compile(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)")

READ: tuple[tuple[str, str], ...] = (
    ("ink", "paper"),
    ("ink", "wash"),
    ("ink", "wash-strong"),
    ("ink-soft", "paper"),
    ("ink-soft", "wash"),
    ("action", "paper"),
    ("action", "wash"),
    ("action", "wash-strong"),
    ("on-action", "action"),
    ("on-action", "action-strong"),
    ("good", "good-wash"),
    ("bad", "bad-wash"),
    ("warn", "warn-wash"),
)
"""Writing and its ground: 7 to 1 (WCAG 2.2, 1.4.6), because legal texts are read at length."""

SEEN: tuple[tuple[str, str], ...] = (("line-strong", "paper"), ("line-strong", "wash"))
"""Edges of controls and their ground: 3 to 1 (WCAG 2.2, 1.4.11)."""


@dataclass(frozen=True)
class Colour:
    """A colour role: what it is on light and on dark ground, each as #rrggbb."""

    light: str
    dark: str


def theme_colours() -> Mapping[str, Colour]:
    """Return the colour roles of the theme by name, without what `prefers-contrast` changes."""
    usual = (PARTS / "theme.css").read_text(encoding="utf-8").split("@media")[0]
    return {name: Colour(light, dark) for name, light, dark in ROLE.findall(usual)}


def contrast(one: str, other: str) -> float:
    """Return the contrast ratio of two colours (#rrggbb), from 1 to 21 (WCAG 2.2)."""
    darker, lighter = sorted((luminance(one), luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    """Return the relative luminance of a colour given as #rrggbb, from 0 to 1 (WCAG 2.2)."""
    red, green, blue = (_linear(int(colour[place : place + 2], 16) / 255) for place in (1, 3, 5))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _linear(share: float) -> float:
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)
