"""The sign-in of staff: password, then code; setting up an app; recovery codes; what ends a session."""

import datetime
import re
import time
from collections.abc import Iterator
from unittest import mock

import pytest
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.test import Client
from django.urls import reverse
from django_otp.oath import TOTP
from django_otp.plugins.otp_static.models import StaticDevice, StaticToken
from django_otp.plugins.otp_totp.models import TOTPDevice
from pytest_django.fixtures import Settings

from core.models import AuditEntry
from core.sign_in import pending, second_factor
from core.sign_in.failures import COOKIE

pytestmark = [pytest.mark.django_db, pytest.mark.any_database]

PASSWORD = "an example passphrase"  # noqa: S105 - of no real account
NAME = "example-person"
LOGIN, CODE, ENROL = "/admin/login/", "/admin/login/code/", "/admin/login/enrol/"


@pytest.fixture(autouse=True)
def strict(settings: Settings) -> None:
    """Ask for a second factor, as with DEBUG off."""
    settings.STAFF_SECOND_FACTOR = True


@pytest.fixture
def person() -> User:
    return User.objects.create_superuser(NAME, password=PASSWORD)


@pytest.fixture
def clock() -> Iterator[mock.Mock]:
    """The clock of codes and sessions; `clock.return_value` puts it forward."""
    with mock.patch("time.time", return_value=time.time()) as now:
        yield now


def code_of(device: TOTPDevice, steps: int = 0) -> str:
    """Return the code that an app would show `steps` times thirty seconds from now."""
    totp = TOTP(device.bin_key)
    totp.time = time.time() + 30 * steps
    return f"{totp.token():06}"


def type_password(client: Client, password: str = PASSWORD, to: str = "/admin/") -> str:
    """Send name and password and return where that leads."""
    response = client.post(LOGIN, {"username": NAME, "password": password, "next": to})
    return str(response.headers.get("Location", ""))


def enrolled(client: Client, person: User) -> list[str]:
    """Sign in for the first time; return the recovery codes."""
    type_password(client)
    client.get(ENROL)
    page = client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=person))})
    return re.findall(r"<li><code>([\w-]+)</code>", page.text)


def is_in(client: Client) -> bool:
    """Whether the start page of the admin opens."""
    return client.get("/admin/").status_code == 200


def test_the_first_sign_in_sets_up_an_app_and_opens_nothing_before(client: Client, person: User) -> None:
    assert type_password(client) == ENROL
    assert not is_in(client)
    page = client.get(ENROL)
    device = TOTPDevice.objects.get(user=person)
    assert second_factor.key_in_groups(device) in page.text
    assert "<svg" in page.text
    assert " style=" not in page.text
    assert "no-store" in page["Cache-Control"]
    shown = client.post(ENROL, {"code": code_of(device)})
    codes = re.findall(r"<li><code>([\w-]+)</code>", shown.text)
    assert len(set(codes)) == 10
    assert "no-store" in shown["Cache-Control"]
    assert is_in(client)


def test_the_key_stays_the_same_until_a_code_confirms_it(client: Client, person: User) -> None:
    type_password(client)
    client.get(ENROL)
    key = TOTPDevice.objects.get(user=person).key
    wrong = client.post(ENROL, {"code": "000000"})
    assert wrong.status_code == 200
    assert TOTPDevice.objects.get(user=person).key == key
    assert not is_in(client)


def test_recovery_codes_are_stored_as_digests(client: Client, person: User) -> None:
    codes = enrolled(client, person)
    stored = set(StaticToken.objects.values_list("token", flat=True))
    assert len(stored) == 10
    assert not stored & {second_factor.normalised(code) for code in codes}


def test_a_code_completes_the_sign_in_once(client: Client, person: User) -> None:
    enrolled(Client(), person)
    device = TOTPDevice.objects.get(user=person)
    assert type_password(client, to="/admin/auth/user/") == CODE
    assert not is_in(client)
    code = code_of(device, 1)
    done = client.post(CODE, {"code": f"{code[:3]} {code[3:]}"})
    assert done.headers["Location"] == "/admin/auth/user/"
    assert is_in(client)
    second = Client()
    type_password(second)
    assert second.post(CODE, {"code": code}).status_code == 200
    assert not is_in(second)


