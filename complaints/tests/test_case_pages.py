"""Entering a complaint that came otherwise, and the letters and files of a case."""

import datetime
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.core.files.base import ContentFile
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse, reverse_lazy
from django.utils import timezone
from post_office.models import STATUS, Email

from complaints.deadlines import answer_due_on
from complaints.models import Attachment, Complaint, Message
from complaints.retention import KEPT
from complaints.tests.factories import FACTS, make_complaint, make_staff
from complaints.tests.uploaded_files import PDF
from core.dates import long_date

pytestmark = pytest.mark.django_db

HANDLER = ("view_complaint", "change_complaint", "view_event", "view_message", "view_attachment")


@pytest.fixture
def handler(client: Client) -> User:
    user = make_staff("handler", *HANDLER)
    client.force_login(user)
    return user


def address(complaint: Complaint) -> str:
    return reverse("admin:complaints_complaint_change", args=[complaint.pk])


class TestEntering:
    """A complaint that came by letter, mail or telephone."""

    ENTER = reverse_lazy("admin:complaints_complaint_enter")

    def enter(self, client: Client, **changes: str) -> Any:
        token = client.get(self.ENTER).context["form"].initial["token"]
        letter = {"channel": "letter", "received_on": "2026-01-31", "language": "en"}
        return client.post(self.ENTER, {**FACTS, **letter, "token": token, **changes})

    def test_the_clock_runs_from_the_true_day_of_receipt(self, client: Client, handler: User) -> None:
        response = self.enter(client)
        complaint = Complaint.objects.get()
        assert response["Location"] == address(complaint)
        assert complaint.received_on == datetime.date(2026, 1, 31)
        assert complaint.answer_due_on == datetime.date(2026, 2, 28)
        assert (complaint.channel, complaint.language, complaint.reference[:4]) == ("letter", "en", "R26-")
        assert {name: getattr(complaint, name) for name in FACTS} == FACTS
        event = complaint.events.get()
        assert (event.action, event.actor) == ("received", "Example handler")
        assert long_date(datetime.date(2026, 2, 28)) in client.get(address(complaint)).text

    def test_today_is_not_later_than_now(self, client: Client, handler: User) -> None:
        today = timezone.localdate()
        assert self.enter(client, received_on=today.isoformat()).status_code == 302
        complaint = Complaint.objects.get()
        assert complaint.received_at <= timezone.now()
        assert (complaint.received_on, complaint.answer_due_on) == (today, answer_due_on(today))

    @pytest.mark.parametrize("days", [1, 400])
    def test_a_day_to_come_is_refused_and_nothing_typed_is_lost(
        self, client: Client, handler: User, days: int
    ) -> None:
        day = timezone.localdate() + datetime.timedelta(days=days)
        response = self.enter(client, received_on=day.isoformat())
        assert list(response.context["form"].errors) == ["received_on"]
        assert "The same invoice arrived twice." in response.text
        assert not Complaint.objects.exists()

    def test_a_day_from_which_nothing_is_kept_is_refused(self, client: Client, handler: User) -> None:
        first = timezone.localdate() - KEPT
        for day in (first, datetime.date(206, 1, 31), datetime.date(1, 1, 1)):
            response = self.enter(client, received_on=day.isoformat())
            assert list(response.context["form"].errors) == ["received_on"]
            assert "The same invoice arrived twice." in response.text
        assert not Complaint.objects.exists()
        # Not from the 28th: a 29 February has its third birthday on it too.
        after = first + datetime.timedelta(days=2)
        assert self.enter(client, received_on=after.isoformat()).status_code == 302

    def test_the_same_form_twice_is_one_case(self, client: Client, handler: User) -> None:
        token = client.get(self.ENTER).context["form"].initial["token"]
        first, second = (self.enter(client, token=token) for _time in range(2))
        assert first["Location"] == second["Location"]
        assert Complaint.objects.count() == 1
        assert Email.objects.count() == 2
        assert self.enter(client, token=token, received_on="2026-01-30")["Location"] != first["Location"]

    def test_without_an_e_mail_address_the_acknowledgement_is_a_letter(
        self, client: Client, handler: User
    ) -> None:
        self.enter(client, email="", answer_by="post")
        letter = Message.objects.get()
        assert (letter.kind, letter.by_post, letter.mail, letter.posted_at) == (
            "acknowledgement", True, None, None,
        )  # fmt: skip
        assert [mail.to for mail in Email.objects.all()] == [["complaints@proximus.lu"]]
        page = client.get(address(letter.complaint)).text
        assert letter_address(letter) in page

    def test_only_handlers_enter(self, client: Client) -> None:
        client.force_login(make_staff("auditor"))
        changelist = reverse("admin:complaints_complaint_changelist")
        assert str(self.ENTER) not in client.get(changelist).text
        assert client.get(self.ENTER).status_code == 403
        assert client.post(self.ENTER, FACTS).status_code == 403
        client.force_login(make_staff("handler", *HANDLER))
        assert str(self.ENTER) in client.get(changelist).text


