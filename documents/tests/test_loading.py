"""The company's texts come in as the files have them, once, and stay."""

import shutil
from pathlib import Path

import pytest
from django.core.management import call_command

from core.loader import ContentLoader
from core.models import LoadedContent
from documents import loading
from documents.models import Document, Edition, Passage, PublicationEvent, Section, Summary, Version
from documents.summaries import summarise
from documents.tests.factories import make_version

pytestmark = pytest.mark.django_db

NOTICES = {"mail-disclaimer", "company-identity", "data-protection", "complaint-handling"}


def test_twelve_documents_eight_of_them_files() -> None:
    assert Document.objects.count() == 12
    files = Document.objects.filter(versions__editions__file__gt="").distinct()
    assert {document.slug for document in files} == set(
        Document.objects.values_list("slug", flat=True)
    ) - NOTICES


def test_every_file_is_marked_as_a_specimen_on_every_page() -> None:
    for edition in Edition.objects.exclude(file=""):
        assert edition.is_specimen
        pages = edition.file_text.split("\f")
        assert len(pages) == edition.file_pages
        assert all("SPECIMEN" in page for page in pages)


def test_notices_are_in_both_languages() -> None:
    for slug in NOTICES:
        languages = Edition.objects.filter(version__document__slug=slug).values_list("language", flat=True)
        assert sorted(languages) == ["en", "fr"]


def test_originals_are_in_the_language_of_the_source() -> None:
    english = Document.objects.filter(original_language="en").values_list("slug", flat=True)
    assert list(english) == ["complaint-handling"]


def test_two_documents_have_files_in_both_languages_and_one_has_a_history() -> None:
    in_english = Edition.objects.exclude(file="").filter(language="en").values("version__document").distinct()
    assert in_english.count() >= 2
    dates = Version.objects.filter(document__slug="ict-terms").values_list("effective_on", flat=True)
    assert len(set(dates)) == 2
    texts = Edition.objects.filter(version__document__slug="ict-terms", language="fr").values_list(
        "file_text", flat=True
    )
    assert len(set(texts)) == 2


def test_loading_again_changes_nothing() -> None:
    def stored() -> list[tuple[object, ...]]:
        return [
            *Version.objects.values_list("pk", "published_at").order_by("pk"),
            *Edition.objects.values_list("pk", "file", "text").order_by("pk"),
        ]

    before = stored()
    call_command("load_content", verbosity=0)
    assert stored() == before


def test_a_title_that_staff_changed_stays() -> None:
    Document.objects.filter(slug="cookies").update(title_fr="Titre de la rédaction")
    call_command("load_content", verbosity=0)
    assert Document.objects.get(slug="cookies").title_fr == "Titre de la rédaction"


def test_a_version_that_staff_added_stays_beside_the_loaded_one() -> None:
    document = Document.objects.get(slug="cookies")
    Version.objects.create(document=document, effective_on="2026-12-01")
    loader = ContentLoader()
    loading.load(loader, specimens=True)
    assert document.versions.count() == 2
    assert set(loader.counts) == {"unchanged"}


def test_without_specimens_only_the_notices_have_a_version() -> None:
    PublicationEvent.objects.all()._raw_delete(using="default")  # past the rule that they stay
    Passage.objects.all().delete()
    Summary.objects.all().delete()
    Edition.objects.all()._raw_delete(using="default")  # past the freeze
    Version.objects.all()._raw_delete(using="default")  # past the freeze
    LoadedContent.objects.filter(key__startswith="documents.version").delete()
    loading.load(ContentLoader(), specimens=False)
    assert {version.document.slug for version in Version.objects.select_related("document")} == NOTICES


def forget(slug: str) -> Document:
    """Return a document as if its versions had never been loaded."""
    LoadedContent.objects.filter(key__startswith=f"documents.version:{slug}/").delete()
    document = Document.objects.get(slug=slug)
    events = PublicationEvent.objects.filter(version__document=document)
    events._raw_delete(using="default")  # past the rule that they stay
    Passage.objects.filter(edition__version__document=document).delete()
    Summary.objects.filter(version__document=document).delete()
    Edition.objects.filter(version__document=document)._raw_delete(using="default")  # past the freeze
    Version.objects.filter(document=document)._raw_delete(using="default")  # past the freeze
    return document


def test_no_specimen_is_put_beside_the_companys_own_file() -> None:
    document = forget("ict-terms")
    make_version(document, "2024-01-01", text="Les conditions de la société.")
    loader = ContentLoader()
    loading.load(loader, specimens=True)
    assert document.versions.count() == 1
    assert "documents.version:ict-terms/2025-01-01" in loader.kept


def test_a_draft_of_staff_on_the_files_date_is_left_alone_and_not_taken_for_it() -> None:
    document = forget("cookies")
    draft = make_version(document, "2025-01-01", published=False)
    loading.load(ContentLoader(), specimens=True)
    assert document.versions.get() == draft
    draft.delete()
    loading.load(ContentLoader(), specimens=True)
    assert document.versions.get().is_published


def load_again(slug: str = "mail-disclaimer") -> tuple[ContentLoader, list[str]]:
    """Load the texts anew; return the run and the French summaries of a document."""
    loader = ContentLoader()
    loading.load(loader, specimens=True)
    return loader, list(
        Summary.objects.filter(version__document__slug=slug, language="fr").values_list("text", flat=True)
    )


def test_a_summary_follows_its_file_until_staff_write_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    folder = tmp_path / "content"
    shutil.copytree(loading.CONTENT, folder)
    file = folder / "summaries" / "mail-disclaimer" / "2026-11-23.fr.md"
    monkeypatch.setattr(loading, "CONTENT", folder)
    file.write_text("- Un point relu.\n", encoding="utf-8")
    loader, texts = load_again()
    assert (texts, loader.counts["updated"]) == (["- Un point relu."], 1)
    version = Version.objects.get(document__slug="mail-disclaimer")
    summarise(version=version, language="fr", text="- Un point de la rédaction.", by=None)
    file.write_text("- Un autre point.\n", encoding="utf-8")
    loader, texts = load_again()
    assert texts == ["- Un point de la rédaction."]
    assert loader.kept == ["documents.summary:mail-disclaimer/2026-11-23/fr"]
    summarise(version=version, language="fr", text="", by=None)
    loader, texts = load_again()
    assert texts == []
    assert loader.kept == ["documents.summary:mail-disclaimer/2026-11-23/fr"]


def test_a_summary_that_staff_wrote_first_stays() -> None:
    LoadedContent.objects.filter(key__startswith="documents.summary:").delete()
    version = Version.objects.get(document__slug="mail-disclaimer")
    summarise(version=version, language="fr", text="- Un point de la rédaction.", by=None)
    assert load_again()[1] == ["- Un point de la rédaction."]


def test_a_summary_is_not_put_above_another_wording_of_the_same_day() -> None:
    document = forget("mail-disclaimer")
    LoadedContent.objects.filter(key__startswith="documents.summary:").delete()
    make_version(document, "2026-11-23", text="Un texte de la rédaction.")
    loader, texts = load_again()
    assert texts == []
    assert "documents.summary:mail-disclaimer/2026-11-23/fr" in loader.kept


def test_a_section_that_staff_removed_leaves_its_documents_as_they_are() -> None:
    Section.objects.filter(slug="roaming").update(slug="renamed")
    loader = ContentLoader()
    loading.load(loader, specimens=True)
    assert "documents.document:roaming-net-neutrality" in loader.kept
    assert Document.objects.get(slug="roaming-net-neutrality").section.slug == "renamed"