def test_a_recovery_code_works_once(person: User) -> None:
    code = enrolled(Client(), person)[3]
    for expected in (True, False):
        client = Client()
        type_password(client)
        client.post(CODE, {"code": code.upper().replace("-", " ")})
        assert is_in(client) is expected
        StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def test_who_knows_the_password_alone_cannot_set_up_another_app(client: Client, person: User) -> None:
    enrolled(Client(), person)
    type_password(client)
    page = client.get(ENROL)
    assert (page.status_code, page.headers["Location"]) == (302, LOGIN)
    assert TOTPDevice.objects.filter(user=person).count() == 1


@pytest.mark.parametrize("address", [CODE, ENROL])
def test_the_later_pages_open_to_nobody_without_the_password(client: Client, address: str) -> None:
    for response in (client.get(address), client.post(address, {"code": "123456"})):
        assert (response.status_code, response.headers["Location"]) == (302, LOGIN)


def test_the_same_answer_whether_an_account_exists_or_not(client: Client, person: User) -> None:
    User.objects.create_user("example-customer", password=PASSWORD)
    answers = set()
    for name, password in ((NAME, "wrong"), ("nobody", "wrong"), ("example-customer", PASSWORD)):
        page = client.post(LOGIN, {"username": name, "password": password, "next": "/admin/"})
        text = re.sub(r'value="[^"]*"', "", page.text)
        answers.add((page.status_code, text))
    assert len(answers) == 1


def test_wrong_codes_are_slowed_down_and_then_ask_for_the_password(client: Client, person: User) -> None:
    enrolled(Client(), person)
    type_password(client)
    client.post(CODE, {"code": "000000"})
    slowed = client.post(CODE, {"code": code_of(TOTPDevice.objects.get(user=person), 1)})
    assert re.search(r"\d+ second", slowed.text)
    assert not is_in(client)
    for _attempt in range(pending.MOST_CODES - 2):
        client.post(CODE, {"code": "000000"})
    assert client.get(CODE).headers["Location"] == LOGIN
    assert AuditEntry.objects.filter(action="code_refused", actor=NAME).count() == pending.MOST_CODES


def test_a_sign_in_does_not_wait_for_its_code_for_ever(
    client: Client, person: User, clock: mock.Mock
) -> None:
    enrolled(Client(), person)
    type_password(client)
    clock.return_value += pending.SECONDS + 1
    assert client.get(CODE).headers["Location"] == LOGIN


def test_a_sign_in_that_waits_ends_when_the_password_changes(client: Client, person: User) -> None:
    enrolled(Client(), person)
    type_password(client)
    person.set_password("another example passphrase")
    person.save()
    assert client.get(CODE).headers["Location"] == LOGIN


def test_the_session_has_a_new_key_after_the_sign_in(client: Client, person: User) -> None:
    client.get(LOGIN)
    type_password(client)
    before = client.session.session_key
    client.get(ENROL)
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=person))})
    assert before != client.session.session_key
    assert pending.KEY not in client.session


@pytest.mark.parametrize(("minutes", "still_in"), [(59, True), (61, False)])
def test_an_idle_session_ends(
    client: Client, person: User, clock: mock.Mock, minutes: int, still_in: bool
) -> None:
    enrolled(client, person)
    assert is_in(client)
    clock.return_value += minutes * 60
    assert is_in(client) is still_in
    assert AuditEntry.objects.filter(action="ended", actor=NAME).exists() is not still_in


def test_a_session_ends_after_twelve_hours_whatever_happens(
    client: Client, person: User, clock: mock.Mock
) -> None:
    enrolled(client, person)
    for _half_hour in range(24):
        assert is_in(client)
        clock.return_value += 30 * 60
    clock.return_value += 1
    assert not is_in(client)
    assert AuditEntry.objects.get(action="ended").facts == {"reason": "age"}


