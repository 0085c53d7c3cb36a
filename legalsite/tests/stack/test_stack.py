"""Several processes behave as one portal, behind the nginx configuration of deploy/ (`make test-stack`)."""

import http.client
import json
import re
import socket
import threading
import time
from html import unescape

import pytest

from core.stored_files import ACCEL
from legalsite.tests.browser.conftest import Mailbox
from legalsite.tests.stack.conftest import Visitor
from scripts.complainant import HIDDEN, REFERENCE, hidden
from scripts.stack import HOST, Stack

pytestmark = pytest.mark.stack

BOTH = ("web1", "web2")

LOGGED = 1.5
"""Seconds after which nginx has written what it keeps of its log."""

QUEUE = """
from core.mail import queue_text
for number in range(40):
    text = f"mail number {number}."
    queue_text(language="en", to=f"person-{number}@example.com", subject="Twice?", text=text)
"""


def headers_are_strict(headers: dict[str, str]) -> bool:
    return (
        "default-src 'none'" in headers["content-security-policy"]
        and headers["x-content-type-options"] == "nosniff"
        and headers["x-frame-options"] == "DENY"
        and headers["referrer-policy"] == "same-origin"
        and headers["cross-origin-opener-policy"] == "same-origin"
        and headers["strict-transport-security"].startswith("max-age=31536000")
    )


def test_language_and_static_files_are_the_same(visitor: Visitor) -> None:
    for at in BOTH:
        assert visitor.get("/", at, **{"Accept-Language": "en"}).headers["location"] == "/en/"
    pages = [visitor.get("/fr/", at).text for at in BOTH]
    names = [set(re.findall(r'"(/static/[^"]+)"', page)) for page in pages]
    assert names[0] == names[1]
    for name in names[0]:
        answer = visitor.get(name)
        assert answer.status == 200
        assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
        assert headers_are_strict(answer.headers)


def test_a_session_and_its_language_hold_at_both(visitor: Visitor, staff: dict[str, str]) -> None:
    visitor.cookies |= staff
    assert visitor.get("/admin/", "web1").status == visitor.get("/admin/", "web2").status == 200
    visitor.get("/en/complaints/new/", "web1")
    assert visitor.post("/admin/language/", {"language": "en", "next": "/admin/"}, "web1").status == 302
    assert '<html lang="en' in visitor.get("/admin/", "web2").text


def test_limits_count_at_both_together_and_a_forged_network_is_not_believed(stack: Stack) -> None:
    address = "/en/documents/on-a-date/texts.zip?on=2026-11-23"
    direct = Visitor(stack, "198.51.100.7")
    statuses = [direct.get(address, at).status for at in BOTH * 10]
    assert statuses == [200] * 20
    refused = [direct.get(address, at) for at in BOTH]
    assert [answer.status for answer in refused] == [429, 429]
    assert 0 < int(refused[0].headers["retry-after"]) <= 60
    through = [Visitor(stack, f"10.0.{number}.1").get(address).status for number in range(21)]
    assert through == [200] * 20 + [429]


def test_a_file_has_one_address_and_one_content(visitor: Visitor) -> None:
    address = visitor.file_address()
    whole = visitor.get(address)
    assert whole.content.startswith(b"%PDF-")
    assert headers_are_strict(whole.headers)
    assert whole.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert whole.headers["content-language"] == "en"
    assert "last-modified" not in whole.headers
    etag = whole.headers["etag"]
    for at in BOTH:
        answer = visitor.get(address, at)
        assert (answer.headers["etag"], answer.content) == (etag, b"")
        stored = answer.headers["x-accel-redirect"]
    assert visitor.get(stored).status == 404
    part = visitor.get(address, Range="bytes=0-4")
    assert (part.status, part.content) == (206, b"%PDF-")
    assert visitor.get(address, **{"Range": "bytes=0-4", "If-Range": '"other"'}).content == whole.content
    assert visitor.get(address, **{"If-None-Match": etag}).status == 304
    assert visitor.get(address, **{"If-Match": '"other"'}).status == 412
    assert visitor.get(address, Range="bytes=99999999-").status == 416


def test_pages_are_compressed_and_foreign_hosts_are_not_answered(stack: Stack, visitor: Visitor) -> None:
    page = visitor.get("/en/documents/", **{"Accept-Encoding": "gzip"})
    assert page.headers["content-encoding"] == "gzip"
    # Kept pages are kept compressed, as gzip; what is made anew is for nginx to compress.
    smaller = visitor.get("/en/complaints/new/", **{"Accept-Encoding": "gzip, br"})
    assert smaller.headers["content-encoding"] == ("br" if stack.brotli else "gzip")
    assert headers_are_strict(page.headers)
    with pytest.raises(http.client.HTTPException):
        visitor.get("/en/", Host="evil.example.com")
    plain = http.client.HTTPConnection(HOST, stack.http_port, timeout=10)
    plain.request("GET", "/en/?q=1", headers={"Host": HOST})
    assert plain.getresponse().headers["Location"] == f"{stack.url}/en/?q=1"


