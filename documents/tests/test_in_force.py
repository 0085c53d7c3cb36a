"""Which version applies on a day."""

import datetime

import pytest
from django.core.exceptions import ValidationError
from django.db import models
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from documents.applied import applied
from documents.models import Version
from documents.tests.factories import make_document, make_version
from documents.timeline import Standing, governing, timeline

DAY = datetime.timedelta(days=1)
FIRST = datetime.date(2026, 1, 1)


@pytest.mark.django_db
def test_the_latest_version_that_has_begun_is_in_force() -> None:
    document = make_document()
    old, new = make_version(document, "2026-01-01"), make_version(document, "2026-06-01")
    make_version(document, "2026-03-01", published=False)
    begins = new.effective_on

    def in_force(on: datetime.date) -> Version | None:
        return Version.objects.filter(document=document).in_force(on).first()

    assert in_force(old.effective_on - DAY) is None
    assert in_force(old.effective_on) == old
    assert in_force(begins - DAY) == old
    assert in_force(begins) == new


@pytest.mark.django_db
def test_a_correction_of_the_same_day_takes_the_place_of_what_it_corrects() -> None:
    document = make_document()
    wrong = make_version(document, "2026-01-01")
    right = make_version(document, "2026-01-01", revision=2)
    assert list(Version.objects.filter(document=document).in_force(FIRST)) == [right]
    assert (wrong.address, right.address) == ("2026-01-01", "2026-01-01-2")
    latest, corrected = timeline([wrong, right], FIRST)
    assert (latest.version, latest.standing) == (right, Standing.IN_FORCE)
    assert (corrected.standing, corrected.never_applied) == (Standing.SUPERSEDED, True)


@pytest.mark.django_db
def test_a_change_is_what_takes_the_place_of_an_earlier_version() -> None:
    document = make_document()
    first = make_version(document, "2026-01-01")
    correction = make_version(document, "2026-01-01", revision=2)
    later = make_version(document, "2026-03-01")
    make_version(document, "2026-06-01", published=False)
    assert list(Version.objects.filter(document=document).changes()) == [later, correction]
    assert first not in Version.objects.changes()


@pytest.mark.django_db
def test_timeline_says_from_when_to_when() -> None:
    document = make_document()
    versions = [make_version(document, date) for date in ("2026-01-01", "2026-03-01", "2026-09-01")]
    periods = timeline(versions, datetime.date(2026, 5, 1))
    assert [(period.version, period.last_on, period.standing) for period in periods] == [
        (versions[2], None, Standing.ANNOUNCED),
        (versions[1], datetime.date(2026, 8, 31), Standing.IN_FORCE),
        (versions[0], datetime.date(2026, 2, 28), Standing.SUPERSEDED),
    ]