def test_a_reset_ends_the_sessions_and_the_next_sign_in_sets_up_an_app(client: Client, person: User) -> None:
    enrolled(client, person)
    boss = User.objects.create_superuser("example-boss")
    second_factor.reset(user=person, by=boss, request=HttpRequest())
    assert not is_in(client)
    assert type_password(client) == ENROL


def test_a_changed_password_ends_the_other_sessions(person: User) -> None:
    one, other = Client(), Client()
    codes = enrolled(one, person)
    type_password(other)
    other.post(CODE, {"code": codes[0]})
    assert is_in(other)
    new = "quatre girafes sous la pluie"
    data = {"old_password": PASSWORD, "new_password1": new, "new_password2": new}
    assert one.post("/admin/password_change/", data).status_code == 302
    assert is_in(one)
    assert not is_in(other)
    entry = AuditEntry.objects.get(action="password")
    assert (entry.actor, entry.subject) == (NAME, NAME)


def test_new_recovery_codes_ask_for_the_password_and_replace_the_old(client: Client, person: User) -> None:
    old = enrolled(client, person)[0]
    refused = client.post(reverse("admin:second-factor"), {"password": "wrong", "codes": ""})
    assert "<li><code>" not in refused.text
    page = client.post(reverse("admin:second-factor"), {"password": PASSWORD, "codes": ""})
    new = re.findall(r"<li><code>([\w-]+)</code>", page.text)
    assert len(new) == 10
    assert is_in(client)
    for code, opens in ((old, False), (new[0], True)):
        second = Client()
        type_password(second)
        second.post(CODE, {"code": code})
        assert is_in(second) is opens
        StaticDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)


def test_another_app_replaces_the_first_after_the_password(client: Client, person: User) -> None:
    enrolled(client, person)
    first = TOTPDevice.objects.get(user=person)
    assert client.get(ENROL).headers["Location"] == LOGIN
    response = client.post(reverse("admin:second-factor"), {"password": PASSWORD, "app": ""})
    assert response.headers["Location"] == ENROL
    client.get(ENROL)
    second = TOTPDevice.objects.get(user=person, confirmed=False)
    assert "<li><code>" in client.post(ENROL, {"code": code_of(second)}).text
    assert list(TOTPDevice.objects.filter(user=person)) == [second]
    assert first.key != second.key
    assert is_in(client)


