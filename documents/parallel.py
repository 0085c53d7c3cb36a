"""Whether two wordings of a text run in parallel: what one language has and the other lacks."""

import re
from collections.abc import Mapping

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from documents import rendering
from documents.models import Language

NUMBER = re.compile(r"\d+")


def differences(texts: Mapping[str, str]) -> list[str]:
    """Return as sentences how the wordings in two languages differ; nothing when one of them is empty.

    `texts` maps a language to Markdown. Numbered articles and paragraphs are compared by their number, which
    is the same in both languages; the other headings by how many there are, because their words differ.
    """
    written = {language: text for language, text in texts.items() if text.strip()}
    if len(written) < 2:
        return []
    found = []
    for language, text in written.items():
        for other, words in written.items():
            if other != language:
                found += [
                    _("%(language)s has no counterpart of “%(heading)s”.")
                    % {"language": _name(other), "heading": heading}
                    for heading in _missing(text, words)
                ]
    return found or _uneven(written)


def _missing(text: str, other: str) -> list[str]:
    """Return the numbered articles and paragraphs of `text` that `other` lacks, by what they are called."""
    words = {heading.anchor: heading.words for heading in _headings(text)}
    numbered = {anchor for anchor in rendering.anchors(text) if anchor.startswith("article-")}
    missing = sorted(numbered - rendering.anchors(other), key=_place)
    return [words.get(anchor, anchor.removeprefix("article-").replace("-", ".")) for anchor in missing]


def _place(anchor: str) -> tuple[int, ...]:
    return tuple(int(number) for number in NUMBER.findall(anchor))


def _uneven(written: Mapping[str, str]) -> list[str]:
    counts = {language: len(_headings(text)) for language, text in written.items()}
    if len(set(counts.values())) == 1:
        return []
    said = ", ".join(f"{_name(language)} {number}" for language, number in counts.items())
    return [_("The texts do not have the same number of headings: %(numbers)s.") % {"numbers": said}]


def _headings(text: str) -> list[rendering.Heading]:
    return [heading for heading, _words in rendering.articles(text) if heading]


def _name(language: str) -> str:
    return str(capfirst(Language(language).label))
