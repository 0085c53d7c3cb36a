"""Legal holds: asked for by one, confirmed by another, lifted; and what the database holds together."""

import datetime
import re

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone, translation

from complaints import handling, holds, retention
from complaints.models import Complaint, Hold, HoldExtension
from complaints.steps import StepRefused
from complaints.tests.factories import make_complaint, make_staff
from core.dates import long_date

pytestmark = pytest.mark.django_db

TODAY = timezone.localdate()
UNTIL = TODAY + datetime.timedelta(days=30)


@pytest.fixture
def one() -> User:
    return make_staff("One", "view_complaint", "view_hold", "view_event", "add_hold", "change_hold")


@pytest.fixture
def two() -> User:
    return make_staff("Two", "view_complaint", "view_hold", "view_event", "add_hold", "change_hold")


def ask(complaint: Complaint, by: User, until_on: datetime.date = UNTIL) -> None:
    holds.request_hold(complaint=complaint, reason="A court asks.", until_on=until_on, by=by)


def trail(complaint: Complaint) -> list[tuple[str, str, str]]:
    return list(complaint.events.values_list("action", "actor", "note")[1:])


def test_asked_for_confirmed_and_lifted_with_a_trail(one: User, two: User) -> None:
    complaint = make_complaint()
    ask(complaint, one)
    hold = complaint.holds.get()
    assert (hold.reason, hold.until_on, hold.requested_by) == ("A court asks.", UNTIL, one)
    assert not Hold.objects.active(TODAY).exists()
    holds.confirm_hold(complaint=complaint, by=two)
    hold.refresh_from_db()
    assert hold.confirmed_by == two
    assert hold.confirmed_at is not None
    assert Hold.objects.active(TODAY).get() == hold
    holds.lift_hold(complaint=complaint, by=one)
    assert not Hold.objects.active(TODAY).exists()
    assert holds.current_hold(complaint) is None
    assert trail(complaint) == [
        ("held", "Example One", "A court asks."),
        ("confirmed", "Example Two", ""),
        ("lifted", "Example One", ""),
    ]


def test_what_waits_for_somebody_is_what_others_have_asked_for(one: User, two: User) -> None:
    complaint = make_complaint()
    ask(complaint, one)
    assert Hold.objects.to_confirm(two).exists()
    assert not Hold.objects.to_confirm(one).exists()
    holds.confirm_hold(complaint=complaint, by=two)
    assert not Hold.objects.to_confirm(two).exists()
    later = UNTIL + datetime.timedelta(days=30)
    holds.request_extension(complaint=complaint, reason="The court asks again.", until_on=later, by=two)
    assert Hold.objects.to_confirm(one).exists()
    assert not Hold.objects.to_confirm(two).exists()
    holds.decline_extension(complaint=complaint, by=one)
    assert not Hold.objects.to_confirm(one).exists()


def test_a_hold_ends_with_the_day_before_its_end(one: User, two: User) -> None:
    complaint = make_complaint()
    ask(complaint, one)
    holds.confirm_hold(complaint=complaint, by=two)
    assert Hold.objects.active(UNTIL - datetime.timedelta(days=1)).exists()
    assert not Hold.objects.active(UNTIL).exists()


def test_what_is_refused_leaves_no_trail(one: User, two: User) -> None:
    complaint = make_complaint()
    for step in (holds.confirm_hold, holds.lift_hold):
        with pytest.raises(StepRefused):
            step(complaint=complaint, by=one)
    assert trail(complaint) == []
    ask(complaint, one)
    with pytest.raises(StepRefused):
        ask(complaint, two)
    with pytest.raises(StepRefused):
        holds.confirm_hold(complaint=complaint, by=one)
    holds.confirm_hold(complaint=complaint, by=two)
    with pytest.raises(StepRefused):
        holds.confirm_hold(complaint=complaint, by=two)
    holds.lift_hold(complaint=complaint, by=two)
    for step in (holds.confirm_hold, holds.lift_hold):
        with pytest.raises(StepRefused):
            step(complaint=complaint, by=one)
    assert [action for action, _actor, _note in trail(complaint)] == ["held", "confirmed", "lifted"]


@pytest.mark.parametrize("days", [-400, -1, 0])
def test_an_end_that_is_not_to_come_is_refused(one: User, days: int) -> None:
    complaint = make_complaint()
    with pytest.raises(StepRefused):
        ask(complaint, one, TODAY + datetime.timedelta(days=days))
    assert not complaint.holds.exists()
    ask(complaint, one, TODAY + datetime.timedelta(days=1))
    assert complaint.holds.exists()


