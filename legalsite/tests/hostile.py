"""What a hostile visitor sends: texts, files and bodies; and how to tell that a page was taken in by them."""

from html.parser import HTMLParser
from urllib.parse import quote, quote_from_bytes

from django.http import HttpResponse

TEXTS: dict[str, str | bytes] = {
    "NUL": "a\x00b",
    "control characters": "".join(map(chr, range(1, 32))) + "\x7f\x85\u2028",
    "a lone surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe\xc0\xaf",
    "long": "x" * 10_000,
    "long digits": "9" * 5_000,
    "a number past 64 bits": str(2**64),
    "a negative number": "-1",
    "no number": "1e999",
    "other digits": "\u0661\u0662\u00b2",
    "a year past the end": "9999-12-31",
    "the year 0": "0000-01-01",
    "a date too long": "2026-02-30T25:61:61.999999999999+99:99",
    "SQL": "' OR 1=1; DROP TABLE core_banner;--",
    "LIKE": "%_\\%",
    "FTS": '" OR NEAR(*) AND NOT {x}: ^',
    "an element": "\"'></textarea></title></script><hostile onhostile=1>",
    "an attribute": "x\" onhostile=\"1\" y='z' onhostile='1",
    "a template": "{{ 1|hostile }}{% hostile %}${7*7}#{7*7}<%= 7*7 %>",
    "an address": "javascript:hostile//https://hostile.example.com/",
    "a path": "../../../../etc/passwd",
    "headers": "x\r\nX-Hostile: 1\r\n\r\n<hostile>",
    "bidi": "\u202egnp.\u2066x\u2069\u200b\ufeff",
    "marks": "e" + "\u0301" * 2_000,
    "an object": '{"$gt": "", "__class__": 1}',
    "a format": "%s%n%(x)s{0.__class__}",
}
"""Values of a field or a parameter, each under what it tries."""

PDF = b"%PDF-1.7\n"

FILES: dict[str, tuple[bytes, bytes]] = {
    "out of the folder": (b"../../../../etc/cron.d/x.pdf", PDF),
    "NUL in the name": (b"a.pdf\x00.exe", PDF),
    "no UTF-8 in the name": (b"\xff\xfe.pdf", PDF),
    "an element as name": (b"<hostile onhostile=1>.pdf", PDF),
    "a long name": (b"x" * 5_000 + b".pdf", PDF),
    "a name of dots": (b"...", PDF),
    "bidi in the name": ("invoice\u202efdp.exe.pdf".encode(), PDF),
    "empty": (b"a.pdf", b""),
    "cut short": (b"a.pdf", PDF + b"1 0 obj<</Type/Catalog/Pages 2 0 R"),
    "a loop": (
        b"a.pdf",
        PDF + b"1 0 obj<</Type/Pages/Kids[1 0 R]/Parent 1 0 R>>endobj trailer<</Root 1 0 R>>",
    ),
    "another kind": (b"a.png", b"<svg onload=hostile()>"),
    "half an archive": (b"a.docx", b"PK\x03\x04" + b"\x00" * 40),
    "half a picture": (b"a.jpg", b"\xff\xd8\xff\xe0"),
    "a mail of headers": (b"a.eml", b"From: x\nSubject: " + b"=?utf-8?q?" * 500),
    "zeros as text": (b"a.txt", b"\x00" * 1_000),
}
"""Name and content of files, each under what it tries."""

BOUNDARY = "hostile-boundary"

BODIES: dict[str, tuple[str, bytes]] = {
    "no boundary": ("multipart/form-data", b"x"),
    "a boundary that never comes": (f"multipart/form-data; boundary={BOUNDARY}", b"x" * 2_000),
    "part without name": (
        f"multipart/form-data; boundary={BOUNDARY}",
        f"--{BOUNDARY}\r\nContent-Disposition: form-data\r\n\r\nx\r\n--{BOUNDARY}--".encode(),
    ),
    "part of broken base64": (
        f"multipart/form-data; boundary={BOUNDARY}",
        f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="x"\r\n'
        f"Content-Transfer-Encoding: base64\r\n\r\n!!!\r\n--{BOUNDARY}--".encode(),
    ),
    "another character set": ("application/x-www-form-urlencoded; charset=utf-16", b"x=%00"),
    "no character set": ("application/x-www-form-urlencoded; charset=hostile", b"x=1"),
    "too many fields": ("application/x-www-form-urlencoded", b"&".join(b"x=1" for _ in range(1_001))),
    "too large": ("application/x-www-form-urlencoded", b"x=" + b"y" * 1_000_001),
    "JSON": ("application/json", b'{"x":'),
    "nothing known": ("\u00e9/;;", b"\xff"),
}
"""Kind and content of bodies that no browser sends."""


def quoted(value: str | bytes) -> str:
    """Return a value as it stands in an address, whatever bytes it has."""
    return quote_from_bytes(value, safe="") if isinstance(value, bytes) else quote(value, safe="")


def form(fields: list[tuple[str, str | bytes]]) -> bytes:
    """Return fields as the body of a form."""
    return "&".join(f"{quoted(name)}={quoted(value)}" for name, value in fields).encode()


def upload(fields: dict[str, str], field: str, name: bytes, content: bytes) -> bytes:
    """Return a form with one file as a body, with the name as it is: no client would send it."""
    parts = [
        f'Content-Disposition: form-data; name="{key}"\r\n\r\n{value}\r\n'.encode()
        for key, value in fields.items()
    ]
    head = b'Content-Disposition: form-data; name="%b"; filename="%b"\r\nContent-Type: text/html\r\n\r\n'
    parts.append(head % (field.encode(), name) + content + b"\r\n")
    mark = f"--{BOUNDARY}".encode()
    return b"".join(mark + b"\r\n" + part for part in parts) + mark + b"--\r\n"


class Reader(HTMLParser):
    """Reads a page: the fields of its forms that are posted, and what has no business there."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.fields: dict[str, str] = {}
        self.taken_in = False
        self.in_form = False
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        facts = dict(attrs)
        self.taken_in |= tag == "hostile" or "onhostile" in facts
        self.taken_in |= (facts.get("href") or "").lower().startswith("javascript:")
        if tag == "form":
            self.in_form = facts.get("method") == "post"
        elif self.in_form and facts.get("name") and tag in ("input", "select", "textarea", "button"):
            self.fields.setdefault(facts["name"] or "", facts.get("value") or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self.in_form = False


def fault_of(response: HttpResponse) -> str:
    """Return what is wrong with an answer to something hostile, empty when nothing is."""
    if response.status_code >= 500:
        return f"status {response.status_code}"
    if "X-Hostile" in response.headers or "hostile.example.com" in response.get("Location", "").split("?")[0]:
        return "headers of the visitor's"
    if response.streaming or not response.get("Content-Type", "").startswith("text/html"):
        return ""
    return "the page was taken in" if Reader(response.text).taken_in else ""
