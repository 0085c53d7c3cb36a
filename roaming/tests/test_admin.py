"""Staff move destinations and import lists."""

import datetime
import re

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Group, User
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from roaming import lists
from roaming.lookup import look_up
from roaming.models import Destination, Listing, Zone

pytestmark = pytest.mark.django_db


def staff(client: Client, group: str) -> Client:
    user = User.objects.create_user("example-" + group.lower(), is_staff=True)
    user.groups.add(Group.objects.get(name=group))
    client.force_login(user)
    return client


@pytest.fixture
def editor(client: Client) -> Client:
    return staff(client, "Editors")


@pytest.fixture
def soon() -> datetime.date:
    return timezone.localdate() + datetime.timedelta(days=30)


def zones_of(iso: str, on: datetime.date | None = None) -> list[str]:
    return [zone.code for zone in look_up([iso], on)[0].matches[0].zones]


def move_address(iso: str) -> str:
    return reverse("admin:roaming_destination_move", args=[Destination.objects.get(iso=iso).pk])


IMPORT = "admin:roaming_listing_import"


def test_a_destination_is_moved_from_a_day(editor: Client, soon: datetime.date) -> None:
    address = move_address("TN")
    page = editor.get(
        reverse("admin:roaming_destination_change", args=[Destination.objects.get(iso="TN").pk])
    )
    assert address in page.text
    form = editor.get(address).context["form"]
    assert form.initial["zones"] == [Zone.objects.get(code="ROW2").pk]
    data = {"zones": [Zone.objects.get(code="TOP").pk], "from_on": soon.isoformat()}
    done = editor.post(address, data, follow=True)
    assert "Tunisi" in str(next(iter(done.context["messages"])))
    assert (zones_of("TN"), zones_of("TN", soon)) == (["ROW2"], ["TOP"])
    assert LogEntry.objects.get().object_repr.endswith("(TN)")


@pytest.mark.parametrize("day", ["", "soon", "2020-01-01"])
def test_a_wrong_day_is_said_beside_the_field_and_nothing_is_lost(editor: Client, day: str) -> None:
    top = Zone.objects.get(code="TOP")
    page = editor.post(move_address("TN"), {"zones": [top.pk], "from_on": day})
    assert page.context["form"].errors["from_on"]
    assert page.context["form"]["zones"].value() == [str(top.pk)]
    assert zones_of("TN") == ["ROW2"]


def test_a_move_that_changes_nothing_is_refused(editor: Client) -> None:
    data = {"zones": [Zone.objects.get(code="ROW2").pk], "from_on": timezone.localdate().isoformat()}
    assert editor.post(move_address("TN"), data).context["form"].non_field_errors()


@pytest.mark.parametrize("group", ["Auditors", "Approvers", "Complaint handlers"])
def test_who_may_not_change_the_lists(client: Client, group: str) -> None:
    staff(client, group)
    for address in (move_address("TN"), reverse(IMPORT)):
        assert client.get(address).status_code == 403
        assert client.post(address, {"text": "TOP\nCanada", "apply": "yes"}).status_code == 403
    assert Listing.objects.count() == 218


def test_a_list_is_checked_then_applied(editor: Client, soon: datetime.date) -> None:
    text = "ROW2\nTunisia, Oman Qatar"
    checked = editor.post(reverse(IMPORT), {"text": text, "from_on": soon.isoformat()})
    assert "«\u00a0Oman\u00a0»" in checked.text
    assert "Qatar (QA)" in checked.text
    assert Listing.objects.count() == 218
    data = {
        "text": checked.context["text"],
        "from_on": soon.isoformat(),
        "seen": checked.context["seen"],
        "apply": "yes",
    }
    done = editor.post(reverse(IMPORT), data, follow=True)
    assert done.redirect_chain == [(reverse("admin:roaming_listing_changelist"), 302)]
    assert zones_of("QA", soon) == ["ROW1", "ROW2"]
    assert zones_of("OM") == []
    assert zones_of("OM", soon) == ["ROW2"]
    assert [entry.object_repr for entry in LogEntry.objects.all()] == [str(Zone.objects.get(code="ROW2"))]


def test_lists_changed_meanwhile_are_shown_again(editor: Client, soon: datetime.date) -> None:
    data = {"text": "ROW2\nTunisia", "from_on": soon.isoformat()}
    seen = editor.post(reverse(IMPORT), data).context["seen"]
    Listing.objects.filter(destination__iso="AO").update(zone=Zone.objects.get(code="TOP"))
    again = editor.post(reverse(IMPORT), {**data, "seen": seen, "apply": "yes"})
    assert again.status_code == 200
    assert list(again.context["messages"])
    assert zones_of("TG", soon) == ["ROW2"]
    editor.post(reverse(IMPORT), {**data, "seen": again.context["seen"], "apply": "yes"})
    assert zones_of("TG", soon) == []


def test_a_list_that_must_be_corrected_cannot_be_applied(editor: Client, soon: datetime.date) -> None:
    data = {"text": "ROW2\nExamplestan, Tunisia", "from_on": soon.isoformat()}
    page = editor.post(reverse(IMPORT), data)
    assert "Examplestan, Tunisia" in page.text
    assert 'name="apply"' not in page.text
    editor.post(reverse(IMPORT), {**data, "seen": page.context["seen"], "apply": "yes"})
    assert Listing.objects.count() == 218
    assert zones_of("AO", soon) == ["ROW2"]


def test_a_file_is_read(editor: Client, soon: datetime.date) -> None:
    text = lists.as_csv(lists.as_rows(Listing.objects.select_related("zone", "destination")))
    file = SimpleUploadedFile("zones.csv", text.encode(), "text/csv")
    page = editor.post(reverse(IMPORT), {"file": file, "from_on": soon.isoformat()})
    assert page.context["differences"] == []
    assert len(page.context["reading"].places) == 217


@pytest.mark.parametrize(
    ("content", "field"),
    [(b"\xff\xfe\x00", "file"), (b"x" * 1_000_001, "file"), (b"", "file"), (None, "text")],
)
def test_files_that_are_none(editor: Client, soon: datetime.date, content: bytes | None, field: str) -> None:
    data: dict[str, object] = {"from_on": soon.isoformat()}
    if content is not None:
        data["file"] = SimpleUploadedFile("zones.csv", content)
    page = editor.post(reverse(IMPORT), data)
    assert field in page.context["form"].errors
    assert Listing.objects.count() == 218


def test_the_list_of_destinations_costs_few_queries(
    editor: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    editor.get(reverse("admin:roaming_destination_changelist"))
    with django_assert_num_queries(10):
        editor.get(reverse("admin:roaming_destination_changelist"))


def test_inputs_in_the_tables_of_a_destination_are_named(editor: Client) -> None:
    destination = Destination.objects.get(iso="AD")
    page = editor.get(reverse("admin:roaming_destination_change", args=[destination.pk])).text
    tables = page[page.index('id="listings-group"') :]
    seen = re.findall(
        r'<(?:input type="(?:text|number|checkbox)"|select) name="(?:listings|aliases)-[^>]*>', tables
    )
    assert len(seen) > 6
    assert [each for each in seen if 'aria-label="' not in each] == []


def test_destinations_are_chosen_by_name(editor: Client) -> None:
    editor.cookies["django_language"] = "en"
    page = editor.get(reverse("admin:roaming_listing_add")).text
    chosen = page[page.index('id="id_destination"') :]
    names = re.findall(r'<option value="\d+">([^<]+)</option>', chosen[: chosen.index("</select>")])
    assert names == sorted(names)
    assert len(names) > 200
