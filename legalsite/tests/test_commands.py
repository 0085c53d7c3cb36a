"""The commands: content, example data, mail worker; and what production refuses to start without."""

import datetime
import logging.config
import os
import subprocess
import sys
from functools import partial
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from aiosmtpd.controller import Controller
from django.conf import settings
from django.contrib.auth.models import Group, User
from django.core import mail
from django.core.management import CommandError, call_command
from django.db import OperationalError, connection
from django.test import Client
from django.utils import timezone
from post_office.models import STATUS, Email
from pytest_django.fixtures import Settings

from complaints.models import Complaint, Digest, Event, Status
from complaints.tests.factories import make_complaint
from core.models import LoadedContent
from documents.models import Passage, Version
from legalsite.groups import GROUPS
from legalsite.management.commands import mail_worker
from legalsite.management.commands.mail_worker import LOCK, sole_sender
from privacy.models import Request
from scripts.postgres import free_port


def run(command: str, **options: Any) -> str:
    out = StringIO()
    call_command(command, stdout=out, **options)
    return out.getvalue()


@pytest.mark.django_db
class TestLoadContent:
    def test_a_second_run_writes_nothing(self) -> None:
        before = list(LoadedContent.objects.values_list("key", "fingerprints", "loaded_at").order_by("key"))
        output = run("load_content")
        assert output.strip().endswith("unchanged.")
        assert "," not in output
        after = list(LoadedContent.objects.values_list("key", "fingerprints", "loaded_at").order_by("key"))
        assert before == after

    def test_names_what_staff_changed(self) -> None:
        Group.objects.get(name="Auditors").permissions.clear()
        assert "auth.group:Auditors" in run("load_content", verbosity=2)
        assert not Group.objects.get(name="Auditors").permissions.exists()


@pytest.mark.django_db
class TestGroups:
    def test_each_has_its_permissions(self) -> None:
        for name, wanted in GROUPS.items():
            held = Group.objects.get(name=name).permissions.values_list("content_type__app_label", "codename")
            assert sorted(f"{app}.{codename}" for app, codename in held) == sorted(wanted)

    def test_auditors_only_look(self) -> None:
        codenames = Group.objects.get(name="Auditors").permissions.values_list("codename", flat=True)
        assert all(codename.startswith("view_") for codename in codenames)

    def test_editors_do_not_publish_and_approvers_do_not_write(self) -> None:
        assert "documents.publish_version" not in GROUPS["Editors"]
        assert not any(".change_" in name or ".add_" in name for name in GROUPS["Approvers"])

    @pytest.mark.parametrize("name", GROUPS)
    def test_members_can_open_everything_the_admin_offers_them(self, client: Client, name: str) -> None:
        make_complaint()
        user = User.objects.create_user("example", is_staff=True)
        user.groups.add(Group.objects.get(name=name))
        client.force_login(user)
        index = client.get("/admin/")
        assert index.status_code == 200
        for app in index.context["app_list"]:
            for model in app["models"]:
                assert client.get(model["admin_url"]).status_code == 200, model["admin_url"]
                if model["add_url"]:
                    assert client.get(model["add_url"]).status_code == 200, model["add_url"]


@pytest.mark.django_db
class TestLoadDemo:
    def test_fills_the_portal_with_examples(self, settings: Settings, client: Client) -> None:
        settings.DEBUG = True
        output = run("load_demo")
        assert Complaint.objects.count() == 30
        assert set(Complaint.objects.values_list("status", flat=True)) == set(Status.values)
        assert Event.objects.filter(action="delayed").exists()
        stages = Request.objects.order_by("pk").values_list("status", "channel", "extension_reasons")
        assert [(status, channel, bool(reasons)) for status, channel, reasons in stages] == [
            ("unconfirmed", "web", False),
            ("received", "web", False),
            ("received", "email", True),
            ("answered", "letter", False),
        ]
        assert not Request.objects.exclude(email="").exclude(email__endswith="@example.lu").exists()
        assert not Email.objects.exists()
        assert User.objects.filter(username__startswith="example-").count() == len(GROUPS) + 1
        assert Version.objects.filter(document__slug="telecom-terms").count() == 2
        for line in output.splitlines()[1:]:
            username, password = line.split()[:2]
            typed = {"username": username, "password": password, "next": "/admin/"}
            assert client.post("/admin/login/", typed).headers.get("Location") == "/admin/", line
        with pytest.raises(CommandError, match="already there"):
            run("load_demo")

    def test_is_refused_when_debug_is_off(self, settings: Settings) -> None:
        settings.DEBUG = False
        with pytest.raises(CommandError, match="DEBUG"):
            run("load_demo")
        assert not User.objects.exists()


