"""A wording never lies about its language."""

from django.template import Context, Template
from django.utils import translation

from core.bilingual import other_language, reading_language
from core.models import Banner
from core.templatetags.portal import with_lang


def test_reads_the_column_of_the_readers_language() -> None:
    banner = Banner(text_fr="Bonjour", text_en="Hello")
    with translation.override("en"):
        assert banner.text == "Hello"
        assert not banner.text.is_foreign
    with translation.override("fr"):
        assert banner.text == "Bonjour"


def test_falls_back_and_says_so() -> None:
    banner = Banner(text_fr="Bonjour <b>", text_en="")
    with translation.override("en"):
        assert banner.text == "Bonjour <b>"
        assert banner.text.language == "fr"
        assert with_lang(banner.text) == '<span lang="fr">Bonjour &lt;b&gt;</span>'
        rendered = Template("{% load portal %}{{ banner.text|with_lang }}").render(
            Context({"banner": banner})
        )
        assert rendered == '<span lang="fr">Bonjour &lt;b&gt;</span>'


def test_own_language_is_not_marked() -> None:
    with translation.override("fr"):
        assert with_lang(Banner(text_fr="Bonjour", text_en="").text) == "Bonjour"


def test_nothing_in_either_language_is_empty() -> None:
    assert Banner().text == ""
    assert not Banner().text.is_foreign


def test_reading_language_is_one_of_the_pair() -> None:
    with translation.override("de"):
        assert reading_language() == "fr"
    with translation.override("en-gb"):
        assert reading_language() == "en"
    assert (other_language("fr"), other_language("en")) == ("en", "fr")