class AnySetOfVersions(TestCase):
    """For any set of versions and any day, query and timeline name the same single version."""

    @settings(max_examples=80, deadline=None)
    @given(
        versions=st.sets(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=6),
        drafts=st.sets(st.integers(0, 5)),
        withdrawn=st.dictionaries(st.integers(0, 5), st.integers(-1, 33)),
        day=st.integers(-2, 34),
    )
    def test_at_most_one_and_the_right_one(
        self,
        versions: set[tuple[int, int]],
        drafts: set[int],
        withdrawn: dict[int, int],
        day: int,
    ) -> None:
        document, on = make_document(), FIRST + day * DAY
        published = []
        for number, (offset, revision) in enumerate(sorted(versions)):
            version = make_version(
                document,
                (FIRST + offset * DAY).isoformat(),
                revision=revision,
                published=number not in drafts,
            )
            if version.is_published:
                if number in withdrawn:
                    # On any day, also one that the step itself would refuse.
                    version.withdrawn_on = FIRST + withdrawn[number] * DAY
                    models.QuerySet(Version).filter(pk=version.pk).update(withdrawn_on=version.withdrawn_on)
                published.append(version)
        found = list(Version.objects.filter(document=document).in_force(on))
        assert found == self.expected(published, on)
        standing = [p.version for p in timeline(published, on) if p.standing is Standing.IN_FORCE]
        assert standing == found

    @settings(max_examples=80, deadline=None)
    @given(
        versions=st.lists(
            st.tuples(
                st.integers(0, 20),
                st.integers(1, 2),
                st.none() | st.integers(0, 20),
                st.none() | st.integers(1, 20),
                st.none() | st.integers(-1, 25),
            ),
            max_size=6,
            unique_by=lambda values: values[:2],
        ),
        day=st.integers(-2, 24),
        signed=st.integers(-2, 24),
    )
    def test_one_for_each_contract(
        self,
        versions: list[tuple[int, int, int | None, int | None, int | None]],
        day: int,
        signed: int,
    ) -> None:
        """For any declared contracts: query and timeline name the same one for a contract of any day."""
        document, on, signed_on = make_document(), FIRST + day * DAY, FIRST + signed * DAY
        published = []
        for begins, revision, from_, length, withdrawn in versions:
            signed_from = None if from_ is None else min(from_, begins)
            version = make_version(
                document,
                (FIRST + begins * DAY).isoformat(),
                revision=revision,
                contracts_from_on=None if signed_from is None else FIRST + signed_from * DAY,
                contracts_until_on=None if length is None else FIRST + ((signed_from or 0) + length) * DAY,
            )
            if withdrawn is not None:
                version.withdrawn_on = FIRST + withdrawn * DAY
                models.QuerySet(Version).filter(pk=version.pk).update(withdrawn_on=version.withdrawn_on)
            published.append(version)
        found = list(Version.objects.filter(document=document).in_force(on, signed_on=signed_on))
        meant = [version for version in published if signed_on in version.contracts]
        assert found == self.expected(meant, on)
        periods = timeline(published, on)
        governs = [
            period.version
            for period in periods
            if period.standing is Standing.IN_FORCE
            and any(signed_on in interval for interval in period.contracts)
        ]
        assert governs == found
        period = governing(periods, signed_on)
        assert [period.version] == found if period else not found

    def expected(self, published: list[Version], on: datetime.date) -> list[Version]:
        """Say it another way: the last that has begun and was not taken back before, unless it has ended."""
        begun = [
            version
            for version in published
            if version.effective_on <= on
            and not (version.withdrawn_on and version.withdrawn_on <= version.effective_on)
        ]
        last = max(begun, key=lambda version: (version.effective_on, version.revision), default=None)
        if last is None or (last.withdrawn_on and last.withdrawn_on <= on):
            return []
        return [last]

    @settings(max_examples=80, deadline=None)
    @given(
        offsets=st.lists(st.tuples(st.integers(0, 30), st.integers(1, 3)), max_size=6, unique=True),
        withdrawn=st.dictionaries(st.integers(0, 5), st.integers(-1, 33)),
        day=st.integers(-2, 34),
    )
    def test_periods_never_overlap(
        self, offsets: list[tuple[int, int]], withdrawn: dict[int, int], day: int
    ) -> None:
        versions = [
            Version(
                effective_on=FIRST + offset * DAY,
                revision=revision,
                withdrawn_on=FIRST + withdrawn[number] * DAY if number in withdrawn else None,
            )
            for number, (offset, revision) in enumerate(offsets)
        ]
        covered: set[datetime.date] = set()
        for period in timeline(versions, FIRST + day * DAY):
            end = period.until_on or FIRST + 40 * DAY
            days = {
                period.version.effective_on + n * DAY for n in range((end - period.version.effective_on).days)
            }
            assert not days & covered
            covered |= days
            if period.standing is Standing.IN_FORCE:
                assert FIRST + day * DAY in days


@pytest.mark.django_db
def test_the_texts_of_a_day_end_when_the_timeline_says() -> None:
    document = make_document()
    make_version(document, "2026-01-01")
    make_version(document, "2026-01-01", revision=2)
    taken_back = make_version(document, "2026-02-01")
    models.QuerySet(Version).filter(pk=taken_back.pk).update(withdrawn_on=datetime.date(2026, 1, 20))
    last = make_version(document, "2026-03-01")
    models.QuerySet(Version).filter(pk=last.pk).update(withdrawn_on=datetime.date(2026, 4, 1))
    versions = list(document.versions.published())
    for day in (FIRST, datetime.date(2026, 2, 15), datetime.date(2026, 3, 31)):
        ((_section, (text,)),) = applied(day, "example")
        (period,) = [p for p in timeline(versions, day) if p.standing is Standing.IN_FORCE]
        assert (text.version, text.period.until_on) == (period.version, period.until_on)
    assert applied(datetime.date(2026, 4, 1), "example") == []


@pytest.mark.django_db
def test_two_versions_side_by_side(client: Client) -> None:
    document = make_document()
    old = make_version(document, "2026-01-01", text="Ancien texte.")
    new = make_version(
        document, "2026-06-01", text="Nouveau texte.", contracts_from_on=datetime.date(2026, 6, 1)
    )
    first, second = timeline([old, new], datetime.date(2026, 7, 1))
    assert (first.standing, second.standing) == (Standing.IN_FORCE, Standing.IN_FORCE)
    assert second.until_on is None
    page = client.get("/fr/documents/example-terms/?on=2026-07-01").text.replace("\u00a0", " ")
    assert "Nouveau texte." in page
    assert "pour les contrats signés avant le 1er juin 2026" in page
    assert "/fr/documents/example-terms/2026-01-01/" in page
    page = client.get("/en/documents/example-terms/2026-01-01/").text.replace("\u00a0", " ")
    assert "In force since 1 January 2026; for contracts signed before 1 June 2026" in page
    ((_section, (text,)),) = applied(datetime.date(2026, 3, 1), "example")
    assert (text.version, text.period.until_on) == (old, None)


@pytest.mark.django_db
def test_a_version_for_contracts_not_yet_signed_when_it_begins_is_refused() -> None:
    version = Version(
        document=make_document(),
        effective_on=FIRST,
        contracts_from_on=FIRST + DAY,
        contracts_until_on=FIRST + DAY,
    )
    with pytest.raises(ValidationError) as refused:
        version.full_clean()
    assert len(refused.value.messages) == 2