def test_no_code_is_needed_in_development(client: Client, person: User, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    assert type_password(client) == "/admin/"
    assert is_in(client)


def test_who_has_set_up_an_app_is_asked_in_development_too(
    client: Client, person: User, settings: Settings
) -> None:
    enrolled(Client(), person)
    settings.STAFF_SECOND_FACTOR = False
    assert type_password(client) == CODE


def test_a_session_without_second_factor_does_not_outlive_development(
    client: Client, person: User, settings: Settings
) -> None:
    settings.STAFF_SECOND_FACTOR = False
    type_password(client)
    settings.STAFF_SECOND_FACTOR = True
    assert not is_in(client)


def test_the_sign_in_leads_nowhere_else(client: Client, person: User) -> None:
    code = enrolled(Client(), person)[0]
    type_password(client, to="https://elsewhere.example.com/")
    assert client.post(CODE, {"code": code}).headers["Location"] == "/admin/"


class TestWhatWasTyped:
    """A form that is sent after the session has ended."""

    DATA = {"text_fr": "Un\nmot & <b>", "text_en": "A word", "shown_from_on": "2026-03-01", "_save": "Save"}

    def test_comes_back_after_the_sign_in_and_can_be_sent(
        self, client: Client, person: User, clock: mock.Mock
    ) -> None:
        code = enrolled(client, person)[0]
        address = reverse("admin:core_banner_add")
        client.get(address)
        clock.return_value += 61 * 60
        refused = client.post(address, self.DATA)
        assert refused.status_code == 403
        assert "Un\nmot" not in refused.text
        carried = re.search(r'name="carried" value="([^"]+)"', refused.text)
        assert carried is not None
        data = {"username": NAME, "password": PASSWORD, "next": "/admin/", "carried": carried[1]}
        assert client.post(LOGIN, data).headers["Location"] == CODE
        page = client.post(CODE, {"code": code})
        assert "Un\nmot &amp; &lt;b&gt;" in page.text
        assert f'action="{address}"' in page.text
        fields = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        assert set(self.DATA) <= set(fields)
        assert client.post(address, self.DATA).status_code == 302

    @pytest.mark.parametrize("carried", ["nonsense", "eyJhIjoxfQ:1sABCD:forged"])
    def test_what_is_forged_is_left_out(self, client: Client, person: User, carried: str) -> None:
        code = enrolled(Client(), person)[0]
        client.post(LOGIN, {"username": NAME, "password": PASSWORD, "next": "/admin/", "carried": carried})
        assert client.post(CODE, {"code": code}).headers["Location"] == "/admin/"

    def test_survives_a_wrong_password(self, client: Client, person: User) -> None:
        refused = client.post(reverse("admin:core_banner_add"), self.DATA)
        carried = re.search(r'name="carried" value="([^"]+)"', refused.text)
        assert carried is not None
        data = {"username": NAME, "password": "wrong", "next": "/admin/", "carried": carried[1]}
        assert carried[1] in client.post(LOGIN, data).text

    def test_signing_out_of_an_ended_session_asks_for_nothing(self, client: Client) -> None:
        assert client.post(reverse("admin:logout")).status_code == 302


def test_only_superusers_reset_a_second_factor(client: Client, person: User) -> None:
    enrolled(Client(), person)
    address = reverse("admin:auth_user_reset", args=[person.pk])
    helper = User.objects.create_user("example-helper", is_staff=True)
    client.force_login(helper)
    assert client.post(address).status_code in (302, 403)
    assert TOTPDevice.objects.filter(user=person).exists()


def test_a_superuser_resets_a_second_factor_in_the_admin(
    client: Client, person: User, settings: Settings
) -> None:
    enrolled(Client(), person)
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(User.objects.create_superuser("example-boss"))
    change = reverse("admin:auth_user_change", args=[person.pk])
    address = reverse("admin:auth_user_reset", args=[person.pk])
    assert address in client.get(change).text
    assert NAME in client.get(address).text
    assert TOTPDevice.objects.filter(user=person).exists()
    assert client.post(address).headers["Location"] == change
    assert not TOTPDevice.objects.filter(user=person).exists()
    assert not StaticDevice.objects.filter(user=person).exists()
    entry = AuditEntry.objects.get(action="reset")
    assert (entry.actor, entry.subject) == ("example-boss", NAME)


def test_no_page_of_the_admin_shows_keys_of_others(client: Client, settings: Settings) -> None:
    settings.STAFF_SECOND_FACTOR = False
    client.force_login(User.objects.create_superuser("example-boss"))
    for address in ("/admin/otp_totp/totpdevice/", "/admin/otp_static/staticdevice/"):
        assert client.get(address).status_code == 404


def test_signing_in_and_out_is_on_record(client: Client, person: User) -> None:
    enrolled(client, person)
    client.post(reverse("admin:logout"))
    entries = list(AuditEntry.objects.filter(actor=NAME).order_by("pk").values_list("action", flat=True))
    assert entries == ["enrolled", "signed_in", "signed_out"]
    signed_in = AuditEntry.objects.get(action="signed_in")
    assert signed_in.network == "127.0.0.0/24"
    assert signed_in.facts == {"second_factor": "app"}
    assert datetime.datetime.now(datetime.UTC) - signed_in.at < datetime.timedelta(minutes=1)


def test_the_browser_is_known_after_the_sign_in_only(client: Client, person: User) -> None:
    type_password(client)
    assert COOKIE not in client.cookies
    client.get(ENROL)
    client.post(ENROL, {"code": code_of(TOTPDevice.objects.get(user=person))})
    cookie = client.cookies[COOKIE]
    assert (cookie["path"], cookie["httponly"], cookie["samesite"]) == ("/admin/", True, "Lax")
