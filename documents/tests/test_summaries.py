"""Plain-language summaries: above the text of one version, without its force, from the text alone."""

import datetime
import io
import re
import zipfile
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.core.exceptions import ValidationError
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from documents import attention, rendering, searching
from documents.loading import CONTENT
from documents.models import Document, PublicationEvent, Summary, Version
from documents.preview import preview_url
from documents.publishing import PublishingRefused, last_step, publish, submit, warnings, withdraw
from documents.summaries import last_change, may_summarise, summarise
from documents.tests.factories import make_document, make_edition, make_version

pytestmark = pytest.mark.django_db

FACTS = re.compile(r"\d[\d .]*\d|\d|[\w.]+@[\w.]+|https?://[\w./]+")
"""What a summary cannot have from anywhere but the text: numbers, addresses."""


def write(version: Version, text: str = "- Un gizmotron.", language: str = "fr") -> Summary | None:
    return summarise(version=version, language=language, text=text, by=None)


def page(client: Client, address: str, language: str = "fr") -> str:
    return client.get(re.sub(r"^/(fr|en)/", f"/{language}/", address)).text


def staff(client: Client, name: str, *codenames: str) -> User:
    user = User.objects.create_user(name, is_staff=True)
    user.user_permissions.set(Permission.objects.filter(codename__in=["view_version", *codenames]))
    client.force_login(user)
    return user


def found(words: str) -> list[int | None]:
    """Return the versions in which the search finds `words` on a day of January 2026."""
    query = searching.parse(words)
    assert query is not None
    return [match.version for match in searching.find(query, on=datetime.date(2026, 1, 15))]


class TestPoints:
    """What the lines become."""

    def test_a_point_a_line_with_links_and_emphasis(self) -> None:
        found = rendering.points("- Un **mot**.\n\nUn [lien](#article-3), <dpo@example.lu>.\n")
        assert found[0] == "Un <strong>mot</strong>."
        assert 'href="#article-3"' in found[1]
        assert 'href="mailto:dpo@example.lu"' in found[1]

    def test_no_block_and_no_anchor_of_the_text_is_taken(self) -> None:
        found = "".join(rendering.points("## Titre\n3.2 Un point.\n> Un autre."))
        assert "## Titre" in found
        assert not re.search(r"<(h2|p|blockquote)|id=", found)

    def test_markup_and_scripts_are_text(self) -> None:
        (found,) = rendering.points("<script>alert(1)</script> [x](javascript:alert(1))")
        assert "<script" not in found
        assert "href" not in found

    def test_anchors_are_those_of_headings_and_numbered_paragraphs(self) -> None:
        text = "## Vos droits\n\n## Article 3 – Prix\n\n3.2 Le prix."
        assert rendering.anchors(text) == {"vos-droits", "article-3", "article-3-2"}


class TestReading:
    """Where readers see it, and where not."""

    @pytest.fixture
    def document(self) -> Document:
        """A document in French and English whose earlier version alone has a summary, in French."""
        document = make_document()
        first = make_version(document, "2026-01-01", text="Texte zazou.", published=False)
        make_edition(first, language="en", text="Zazou text.")
        publish(version=first, by=None)
        write(first)
        return document

    def test_above_the_text_with_the_mark(self, client: Client, document: Document) -> None:
        version = document.versions.get()
        for address in (
            document.get_absolute_url(),
            document.get_absolute_url() + "?on=2026-06-01",
            version.get_absolute_url(),
        ):
            found = page(client, address)
            assert found.index('id="page-brief"') < found.index("gizmotron") < found.index("Texte zazou.")
            assert found.count("gizmotron") == 1
        write(version, "- A gizmotron.", "en")
        found = page(client, document.get_absolute_url(), "en")
        assert '<h2 id="page-brief">In brief</h2>' in found
        assert "This summary is not binding. Only the text itself counts." in found
        assert "A gizmotron" in found
        assert "Un gizmotron" not in found

    def test_who_reads_another_language_gets_none(self, client: Client, document: Document) -> None:
        assert "page-brief" not in page(client, document.get_absolute_url(), "en")
        alone = make_version(make_document("alone"), "2026-01-01")
        write(alone)
        found = page(client, alone.document.get_absolute_url(), "en")
        assert "Texte du 2026-01-01." in found
        assert "page-brief" not in found

    def test_a_later_version_does_not_get_it(self, client: Client, document: Document) -> None:
        later = make_version(document, "2026-02-01", text="Texte nouveau.")
        assert "page-brief" not in page(client, document.get_absolute_url())
        assert "page-brief" not in page(client, later.get_absolute_url())
        assert "page-brief" in page(client, document.get_absolute_url() + "?on=2026-01-15")
        assert "page-brief" in page(
            client, document.versions.get(revision=1, effective_on="2026-01-01").get_absolute_url()
        )

    def test_a_draft_shows_it_in_the_preview(self, client: Client) -> None:
        draft = make_version(make_document(), "2090-01-01", published=False)
        write(draft)
        found = page(client, preview_url(draft))
        assert found.index("gizmotron") < found.index("Texte du 2090-01-01.")

    def test_it_is_not_part_of_the_legal_text(self, client: Client, document: Document) -> None:
        make_version(document, "2026-02-01", text="Texte nouveau.")
        first = document.versions.get(effective_on="2026-01-01")
        assert found("zazou") == [first.pk]
        assert found("gizmotron") == []
        compared = reverse("documents:compare", args=[document.slug, "2026-01-01", "2026-02-01"])
        assert "Texte" in page(client, compared)
        assert "gizmotron" not in page(client, compared)
        archive = client.get(reverse("documents:applied-zip") + "?on=2026-01-15").getvalue()
        with zipfile.ZipFile(io.BytesIO(archive)) as files:
            texts = {name: files.read(name).decode() for name in files.namelist() if name.endswith(".html")}
        assert "zazou" in texts[f"{document.slug}/{first.editions.get(language='fr').file_name[:-4]}.html"]
        assert not any("gizmotron" in text or "page-brief" in text for text in texts.values())

    def test_the_complaints_page_shows_that_of_the_policy(self, client: Client) -> None:
        for language, words in (
            ("fr", 'C’est <a href="#quest-ce-quune'),
            ("en", 'that is <a href="#what-counts'),
        ):
            with translation.override(language):
                assert words in client.get(reverse("complaint-policy")).text


