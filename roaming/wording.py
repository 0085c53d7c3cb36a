"""Answers in one sentence, where there is no room or no eye for more."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from roaming.lookup import Answer, Kind
from roaming.models import HOME, Zone


def verdict(iso: str, name: str, zones: Sequence[Zone]) -> str:
    """Return, for the map and the screen reader, in which zones a territory is and whether it is included."""
    if not zones:
        text = _("{name}: at home, no roaming") if iso == HOME else _("{name}: in none of our zones")
        return text.format(name=name)
    text = (
        _("{name}: {zones}, not included")
        if any(zone.is_excluded for zone in zones)
        else _("{name}: {zones}, included")
    )
    return text.format(name=name, zones=", ".join(str(zone.name) for zone in zones))


def spoken(answers: Sequence[Answer]) -> str:
    """Return what to announce of the answers while somebody types."""
    return ". ".join(_spoken(answer) for answer in answers)


def _spoken(answer: Answer) -> str:
    if answer.kind is Kind.NONE:
        return _("No place found")
    if answer.kind is Kind.SUGGESTIONS:
        return _("Did you mean: {names}?").format(names=", ".join(match.name for match in answer.matches))
    return "; ".join(verdict(match.iso, match.name, match.zones) for match in answer.matches)