BANNER = """
from core.models import Banner
Banner.objects.{}
"""


def by_whom(stack: Stack, visitor: Visitor, address: str, number: int, **headers: str) -> set[bool]:
    """Ask so often; return whether the portal answered (True) or nginx by itself."""
    time.sleep(LOGGED)
    before = len((stack.folder / "legal-portal.access.log").read_text().splitlines())
    for _time in range(number):
        assert visitor.get(address, **headers).status == 200
    time.sleep(LOGGED)
    lines = (stack.folder / "legal-portal.access.log").read_text().splitlines()[before:]
    assert len(lines) == number
    return {"by=-" not in line for line in lines}


def ask_until(visitor: Visitor, address: str, stop: threading.Event) -> None:
    while not stop.is_set():
        assert visitor.get(address).status == 200
        # Fewer than nginx lets one address have.
        time.sleep(0.03)


def test_nginx_gives_pages_again_and_never_one_that_has_changed(
    stack: Stack, visitor: Visitor, staff: dict[str, str]
) -> None:
    assert by_whom(stack, visitor, "/en/documents/", 60) == {True, False}
    # What is not the same for everybody, or has a query that makes no difference known before.
    for address in ("/en/complaints/new/", "/en/search/?q=terms", "/en/roaming/?q=Turkey"):
        assert by_whom(stack, visitor, address, 20) == {True}
    with_session = Visitor(stack, visitor.network, dict(staff))
    assert by_whom(stack, with_session, "/en/documents/", 20) == {True}
    plain, packed = (
        visitor.get("/en/documents/", **{"Accept-Encoding": coding}) for coding in ("identity", "gzip")
    )
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert visitor.ask("HEAD", "/en/documents/", "nginx", headers={}).content == b""
    assert visitor.get("/en/documents/", **{"If-None-Match": plain.headers["etag"]}).status == 304
    assert {name for name in plain.headers if name.startswith("x-accel")} == set()
    ids = {visitor.get("/en/documents/").headers["x-request-id"] for _time in range(20)}
    assert len(ids) == 20
    for change, is_there in (
        ("create(text_fr='Exemple', text_en='Example of news', shown_from_on='2020-01-01')", True),
        ("all().delete()", False),
    ):
        stop = threading.Event()
        # Somebody asks all the time: the page is kept when it changes.
        busy = threading.Thread(target=ask_until, args=(visitor, "/en/", stop))
        busy.start()
        stack.run("manage.py", "shell", "--verbosity", "0", "-c", BANNER.format(change))
        time.sleep(1)
        assert all(("Example of news" in visitor.get("/en/").text) is is_there for _time in range(20))
        stop.set()
        busy.join()


def test_what_is_too_large_is_refused_and_a_long_search_is_answered(visitor: Visitor) -> None:
    assert visitor.get("/en/search/?q=" + "%C3%A9" * 10_000).status == 200
    large = visitor.post("/en/complaints/new/", {"description": "x" * 63_000_000})
    assert large.status == 413
    assert headers_are_strict(large.headers)


def complain(visitor: Visitor, *, check_at: str, send_at: str) -> str:
    """Send a complaint, checked by one process and sent by the other, and return its reference."""
    blank = visitor.get("/en/complaints/new/", check_at).text
    answers = {
        **hidden(blank),
        "full_name": "Example Customer",
        "address": "1, rue de l’Exemple\nL-0000 Exempleville",
        "phone": "+352 00 00 00",
        "answer_by": "email",
        "email": "customer@example.com",
        "kind": "technical",
        "summary": "Two machines",
        "description": "What happened.",
    }
    answers.pop("csrfmiddlewaretoken")
    time.sleep(3.2)
    checked = visitor.post("/en/complaints/new/", {**answers, "action": "check"}, check_at).text
    fields = {name: unescape(value) for name, value in HIDDEN.findall(checked)}
    fields.pop("csrfmiddlewaretoken", "")
    sent = visitor.post("/en/complaints/new/", {**fields, "action": "send"}, send_at)
    found = REFERENCE.search(visitor.get(sent.headers["location"], check_at).text)
    assert found is not None
    return found[0]


def test_a_form_checked_at_one_is_sent_at_the_other(visitor: Visitor, mailbox: tuple[Mailbox, int]) -> None:
    reference = complain(visitor, check_at="web1", send_at="web2")
    assert len(mailbox[0].wait_for(reference, 2)) == 2


