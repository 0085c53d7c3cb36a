"""The page of the lookup is made once, and each reader's words are in their own page only."""

import datetime

import pytest
from django.test import Client
from django.utils import timezone

from core.models import Banner
from core.shell import Shell, mark
from roaming.models import Zone

pytestmark = pytest.mark.django_db

PAGE = "/en/roaming/"


def test_holes_are_filled_in_their_places() -> None:
    shell = Shell(f"<a>{mark('one')}</a>{mark('two')}{mark('one')}")
    assert shell.fill({"one": "1", "two": "-"}) == "<a>1</a>-1"


def test_what_is_filled_in_has_no_holes() -> None:
    """Nobody can type a mark; and if somebody could, it would stay what it is."""
    shell = Shell(f"{mark('one')}{mark('two')}")
    assert shell.fill({"one": mark("two"), "two": "2"}) == f"{mark('two')}2"


def test_the_words_of_one_reader_are_not_shown_to_the_next(client: Client) -> None:
    first = client.get(f"{PAGE}?q=Examplia+%3Cb%3E&utm=mine").text
    assert "Examplia &lt;b&gt;" in first
    assert '/fr/roaming/?q=Examplia+%3Cb%3E&amp;utm=mine"' in first
    for address in (PAGE, f"{PAGE}?q=Tunisia"):
        page = client.get(address).text
        assert "Examplia" not in page
        assert "utm" not in page
        assert mark("query").split("-")[0] not in page


def test_a_place_recognised_by_another_name_says_by_which(client: Client) -> None:
    for name in ("Tunisie", "Tunesien", "Tunisia", "Túnez", "TN"):
        page = client.get(PAGE, {"q": name}).text
        assert page.count("<h3>Tunisia</h3>") == 1
        assert (f"Recognised by: {name}" in page) is (name != "Tunisia")


@pytest.mark.parametrize("query", ["", "?q=Tunisia"])
def test_a_change_of_content_or_day_is_seen(
    client: Client, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = client.get(PAGE + query).text
    assert client.get(PAGE + query).text == before
    Zone.objects.update(name_en="Example of a zone")
    assert "Example of a zone" in client.get(PAGE + query).text
    tomorrow = timezone.localdate() + datetime.timedelta(days=1)
    Banner.objects.create(text_fr="Exemple", text_en="Example of a banner", shown_from_on=tomorrow)
    assert "Example of a banner" not in client.get(PAGE + query).text
    monkeypatch.setattr("core.dates.Today.get", lambda _today: tomorrow)
    assert "Example of a banner" in client.get(PAGE + query).text


def test_a_day_that_is_none_is_named(client: Client) -> None:
    page = client.get(f"{PAGE}?q=Tunisia&on=nonsense").text
    assert "“nonsense” is not a date" in page
    assert "<h3>Tunisia</h3>" in page
    assert "nonsense" not in client.get(f"{PAGE}?q=Tunisia").text
