"""Standard texts: written by editors, put into a step's field by handlers, read by complainants as sent."""

import re
from typing import Any

import pytest
from django.contrib.auth.models import Permission, User
from django.test import Client
from django.urls import reverse
from django.utils import translation

from complaints import handling
from complaints.models import Complaint, Event, Outcome, Purpose, StandardText
from complaints.models.wording import COMMON
from complaints.tests.factories import make_complaint, make_staff
from core.dates import long_date

pytestmark = pytest.mark.django_db

LIST = "/admin/complaints/standardtext/"
UNTIL = "2099-01-31"


def make_text(text: str = "Example text.", purpose: Purpose = Purpose.ANSWER, **changes: str) -> StandardText:
    values = {"language": "en", "title": f"Example {StandardText.objects.count()}", **changes}
    return StandardText.objects.create(purpose=purpose, text=text, **values)


def signed_in(client: Client, *permissions: str) -> User:
    user = make_staff("person", "view_complaint")
    user.user_permissions.add(
        *Permission.objects.filter(codename__in=permissions, content_type__app_label="complaints")
    )
    client.force_login(user)
    client.cookies["django_language"] = "en"
    return user


class TestEditing:
    """In the admin, by those who may edit message templates."""

    GIVEN = {"purpose": "answer", "language": "en", "kind": "", "title": "Example"}

    @pytest.fixture
    def editor(self, client: Client) -> User:
        return signed_in(client, "change_template", "view_template")

    def test_added_changed_and_deleted(self, client: Client, editor: User) -> None:
        page = client.get(f"{LIST}add/").text
        for name in COMMON:
            assert f"{{{name}}}" in page
        text = "Dear {name},\r\n\r\nabout {reference}."
        assert client.post(f"{LIST}add/", {**self.GIVEN, "text": text}).status_code == 302
        made = StandardText.objects.get()
        assert made.text == "Dear {name},\n\nabout {reference}."
        change = f"{LIST}{made.pk}/change/"
        assert "<pre>Dear Example Customer,\n\nabout R26-XXXX-XXXX.</pre>" in client.get(change).text
        given = {**self.GIVEN, "text": "<b>x</b>", "kind": "financial"}
        assert client.post(change, given).status_code == 302
        assert "<pre>&lt;b&gt;x&lt;/b&gt;</pre>" in client.get(change).text
        assert client.get(LIST, {"q": "Example"}).context["cl"].result_count == 1
        assert client.post(f"{LIST}{made.pk}/delete/", {"post": "yes"}).status_code == 302
        assert not StandardText.objects.exists()

    @pytest.mark.parametrize(
        ("text", "words"),
        [
            ("{nonsense}", "{nonsense}"),
            ("{answer}", "{answer}"),
            ("{until_on}", "{until_on}"),
            ("{{name}}", "bracket"),
            ("{name", "bracket"),
            (" ", ""),
        ],
    )
    def test_what_could_not_be_filled_is_refused(
        self, client: Client, editor: User, text: str, words: str
    ) -> None:
        response = client.post(f"{LIST}add/", {**self.GIVEN, "text": text})
        errors = response.context["adminform"].form.errors
        assert list(errors) == ["text"]
        assert words in " ".join(errors["text"])

    def test_the_same_title_twice_is_refused_with_a_sentence(self, client: Client, editor: User) -> None:
        for status in (302, 200):
            response = client.post(f"{LIST}add/", {**self.GIVEN, "text": "x"})
            assert response.status_code == status
        assert response.context["adminform"].form.non_field_errors()

    def test_who_only_sees_templates_only_sees_texts(self, client: Client) -> None:
        signed_in(client, "view_template", "change_complaint")
        made = make_text()
        assert client.get(f"{LIST}{made.pk}/change/").status_code == 200
        for page in ("add/", f"{made.pk}/change/", f"{made.pk}/delete/"):
            assert client.post(LIST + page, {**self.GIVEN, "text": "x", "post": "yes"}).status_code == 403
        assert StandardText.objects.get().text == "Example text."

    def test_others_see_none(self, client: Client) -> None:
        signed_in(client, "change_complaint")
        make_text()
        assert client.get(LIST).status_code == 403
        assert "standardtext" not in client.get("/admin/").text


STEPS: dict[str, tuple[Purpose, str, dict[str, str]]] = {
    "answer": (Purpose.ANSWER, "text", {"outcome": "upheld"}),
    "ask": (Purpose.INFORMATION, "request", {}),
    "delay": (Purpose.DELAY, "causes", {"until_on": UNTIL, "cause": "other"}),
}