def letter_address(letter: Message) -> str:
    return reverse("admin:complaints_complaint_letter", args=[letter.complaint_id, letter.pk])


class TestLetters:
    """What is printed and posted."""

    @pytest.mark.parametrize(
        ("language", "words"),
        [
            ("fr", ("Nous avons reçu", "Consigner l’envoi", "Retour")),
            ("en", ("We received", "Note that it is posted")),
        ],
    )
    @pytest.mark.parametrize("admin_language", ["fr", "en"])
    def test_the_page_is_in_the_language_of_the_case(
        self, client: Client, handler: User, language: str, words: tuple[str, ...], admin_language: str
    ) -> None:
        letter = make_complaint(language, email="", answer_by="post").messages.get()
        client.cookies["django_language"] = admin_language
        response = client.get(letter_address(letter))
        assert f'<html lang="{language}">' in response.text
        assert "css/letter.css" in response.text
        assert "no-store" in response["Cache-Control"]
        for word in (
            *words,
            "Example Customer",
            "Exemple<br>L-0000 Exempleville",
            "Proximus Luxembourg S.A.",
        ):
            assert word in response.text

    def test_hostile_words_are_printed_as_words(self, client: Client, handler: User) -> None:
        complaint = make_complaint(email="", answer_by="post", full_name="<b>x</b>", address="<i>\ny</i>")
        text = client.get(letter_address(complaint.messages.get())).text
        assert "<b>" not in text
        assert "<i>" not in text

    def test_it_is_posted_once(self, client: Client, handler: User) -> None:
        letter = make_complaint(email="", answer_by="post").messages.get()
        for kind in ("success", "error"):
            assert f'class="{kind}"' in client.post(letter_address(letter), follow=True).text
        letter.refresh_from_db()
        assert letter.posted_at is not None
        assert letter.complaint.events.filter(action="posted", actor="Example handler").count() == 1
        page = client.get(letter_address(letter)).text
        assert "<button" not in page
        assert long_date(letter.posted_at) in page

    def test_who_only_looks_reads_it_and_does_not_post_it(self, client: Client) -> None:
        letter = make_complaint(email="", answer_by="post").messages.get()
        client.force_login(make_staff("auditor"))
        assert client.get(letter_address(letter)).status_code == 200
        assert client.post(letter_address(letter)).status_code == 403
        letter.refresh_from_db()
        assert letter.posted_at is None
        client.force_login(make_staff("editor", "view_document"))
        assert client.get(letter_address(letter)).status_code == 403

    def test_a_mail_or_the_letter_of_another_case_is_no_letter_of_it(
        self, client: Client, handler: User
    ) -> None:
        letter = make_complaint(email="", answer_by="post").messages.get()
        mailed = make_complaint().messages.get()
        assert client.get(letter_address(mailed)).status_code == 404
        letter.complaint_id = mailed.complaint_id
        assert client.get(letter_address(letter)).status_code == 404


