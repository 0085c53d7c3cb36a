"""The form asks what the policy asks, and says what is wrong in a sentence."""

from datetime import date

import pytest
from django.utils import translation

from complaints.forms import ASKED, ComplaintForm
from complaints.models import Complaint
from complaints.tests.factories import FACTS

pytestmark = pytest.mark.django_db


def form(**changes: str) -> ComplaintForm:
    return ComplaintForm({**FACTS, "token": "t", **changes})


def test_complete_answers_are_accepted() -> None:
    checked = form()
    assert checked.is_valid(), checked.errors
    assert checked.facts() == FACTS


def test_an_answer_by_post_needs_no_email() -> None:
    assert form(answer_by="post", email="").is_valid()


@pytest.mark.parametrize(
    "field", ["full_name", "address", "phone", "answer_by", "kind", "summary", "description"]
)
@pytest.mark.parametrize("nothing", ["", "   "])
def test_what_the_policy_asks_is_required(field: str, nothing: str) -> None:
    checked = form(**{field: nothing})
    assert list(checked.errors) == [field]


def test_every_missing_field_has_a_sentence_of_its_own() -> None:
    with translation.override("en"):
        errors = [str(message) for messages in ComplaintForm({}).errors.values() for message in messages]
    assert len(errors) == len(set(errors)) == 7
    assert not any("This field is required" in error for error in errors)


def test_an_answer_by_email_needs_an_address() -> None:
    assert list(form(email="").errors) == ["email"]


@pytest.mark.parametrize(
    "email",
    [
        "nobody",
        "a@b",
        "a b@example.com",
        "x@example.com\nBcc: y@example.com",
        '"a,victim@example.net,b"@example.com',
        '"<x>"@example.com',
    ],
)
def test_a_malformed_address_is_refused(email: str) -> None:
    assert list(form(email=email).errors) == ["email"]


@pytest.mark.parametrize("phone", ["12", "call me", "+352 12 34 ab", "......."])
def test_a_telephone_number_must_be_one(phone: str) -> None:
    assert list(form(phone=phone).errors) == ["phone"]


@pytest.mark.parametrize("phone", ["+352 12 34 56", "(00352) 12.34-56", "26 12 34 56"])
def test_telephone_numbers_as_people_write_them(phone: str) -> None:
    assert form(phone=phone).is_valid()


@pytest.mark.parametrize(
    ("field", "longest"),
    [
        ("full_name", 120),
        ("company", 120),
        ("address", 500),
        ("phone", 40),
        ("summary", 200),
        ("description", 10_000),
        ("invoice_reference", 80),
        ("intervention_reference", 80),
        ("involved", 200),
    ],
)
def test_too_long_is_refused(field: str, longest: int) -> None:
    assert form(**{field: "1" * longest}).is_valid()
    assert list(form(**{field: "1" * (longest + 1)}).errors) == [field]


def test_an_address_that_is_too_long_is_refused() -> None:
    assert list(form(email=f"{'x' * 60}@{'.'.join(['x' * 60] * 4)}.com").errors) == ["email"]


@pytest.mark.parametrize("field", ["kind", "answer_by"])
def test_what_is_no_choice_is_refused(field: str) -> None:
    assert list(form(**{field: "other than these"}).errors) == [field]


@pytest.mark.parametrize("field", ASKED)
def test_the_form_refuses_what_the_model_would(field: str) -> None:
    """The form leaves out the model's validation: every rule of a field must be one of the form."""
    values = ("", " ", "x", "1" * 41, "1" * 10_001, "a\x00b", '"a,b"@example.com', "x@example.com\nBcc: y")
    for value in values:
        checked = form(**{field: value})
        if not checked.is_valid():
            continue
        case = Complaint(
            **checked.facts(),
            reference="R",
            submission_key="R",
            language="fr",
            answer_due_on=date(2026, 1, 1),
        )
        case.full_clean(exclude=["is_waiting", "search_text"])


def test_control_characters_are_refused_with_a_sentence() -> None:
    assert list(form(description="a\x00b").errors) == ["description"]


def test_line_ends_count_once_as_in_the_browser() -> None:
    assert form(description="\r\n".join("x" * 99 for _line in range(100)) + "x").is_valid()


def test_line_ends_make_no_difference() -> None:
    windows, unix = form(description="a\r\nb"), form(description="a\nb")
    assert windows.is_valid()
    assert unix.is_valid()
    assert windows.facts() == unix.facts()


def test_each_blank_form_has_a_token_of_its_own() -> None:
    assert ComplaintForm().initial["token"] != ComplaintForm().initial["token"]


def test_fields_in_the_order_they_are_asked() -> None:
    assert [name for name in ComplaintForm().fields if name in ASKED] == list(ASKED)