def test_a_second_worker_on_another_machine_sends_no_mail_twice(
    stack: Stack, mailbox: tuple[Mailbox, int]
) -> None:
    stack.start("mail2")
    try:
        stack.run("manage.py", "shell", "--verbosity", "0", "-c", QUEUE)
        found = mailbox[0].wait_for("mail number", 40, seconds=60)
    finally:
        stack.stop("mail2")
    assert len({message["Message-ID"] for message in found}) == len(found) == 40


@pytest.mark.faults
def test_without_redis_pages_stay_up_and_readyz_says_so(stack: Stack, visitor: Visitor) -> None:
    assert json.loads(visitor.get("/readyz").text)["cache"]
    stack.stop("redis")
    try:
        began = time.monotonic()
        for at in BOTH:
            assert visitor.get("/en/search/?q=complaint", at).status == 200
            ready = visitor.get("/readyz", at)
            assert (ready.status, json.loads(ready.text)["cache"]) == (200, False)
        assert time.monotonic() - began < 10
    finally:
        stack.start("redis")
    deadline = time.monotonic() + 20
    while not json.loads(visitor.get("/readyz").text)["cache"]:
        assert time.monotonic() < deadline


def test_who_reads_or_sends_slowly_keeps_nobody_waiting(stack: Stack, visitor: Visitor) -> None:
    # More of each than there are threads in both processes, and more bytes than the kernel holds for us.
    address = visitor.file_address()
    stored = stack.data_dir("web1") / visitor.get(address, "web1").headers["x-accel-redirect"][len(ACCEL) :]
    content = stored.read_bytes()
    stored.write_bytes(bytes(20_000_000))
    post = "POST /en/complaints/new/ HTTP/1.1\r\nContent-Length: 5000000"
    slow = []
    try:
        for request in [f"GET {address} HTTP/1.1"] * 30 + [post] * 30:
            plain = socket.create_connection((HOST, stack.https_port))
            slow.append(stack.tls().wrap_socket(plain, server_hostname=HOST))
            slow[-1].sendall(f"{request}\r\nHost: {stack.authority}\r\n\r\n".encode())
        began = time.monotonic()
        assert {visitor.get("/en/documents/").status for _time in range(10)} == {200}
        assert time.monotonic() - began < 10
    finally:
        for connection in slow:
            connection.close()
        stored.write_bytes(content)


def test_restarting_one_after_the_other_refuses_nobody(stack: Stack, visitor: Visitor) -> None:
    statuses: list[int] = []
    done = threading.Event()

    def read() -> None:
        # Together below what nginx takes for a flood.
        while not done.wait(0.05):
            statuses.append(visitor.get("/en/complaints/follow/").status)

    readers = [threading.Thread(target=read) for _number in range(3)]
    for reader in readers:
        reader.start()
    for name in BOTH:
        stack.stop(name)
        stack.start(name)
        stack.wait_until_it_answers()
        # For a second (fail_timeout) nginx may still believe that it is gone.
        time.sleep(1.5)
    done.set()
    for reader in readers:
        reader.join()
    assert len(statuses) > 10
    assert set(statuses) == {200}


def test_when_none_answers_nginx_says_so(stack: Stack, visitor: Visitor) -> None:
    for name in BOTH:
        stack.stop(name)
    try:
        answer = visitor.get("/en/")
    finally:
        for name in BOTH:
            stack.start(name)
        stack.wait_until_it_answers()
    assert (answer.status, answer.headers["retry-after"]) == (503, "60")
    assert "momentanément indisponible" in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_the_log_of_nginx_keeps_no_address_and_no_secret(stack: Stack, visitor: Visitor) -> None:
    token = "a-secret-word:" + "x" * 40
    visitor.get(f"/en/complaints/follow/{token}/?q=what-somebody-searched")
    time.sleep(LOGGED)
    log = (stack.folder / "legal-portal.access.log").read_text()
    assert "/en/complaints/follow/.../" in log
    for kept_out in (token, "what-somebody-searched", "127.0.0.1 ", "?"):
        assert kept_out not in log


def test_machines_that_share_no_disk_share_their_files(apart: Stack) -> None:
    visitor = Visitor(apart, "203.0.113.8")
    address = visitor.file_address()
    files = [visitor.get(address, at) for at in (*BOTH, "nginx")]
    assert len({file.content for file in files}) == len({file.headers["etag"] for file in files}) == 1
    assert files[0].content.startswith(b"%PDF-")
    assert visitor.get(address, Range="bytes=0-4").content == b"%PDF-"
    assert not list(apart.folder.glob("data-web*/files"))
    assert json.loads(visitor.get("/readyz").text)["storage"]