class TestUsing:
    """On the form of a step, before it is sent."""

    @pytest.fixture
    def handler(self, client: Client) -> User:
        return signed_in(client, "change_complaint")

    def case(self, handler: User, **changes: str) -> Complaint:
        complaint = make_complaint("en", **changes)
        handling.assign(complaint=complaint, owner=handler, sponsor=make_staff("sponsor"), by=handler)
        return complaint

    def url(self, complaint: Complaint, step: str) -> str:
        return reverse("admin:complaints_complaint_step", args=[complaint.pk, step])

    def use(self, client: Client, complaint: Complaint, step: str, **given: Any) -> Any:
        return client.post(self.url(complaint, step), {"use": "1", **given})

    @pytest.mark.parametrize("step", STEPS)
    def test_the_text_stands_in_the_field_and_all_that_was_typed_stays(
        self, client: Client, handler: User, step: str
    ) -> None:
        purpose, field, others = STEPS[step]
        text = make_text("{name}: {reference}, {received_on}, {due_on}, {brand}.", purpose)
        complaint = self.case(handler)
        before = complaint.events.count()
        response = self.use(client, complaint, step, standard_text=text.pk, **others, **{field: " \r\n"})
        with translation.override("en"):
            days = f"{long_date(complaint.received_on)}, {long_date(complaint.answer_due_on)}"
        filled = f"Example Customer: {complaint.reference}, {days}, Proximus NXT."
        form = response.context["form"]
        assert form[field].value() == filled
        assert filled in response.text
        for name, value in others.items():
            assert form[name].value() == value
        assert "errornote" not in response.text
        assert re.search(r"<textarea[^>]* autofocus", response.text)
        # Once more: after a blank line, below what stands there.
        again = self.use(client, complaint, step, standard_text=text.pk, **{field: "Typed.\r\n"})
        assert again.context["form"][field].value() == f"Typed.\n\n{filled}"
        assert complaint.events.count() == before
        given = {**others, field: f"{filled} Edited.", "standard_text": text.pk}
        assert client.post(self.url(complaint, step), given).status_code == 302
        assert f"{filled} Edited." in complaint.messages.latest("pk").text
        assert complaint.events.count() == before + 1

    def test_only_what_fits_is_offered_and_what_fits_best_first(self, client: Client, handler: User) -> None:
        general, special = make_text(title="A"), make_text(title="Z", kind="financial")
        for other in ({"language": "fr"}, {"kind": "technical"}, {"purpose": Purpose.DELAY}):
            make_text(**other)
        page = client.get(self.url(self.case(handler), "answer"))
        offered = page.context["texts"].fields["standard_text"].queryset
        assert list(offered) == [special, general]

    @pytest.mark.parametrize("chosen", ["", "0", "x"])
    def test_without_a_choice_nothing_is_lost_and_no_fault_is_found_elsewhere(
        self, client: Client, handler: User, chosen: str
    ) -> None:
        make_text()
        response = self.use(client, self.case(handler), "answer", standard_text=chosen, text="Typed.")
        assert response.context["form"]["text"].value() == "Typed."
        assert not response.context["form"].errors
        assert response.context["texts"].errors["standard_text"]

    def test_a_text_of_another_case_language_is_not_taken(self, client: Client, handler: User) -> None:
        make_text()
        french = make_text(language="fr")
        response = self.use(client, self.case(handler), "answer", standard_text=french.pk, text="Typed.")
        assert response.context["form"]["text"].value() == "Typed."

    def test_without_texts_the_form_is_as_it_was(self, client: Client, handler: User) -> None:
        make_text()
        complaint = self.case(handler)
        page = client.get(self.url(complaint, "ask")).text
        assert 'name="use"' not in page
        assert 'name="use"' not in client.get(self.url(complaint, "note")).text

    def test_a_text_that_was_deleted_meanwhile_sends_nothing(self, client: Client, handler: User) -> None:
        complaint, text = self.case(handler), make_text()
        pk = text.pk
        text.delete()
        given = {"text": "Typed.", "outcome": "upheld"}
        response = self.use(client, complaint, "answer", standard_text=pk, **given)
        assert {name: response.context["form"][name].value() for name in given} == given
        assert not complaint.events.filter(action=Event.Action.ANSWERED).exists()

    def test_the_button_of_the_step_is_the_one_that_enter_presses(
        self, client: Client, handler: User
    ) -> None:
        make_text()
        page = client.get(self.url(self.case(handler), "answer")).text
        buttons = re.findall(r"<button[^>]*>", page[page.index('class="step-form"') :])
        assert 'name="use"' not in buttons[0]
        assert 'name="use"' in buttons[1]

    def test_no_placeholder_reaches_the_complainant(self, client: Client, handler: User) -> None:
        complaint = self.case(handler)
        for step, (_purpose, field, others) in STEPS.items():
            given = {**others, field: "Dear {name}, thank you."}
            response = client.post(self.url(complaint, step), given)
            assert list(response.context["form"].errors) == [field]
            assert "Dear {name}, thank you." in response.text
        # What came into the table by another way and is not known leaves nothing.
        text = make_text("Dear {nobody}{name}.")
        response = self.use(client, complaint, "answer", standard_text=text.pk)
        assert response.context["form"]["text"].value() == "Dear Example Customer."

    def test_what_people_typed_is_never_read_as_a_template(self, client: Client, handler: User) -> None:
        complaint = self.case(handler, full_name="{causes} {{ reference }}")
        text = make_text("Dear {name}.")
        response = self.use(client, complaint, "answer", standard_text=text.pk)
        filled = response.context["form"]["text"].value()
        assert filled == "Dear {causes} {{ reference }}."
        handling.answer(complaint=complaint, text=filled, outcome=Outcome.UPHELD, by=handler)
        assert filled in complaint.messages.latest("pk").text
        assert complaint.events.filter(action=Event.Action.ANSWERED).count() == 1

    def test_who_may_not_take_the_step_gets_no_text(self, client: Client) -> None:
        signed_in(client, "view_template")
        text, complaint = make_text(), make_complaint("en")
        assert self.use(client, complaint, "answer", standard_text=text.pk).status_code == 403