@pytest.mark.django_db
class TestMailWorker:
    @pytest.fixture(autouse=True)
    def digest_sent(self) -> None:
        """The mails of these tests are those of the complaint alone."""
        Digest.objects.create(on=timezone.localdate())

    def test_sends_what_is_queued_once(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
        }
        complaint = make_complaint("en")
        run("mail_worker", once=True)
        run("mail_worker", once=True)
        acknowledgement, notice = sorted(mail.outbox, key=lambda message: message.to[0] != complaint.email)
        assert acknowledgement.to == ["customer@example.com"]
        assert complaint.reference in acknowledgement.subject
        for word in ("Example Customer", "/en/complaints/", complaint.reference):
            assert word in acknowledgement.body
        assert notice.to == ["complaints@proximus.lu"]
        assert complaint.reference in notice.body
        assert "Financial" in notice.body
        for personal in ("Example Customer", "customer@example.com", "rue de l’Exemple", "twice"):
            assert personal not in f"{notice.subject} {notice.body}"
        assert set(Email.objects.values_list("status", flat=True)) == {STATUS.sent}

    def test_what_fails_is_tried_again_later(
        self, settings: Settings, tmp_path: Path, caplog: pytest.LogCaptureFixture
    ) -> None:
        settings.DATA_DIR = tmp_path
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        }
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
        make_complaint()
        run("mail_worker", once=True)
        assert set(Email.objects.values_list("status", flat=True)) == {STATUS.requeued}
        assert all(time is not None for time in Email.objects.values_list("scheduled_time", flat=True))
        assert "customer@example.com" not in caplog.text

    def test_a_refusal_of_the_mail_server_reaches_the_log_without_the_address(
        self, settings: Settings, tmp_path: Path, capfd: pytest.CaptureFixture[str]
    ) -> None:
        class Refusing:
            async def handle_RCPT(self, *_arguments: object) -> str:  # noqa: N802
                return "550 no such user"

        server = Controller(Refusing(), hostname="127.0.0.1", port=free_port())
        server.start()
        settings.DATA_DIR = tmp_path
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.smtp.EmailBackend"},
        }
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
        make_complaint()
        logging.config.dictConfig(settings.LOGGING)
        run("mail_worker", once=True)
        server.stop()
        # The test's own mail server logs too, as "mail.log".
        written = "".join(line for line in capfd.readouterr().err.splitlines() if "mail.log" not in line)
        assert "Failed to send email" in written
        assert "SMTPRecipientsRefused" in written
        assert "@" not in written

    def test_a_lock_that_a_killed_worker_left_behind_stops_nobody(
        self, settings: Settings, tmp_path: Path
    ) -> None:
        settings.DATA_DIR = tmp_path
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
        }
        make_complaint()
        # Its number belongs to a process that lives, as happens in containers.
        for name in ("mail.lock", "mail_worker.lock"):
            (tmp_path / name).write_text(str(os.getpid()))
        run("mail_worker", once=True)
        assert len(mail.outbox) == 2

    def test_a_second_worker_waits_for_the_first(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        make_complaint()
        with sole_sender() as alone:
            assert alone
            run("mail_worker", once=True)
        assert set(Email.objects.values_list("status", flat=True)) == {STATUS.queued}

    @pytest.mark.postgresql
    def test_a_second_worker_on_another_machine_waits_too(self, settings: Settings, tmp_path: Path) -> None:
        settings.DATA_DIR = tmp_path
        settings.POST_OFFICE = {
            **settings.POST_OFFICE,
            "BACKENDS": {"default": "django.core.mail.backends.locmem.EmailBackend"},
        }
        make_complaint()
        with psycopg.connect(**connection.get_connection_params(), autocommit=True) as elsewhere:
            elsewhere.execute("SELECT pg_advisory_lock(%s)", [LOCK])
            run("mail_worker", once=True)
            assert set(Email.objects.values_list("status", flat=True)) == {STATUS.queued}
            elsewhere.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
        run("mail_worker", once=True)
        assert len(mail.outbox) == 2

    def test_a_part_of_the_daily_work_that_fails_is_tried_again_alone(
        self, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
    ) -> None:
        today, now, done = datetime.date(2026, 7, 1), [1_000.0], list[str]()
        broken = {"digest of complaints"}

        def part(name: str, on: datetime.date) -> None:
            done.append(name)
            if name in broken:
                raise OperationalError("what it says stays out of the log")

        monkeypatch.setattr(mail_worker, "DAILY", {name: partial(part, name) for name in mail_worker.DAILY})
        monkeypatch.setattr(mail_worker, "monotonic", lambda: now[0])
        monkeypatch.setattr("django.utils.timezone.localdate", lambda: today)
        worker = mail_worker.Command()
        worker.tidy_up()
        assert done == list(mail_worker.DAILY)
        assert "daily work: digest of complaints not completed (OperationalError)" in caplog.text
        assert "what it says" not in caplog.text
        done.clear()
        now[0] += mail_worker.AGAIN - 1
        worker.tidy_up()
        assert done == []
        now[0] += 1
        worker.tidy_up()
        assert done == ["digest of complaints"]
        broken.clear()
        now[0] += mail_worker.AGAIN
        worker.tidy_up()
        worker.tidy_up()
        assert done == ["digest of complaints"] * 2
        today += datetime.timedelta(days=1)
        worker.tidy_up()
        assert done[2:] == list(mail_worker.DAILY)

    def test_each_mail_has_a_message_id_that_stays(self) -> None:
        make_complaint()
        names = [mail.message_id for mail in Email.objects.all()]
        assert len(set(names)) == 2
        for email, name in zip(Email.objects.all(), names, strict=True):
            assert email.email_message().message()["Message-ID"] == name
            assert name.endswith("@example.lu>")


class TestProductionSettings:
    """Production names what it lacks, and is strict."""

    WORKING = {
        "DEBUG": "False",
        "SECRET_KEY": "x" * 60,
        "ALLOWED_HOSTS": "portal.example.lu",
        "SITE_URL": "https://portal.example.lu",
        "MAIL_FROM": "portal@example.lu",
    }

    def start(
        self, tmp_path: Path, expression: str = "None", **changes: str
    ) -> subprocess.CompletedProcess[str]:
        environment = {**self.WORKING, **changes, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
        code = f"from django.conf import settings as s; import django; django.setup(); print({expression})"
        return subprocess.run(  # noqa: S603 - our own interpreter
            [sys.executable, "-c", code],
            env={**environment, "DJANGO_SETTINGS_MODULE": "legalsite.settings"},
            cwd=settings.BASE_DIR,
            capture_output=True,
            text=True,
            check=False,
        )

    @pytest.mark.parametrize("variable", ["SECRET_KEY", "ALLOWED_HOSTS", "SITE_URL", "MAIL_FROM"])
    def test_refuses_to_start_and_names_what_is_missing(self, tmp_path: Path, variable: str) -> None:
        refused = self.start(tmp_path, **{variable: ""})
        assert refused.returncode != 0
        assert f"The environment variable {variable} is missing" in refused.stderr.splitlines()[-1]

    def test_starts_when_all_is_there(self, tmp_path: Path) -> None:
        started = self.start(
            tmp_path,
            "s.DEBUG, s.SECURE_SSL_REDIRECT, s.SESSION_COOKIE_SECURE, s.LOAD_SPECIMENS, s.EMAIL_BACKEND",
        )
        assert started.returncode == 0, started.stderr
        assert started.stdout.split()[:4] == ["False", "True", "True", "False"]
        assert "smtp" in started.stdout

    def test_cookies_are_bound_to_the_host_over_https(self, tmp_path: Path) -> None:
        names = "s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, s.LANGUAGE_COOKIE_NAME"
        strict = self.start(tmp_path, names)
        assert strict.stdout.split() == ["__Host-sessionid", "__Host-csrftoken", "__Host-django_language"]
        plain = self.start(tmp_path, names, HTTPS="False")
        assert plain.stdout.split() == ["sessionid", "csrftoken", "django_language"]

    @pytest.mark.parametrize(
        ("debug", "wanted", "needed"),
        [("False", "False", "True"), ("True", "", "False"), ("True", "1", "True")],
    )
    def test_the_second_factor_cannot_be_turned_off_in_production(
        self, tmp_path: Path, debug: str, wanted: str, needed: str
    ) -> None:
        changes = {"STAFF_SECOND_FACTOR": wanted} if wanted else {}
        started = self.start(tmp_path, "s.STAFF_SECOND_FACTOR", DEBUG=debug, **changes)
        assert started.stdout.strip() == needed

    def test_several_machines_by_environment_only(self, tmp_path: Path) -> None:
        started = self.start(
            tmp_path,
            "s.CACHES['default']['BACKEND'], s.STORAGES['default']['BACKEND'], "
            "s.STORAGES['attachments']['OPTIONS']['location'], s.DATABASES['default']['OPTIONS']['pool'], "
            "s.DATABASES['default']['CONN_MAX_AGE'], s.SESSION_COOKIE_NAME, s.SECRET_KEY_FALLBACKS",
            CACHE_URL="redis://127.0.0.1:1/0",
            S3_BUCKET="legal-portal",
            DATABASE_URL="postgres://portal@127.0.0.1:1/portal",
            DATABASE_POOL="8",
            SECRET_KEY_FALLBACKS="one,two",
        )
        assert started.returncode == 0, started.stderr
        assert started.stdout.split(" ", 3)[:3] == [
            "core.shared_cache.SharedCache",
            "core.object_storage.ObjectStorage",
            "attachments",
        ]
        assert started.stdout.split(" ", 3)[3] == (
            "{'min_size': 1, 'max_size': 8, 'timeout': 2} 0 __Host-sessionid ['one', 'two']\n"
        )

    def test_debug_is_off_unless_asked_for(self, tmp_path: Path) -> None:
        environment = {name: value for name, value in self.WORKING.items() if name != "DEBUG"}
        started = self.start(tmp_path, "s.DEBUG", **environment, DEBUG="")
        assert started.stdout.strip() == "False"


@pytest.mark.django_db
def test_index_texts_says_how_many_passages_there_are() -> None:
    assert run("index_texts") == f"Indexed {Passage.objects.count()} passages.\n"


def test_commands_run_before_the_static_files_are_collected(tmp_path: Path) -> None:
    environment = {**TestProductionSettings.WORKING, "DATA_DIR": str(tmp_path), "PATH": os.environ["PATH"]}
    checked = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=environment,
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )
    assert checked.returncode == 0, checked.stderr