def test_after_one_is_lifted_another_can_be_asked_for(one: User) -> None:
    complaint = make_complaint()
    for _time in range(2):
        ask(complaint, one)
        holds.lift_hold(complaint=complaint, by=one)
    assert complaint.holds.count() == 2


def test_any_case_can_be_held_but_one_that_is_erased(one: User) -> None:
    spam, withdrawn, erased = (make_complaint(summary=name) for name in ("spam", "withdrawn", "erased"))
    handling.set_aside(complaint=spam, reason="Spam.", by=one)
    handling.withdraw(complaint=withdrawn, reason="", by=one)
    retention.erase(complaint=erased)
    for complaint in (spam, withdrawn):
        ask(complaint, one)
        assert complaint.holds.exists()
    with pytest.raises(StepRefused):
        ask(erased, one)


def test_the_database_refuses_what_the_steps_refuse(one: User, two: User) -> None:
    complaint = make_complaint()
    ask(complaint, one)
    hold = complaint.holds.filter(lifted_at__isnull=True)
    now = timezone.now()
    for broken in (
        {"confirmed_by": one, "confirmed_at": now},
        {"confirmed_by": two},
        {"confirmed_at": now},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            hold.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Hold.objects.create(complaint=complaint, reason="Twice.", until_on=UNTIL, requested_by=two)
    assert hold.update(confirmed_by=two, confirmed_at=now) == 1


class TestExtending:
    """A later end takes two people as well, and the old one stays on record."""

    LONGER = UNTIL + datetime.timedelta(days=100)

    @pytest.fixture
    def held(self, one: User, two: User) -> Complaint:
        complaint = make_complaint()
        ask(complaint, one)
        holds.confirm_hold(complaint=complaint, by=two)
        return complaint

    def extend(self, complaint: Complaint, by: User, until_on: datetime.date = LONGER) -> None:
        holds.request_extension(complaint=complaint, reason="An appeal.", until_on=until_on, by=by)

    def test_asked_for_and_confirmed_with_a_trail(self, held: Complaint, one: User, two: User) -> None:
        with translation.override("en"):
            self.extend(held, two)
        assert held.holds.get().until_on == UNTIL, "what one person asks for does not count yet"
        with translation.override("en"):
            holds.confirm_extension(complaint=held, by=one)
            ends = f"Until {long_date(self.LONGER)} instead of {long_date(UNTIL)}."
        hold = held.holds.get()
        assert (hold.until_on, hold.requested_by, hold.confirmed_by) == (self.LONGER, one, two)
        assert Hold.objects.active(UNTIL).get() == hold
        extension = hold.extensions.get()
        assert (extension.requested_by, extension.confirmed_by) == (two, one)
        assert trail(held)[2:] == [
            ("extension", "Example Two", f"{ends}\nAn appeal."),
            ("extended", "Example One", ends),
        ]
        # And again, now by the other way round.
        self.extend(held, one, self.LONGER + datetime.timedelta(days=1))
        holds.confirm_extension(complaint=held, by=two)
        assert hold.extensions.count() == 2

    def test_declined_it_leaves_the_end_as_it_was(self, held: Complaint, one: User) -> None:
        self.extend(held, one)
        holds.decline_extension(complaint=held, by=one)
        assert held.holds.get().until_on == UNTIL
        assert trail(held)[-1][:2] == ("declined", "Example One")
        with pytest.raises(StepRefused):
            holds.confirm_extension(complaint=held, by=one)
        self.extend(held, one)

    def test_a_hold_that_is_over_is_extended_while_the_case_is_there(
        self, held: Complaint, one: User, two: User
    ) -> None:
        held.holds.update(until_on=TODAY)
        with pytest.raises(StepRefused):
            self.extend(held, one, TODAY)
        self.extend(held, one)
        assert not Hold.objects.active(TODAY).exists()
        holds.confirm_extension(complaint=held, by=two)
        assert Hold.objects.active(TODAY).exists()

    def test_what_is_refused_leaves_no_trail(self, one: User, two: User) -> None:
        complaint = make_complaint()
        for _time in range(2):
            with pytest.raises(StepRefused):
                self.extend(complaint, one)
            for step in (holds.confirm_extension, holds.decline_extension):
                with pytest.raises(StepRefused):
                    step(complaint=complaint, by=two)
            if not complaint.holds.exists():
                ask(complaint, one)
        holds.confirm_hold(complaint=complaint, by=two)
        for too_soon in (TODAY, UNTIL - datetime.timedelta(days=1), UNTIL):
            with pytest.raises(StepRefused):
                self.extend(complaint, one, too_soon)
        self.extend(complaint, one)
        with pytest.raises(StepRefused):
            self.extend(complaint, two, self.LONGER + datetime.timedelta(days=1))
        with pytest.raises(StepRefused):
            holds.confirm_extension(complaint=complaint, by=one)
        assert [action for action, _actor, _note in trail(complaint)] == ["held", "confirmed", "extension"]
        holds.lift_hold(complaint=complaint, by=two)
        with pytest.raises(StepRefused):
            holds.confirm_extension(complaint=complaint, by=two)

    def test_the_database_refuses_what_the_steps_refuse(self, held: Complaint, one: User, two: User) -> None:
        self.extend(held, one)
        waiting, now = HoldExtension.objects.all(), timezone.now()
        with pytest.raises(IntegrityError), transaction.atomic():
            waiting.update(confirmed_by=one, confirmed_at=now)
        with pytest.raises(IntegrityError), transaction.atomic():
            HoldExtension.objects.create(
                hold=held.holds.get(), reason="Twice.", until_on=self.LONGER, requested_by=two
            )
        assert waiting.update(confirmed_by=two, confirmed_at=now) == 1

    def test_the_case_shows_who_asks_until_when_and_why(
        self, client: Client, held: Complaint, one: User, two: User
    ) -> None:
        self.extend(held, one)
        client.cookies["django_language"] = "en"
        client.force_login(two)
        page = client.get(reverse("admin:complaints_complaint_change", args=[held.pk])).text
        with translation.override("en"):
            assert f"Until {long_date(self.LONGER)}, requested by Example One: An appeal." in page
        holds.confirm_extension(complaint=held, by=two)
        page = client.get(reverse("admin:complaints_complaint_change", args=[held.pk])).text
        assert "requested by Example One" not in page


class TestInTheAdmin:
    """Two people with the permission, one after the other."""

    def url(self, complaint: Complaint, name: str = "") -> str:
        if name:
            return reverse("admin:complaints_complaint_step", args=[complaint.pk, name])
        return reverse("admin:complaints_complaint_change", args=[complaint.pk])

    @pytest.mark.parametrize("language", ["fr", "en"])
    def test_the_case_shows_its_hold(self, client: Client, one: User, two: User, language: str) -> None:
        complaint = make_complaint()
        client.cookies["django_language"] = language
        client.force_login(one)
        given = {"reason": "Affaire 12/26 devant le tribunal.", "until_on": UNTIL.isoformat()}
        assert client.post(self.url(complaint, "hold"), given).status_code == 302
        own = client.get(self.url(complaint)).text
        assert own.count("Affaire 12/26") == 2  # the hold and its event
        assert self.url(complaint, "confirm_hold") not in own
        client.force_login(two)
        assert self.url(complaint, "confirm_hold") in client.get(self.url(complaint)).text
        assert client.post(self.url(complaint, "confirm_hold")).status_code == 302
        confirmed = client.get(self.url(complaint)).text
        assert self.url(complaint, "confirm_hold") not in confirmed
        assert re.search(r"field-confirmed_by.{0,200}example-Two", confirmed, re.DOTALL)
        assert client.post(self.url(complaint, "lift_hold")).status_code == 302
        lifted = client.get(self.url(complaint)).text
        assert "Affaire 12/26" in lifted
        assert self.url(complaint, "hold") in lifted

    def test_the_same_person_is_refused_with_a_sentence(self, client: Client, one: User) -> None:
        complaint = make_complaint()
        ask(complaint, one)
        client.force_login(one)
        response = client.post(self.url(complaint, "confirm_hold"))
        assert response.status_code == 200
        assert len(response.context["form"].non_field_errors()) == 1
        assert complaint.holds.get().confirmed_at is None

    def test_a_day_in_the_past_is_refused_and_the_reason_kept(self, client: Client, one: User) -> None:
        complaint = make_complaint()
        client.force_login(one)
        given = {"reason": "Affaire 12/26.", "until_on": TODAY.isoformat()}
        response = client.post(self.url(complaint, "hold"), given)
        assert "Affaire 12/26." in response.text
        assert f'value="{TODAY.isoformat()}"' in response.text
        assert not complaint.holds.exists()

    def test_who_asks_need_not_be_who_decides(self, client: Client) -> None:
        complaint = make_complaint()
        clerk = make_staff("Clerk", "view_complaint", "add_hold")
        client.force_login(clerk)
        ask(complaint, make_staff("Other"))
        for name in ("confirm_hold", "lift_hold"):
            assert self.url(complaint, name) not in client.get(self.url(complaint)).text
            assert client.post(self.url(complaint, name)).status_code == 403
        assert complaint.holds.get().lifted_at is None