class TestWriting:
    """Who may write it when, and what is kept."""

    def test_editors_before_the_review_and_approvers_always(self, client: Client) -> None:
        editor = staff(client, "example-editor", "change_version")
        approver = staff(client, "example-approver", "publish_version")
        auditor = staff(client, "example-auditor")
        version = make_version(make_document(), "2026-01-01", published=False)
        everybody = (editor, approver, auditor)
        assert [may_summarise(user, version) for user in everybody] == [True, True, False]
        submit(version=version, by=editor)
        assert [may_summarise(user, version) for user in everybody] == [False, True, False]

    def test_the_record_keeps_every_wording_with_who_and_when(self) -> None:
        approver = User.objects.create_user("example-approver")
        version = make_version(make_document(), "2026-01-01")
        before = timezone.now()
        write(version)
        summary = summarise(version=version, language="fr", text="- Un\r\n- Deux\r\n", by=approver)
        assert summary is not None
        assert (summary.text, summary.written_by) == ("- Un\n- Deux", approver)
        assert summary.written_at > before
        write(version, "- Un\n- Deux")
        write(version, " ")
        assert not version.summaries.exists()
        record = version.events.filter(step=PublicationEvent.Step.SUMMARISED)
        assert list(record.values_list("actor", "note")) == [
            ("", "fr:\n- Un gizmotron."),
            ("example-approver", "fr:\n- Un\n- Deux"),
            ("", "fr:\n"),
        ]

    def test_it_is_no_step_of_the_version(self) -> None:
        version = make_version(make_document(), "2026-01-01", published=False)
        seen = last_step(version)
        write(version)
        assert last_step(version) == seen
        version.delete()
        assert not Summary.objects.filter(text="- Un gizmotron.").exists()

    def test_a_withdrawn_version_keeps_its_own(self, client: Client) -> None:
        version = make_version(make_document(), "2026-01-01")
        write(version)
        withdraw(
            version=version,
            by=User.objects.create_user("example-approver"),
            reason_fr="Exemple",
            reason_en="Example",
        )
        assert "page-brief" in page(client, version.get_absolute_url())

    def test_two_colleagues_do_not_write_over_each_other(self) -> None:
        version = make_version(make_document(), "2026-01-01")
        seen = last_change(version, "fr")
        write(version, "- A point.", "en")
        summarise(version=version, language="fr", text="- Un.", by=None, seen=seen)
        with pytest.raises(PublishingRefused):
            summarise(version=version, language="fr", text="- Deux.", by=None, seen=seen)
        assert version.summaries.get(language="fr").text == "- Un."

    @pytest.mark.parametrize(
        "text",
        ["- Un\n" * 7, "- " + "a" * 301, "- Un [lien](#nulle-part).", "- [Un](#objet) [autre](#autre)"],
    )
    def test_what_is_no_summary_is_refused(self, text: str) -> None:
        version = make_version(make_document(), "2026-01-01", text="## Objet\n\nTexte.")
        with pytest.raises(ValidationError):
            write(version, text)
        write(version, "- Un [lien](#objet).\n" * 6)
        write(version, "- [" + "a" * 300 + "](#objet)")

    def test_a_draft_says_which_links_have_lost_their_place(self) -> None:
        version = make_version(make_document(), "2090-01-01", text="## Objet\n\nTexte.", published=False)
        write(version, "- Un [lien](#objet).")
        assert not [each for each in warnings(version) if "#objet" in each]
        version.editions.update(text="## Prix\n\nTexte.")
        assert [each for each in warnings(Version.objects.get(pk=version.pk)) if "#objet" in each]