class TestMailThatNoServerTook:
    """Its words go by post."""

    def test_it_is_printed_and_posted_as_a_letter(self, client: Client, handler: User) -> None:
        case = make_complaint()
        mailed = case.messages.get()
        Email.objects.filter(pk=mailed.mail_id).update(status=STATUS.failed)
        page = reverse("admin:complaints_complaint_change", args=[case.pk])
        assert letter_address(mailed) in client.get(page).text
        assert case.full_name in client.get(letter_address(mailed)).text
        assert client.post(letter_address(mailed)).status_code == 302
        mailed.refresh_from_db()
        assert (mailed.by_post, mailed.posted_at is None) == (True, False)
        assert client.get(letter_address(mailed)).status_code == 200


class TestWhatCameOtherwise:
    """Words and files of the complainant that staff enter."""

    def url(self, case: Complaint) -> str:
        return reverse("admin:complaints_complaint_step", args=[case.pk, "add"])

    def test_they_stand_in_the_case_with_who_entered_them(self, client: Client, handler: User) -> None:
        case = make_complaint()
        assert 'enctype="multipart/form-data"' in client.get(self.url(case)).text
        files = [SimpleUploadedFile("letter.pdf", PDF), SimpleUploadedFile("note.txt", b"A note.")]
        given = {"text": "The letter says more.", "attached": files}
        assert client.post(self.url(case), given).status_code == 302
        message = case.messages.get(from_complainant=True)
        assert message.text == "The letter says more."
        assert sorted(file.name for file in message.attachments.all()) == ["letter.pdf", "note.txt"]
        event = case.events.get(action="informed")
        assert event.actor == handler.get_full_name()
        case.refresh_from_db()
        assert case.news_at is not None

    def test_a_file_that_is_refused_keeps_the_words_and_stores_nothing(
        self, client: Client, handler: User
    ) -> None:
        case = make_complaint()
        given = {"text": "The letter says more.", "attached": SimpleUploadedFile("letter.exe", b"MZ")}
        response = client.post(self.url(case), given)
        assert response.status_code == 200
        assert list(response.context["form"].errors) == ["attached"]
        assert "The letter says more." in response.text
        assert not case.messages.filter(from_complainant=True).exists()


class TestFiles:
    """Files of complainants leave the portal as downloads only."""

    def attached(self) -> Attachment:
        return Attachment.objects.create(
            complaint=make_complaint(), name="Réclamation; \"1\".html", media_type="text/html", size=9,
            sha256="0" * 64, scan="clean", file=ContentFile(b"<script>x", name="x.html"),
        )  # fmt: skip

    def url(self, attachment: Attachment) -> str:
        return reverse("admin:complaints_complaint_file", args=[attachment.complaint_id, attachment.pk])

    def test_a_file_is_saved_and_never_shown(self, client: Client, handler: User) -> None:
        attachment = self.attached()
        assert self.url(attachment) in client.get(address(attachment.complaint)).text  # type: ignore[arg-type]  # has one
        response: Any = client.get(self.url(attachment))
        assert b"".join(response.streaming_content) == b"<script>x"
        assert response["Content-Type"] == "application/octet-stream"
        assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''R%C3%A9clamation")
        assert "no-store" in response["Cache-Control"]
        assert response["X-Content-Type-Options"] == "nosniff"

    def test_only_those_who_see_complaints_get_it(self, client: Client) -> None:
        attachment = self.attached()
        assert client.get(self.url(attachment)).status_code == 302
        client.force_login(make_staff("editor", "view_document"))
        assert client.get(self.url(attachment)).status_code == 403

    def test_a_file_of_another_case_or_one_that_is_lost_is_not_found(
        self, client: Client, handler: User
    ) -> None:
        attachment = self.attached()
        other = reverse("admin:complaints_complaint_file", args=[0, attachment.pk])
        assert client.get(other).status_code == 404
        attachment.remove_file()
        assert client.get(self.url(attachment)).status_code == 404
