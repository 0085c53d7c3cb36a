"""Markdown becomes safe HTML with anchored headings."""

import re

import pytest

from documents.rendering import minutes, plain, render


def test_headings_get_stable_anchors() -> None:
    rendered = render("## Vos droits\n\nTexte.\n\n### Détail\n\n## Vos droits\n")
    assert [(heading.anchor, heading.level) for heading in rendered.headings] == [
        ("vos-droits", 2),
        ("detail", 3),
        ("vos-droits-2", 2),
    ]
    assert '<h2 id="vos-droits">Vos droits</h2>' in rendered.html


def test_the_page_keeps_the_first_level_to_itself() -> None:
    rendered = render("# Un\n\n##### Cinq\n")
    assert rendered.html.split() == ["<h2", 'id="un">Un</h2>', "<h4", 'id="cinq">Cinq</h4>']
    assert [heading.level for heading in rendered.headings] == [2, 4]


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>alert(1)</script>",
        "[x](javascript:alert(1))",
        '<img src="x" onerror="alert(1)">',
        "[x](data:text/html;base64,PHNjcmlwdD4=)",
        '<a href="https://example.com" style="color:red" onclick="x()">x</a>',
    ],
)
def test_nothing_runs(hostile: str) -> None:
    tags = re.findall(r"<(\w+)([^>]*)>", render(hostile).html)
    assert {tag for tag, _attributes in tags} <= {"p", "a"}
    assert not any("script:" in attributes or "data:" in attributes for _tag, attributes in tags)
    assert not any("onclick" in attributes or "style" in attributes for _tag, attributes in tags)


def test_plain_is_the_words_a_block_a_line() -> None:
    assert plain("## Titre\n\nUn **mot** et\nun autre.\n\n- point") == "Titre\nUn mot et un autre.\npoint"


def test_mail_addresses_become_links() -> None:
    assert 'href="mailto:someone@example.com"' in render("<someone@example.com>").html


def test_minutes_to_read() -> None:
    assert minutes("mot") == minutes("") == 1
    assert minutes("mot " * 1_000) == 5