class TestAdmin:
    """The page on which staff write it."""

    @staticmethod
    def address(version: Version, language: str = "fr") -> str:
        return reverse("admin:documents_version_summary", args=[version.pk, language])

    def send(self, client: Client, version: Version, **data: str) -> Any:
        return client.post(self.address(version), {"seen": last_change(version, "fr"), **data})

    def test_from_a_published_version_to_its_summary(self, client: Client) -> None:
        version = make_version(make_document(), "2026-01-01", text="## Objet\n\nTexte.")
        approver = staff(client, "example-approver", "publish_version")
        change = reverse("admin:documents_version_change", args=[version.pk])
        assert self.address(version) in client.get(change).text
        assert "#objet" in client.get(self.address(version)).text
        assert re.search('<textarea[^>]* lang="fr"', client.get(self.address(version)).text)
        shown = self.send(client, version, text="- Un [gizmotron](#objet).", preview="1")
        assert '<a href="#objet" rel="noopener noreferrer">gizmotron</a>' in shown.text
        assert not version.summaries.exists()
        assert self.send(client, version, text="- Un [gizmotron](#objet).").url == change
        assert version.summaries.get().written_by == approver
        assert "example-approver" in client.get(change).text

    def test_what_was_typed_comes_back_with_what_is_wrong(self, client: Client) -> None:
        version = make_version(make_document(), "2026-01-01")
        staff(client, "example-approver", "publish_version")
        shown = self.send(client, version, text="- Un [gizmotron](#nulle-part).")
        assert shown.context["form"].errors["text"]
        assert "- Un [gizmotron](#nulle-part)." in shown.text
        seen = last_change(version, "fr")
        write(version)
        shown = client.post(self.address(version), {"seen": seen, "text": "- Un zazou."})
        assert shown.context["form"].non_field_errors()
        assert "- Un zazou." in shown.text
        assert version.summaries.get().text == "- Un gizmotron."

    def test_emptied_it_is_removed(self, client: Client) -> None:
        version = make_version(make_document(), "2026-01-01")
        write(version)
        staff(client, "example-approver", "publish_version")
        self.send(client, version, text="")
        assert not version.summaries.exists()

    def test_an_editor_finds_no_way_to_that_of_a_published_version(self, client: Client) -> None:
        published = make_version(make_document(), "2026-01-01")
        draft = make_version(published.document, "2090-01-01", published=False)
        staff(client, "example-editor", "change_version")
        change = reverse("admin:documents_version_change", args=[published.pk])
        assert self.address(published) not in client.get(change).text
        assert client.get(self.address(published)).status_code == 403
        assert self.send(client, published, text="- Un.").status_code == 403
        assert client.get(self.address(draft)).status_code == 200
        assert client.get(self.address(draft, "de")).status_code == 404


def test_staff_are_told_which_texts_in_force_have_none() -> None:
    long = make_version(make_document("long"), "2026-01-01", text="mot " * 80, published=False)
    make_edition(long, language="en", text="word " * 80)
    publish(version=long, by=None)
    make_version(make_document("short"), "2026-01-01", text="mot " * 20)
    today = timezone.localdate()
    assert attention.unsummarised(today) == [long]
    write(long)
    assert attention.unsummarised(today) == [long]
    write(long, "- A point.", "en")
    assert attention.unsummarised(today) == []
    later = make_version(long.document, "2026-02-01", text="mot " * 90)
    assert attention.unsummarised(today) == [later]


def test_the_summaries_that_ship_are_sound_and_hold_no_number_that_the_text_does_not() -> None:
    files = sorted(path.relative_to(CONTENT / "summaries") for path in (CONTENT / "summaries").rglob("*.md"))
    assert len(files) == Summary.objects.count() == 6
    for file in files:
        date, language = file.name.removesuffix(".md").split(".")
        summary = Summary.objects.get(
            version__document__slug=file.parent.name, version__effective_on=date, language=language
        )
        summary.full_clean()
        edition = summary.version.editions.get(language=language)
        assert set(FACTS.findall(summary.text)) <= set(FACTS.findall(edition.text)), file
        if rendering.anchors(edition.text):
            assert all('href="#' in point for point in summary.points()), file
