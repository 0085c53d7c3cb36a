"""Kill the processes of a portal again and again while complaints come in, then look for what was lost.

usage: python -m scripts.faults [NUMBER [SEED]]
Runs on SQLite, or on the database of DATABASE_URL, which must be empty. Exits 1 when anything was lost or
doubled that should not be.
"""

import json
import os
import random
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from scripts.complainant import Complainant
from scripts.postgres import free_port
from scripts.stack import Stack
from scripts.supervised import Killer, Supervised

NUMBER = 500
THREADS = 8
AT_ONCE = 8
"""Forms that each thread has open at a time, so that not each waits for as long as a person takes."""

MAIL_SECONDS = 120


class Letterbox:
    """Counts the mails it is handed, by Message-ID and recipient."""

    def __init__(self) -> None:
        self.taken: Counter[tuple[str, str]] = Counter()

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        """Take a mail, as aiosmtpd asks."""
        content = envelope.content if isinstance(envelope.content, bytes) else b""
        self.taken[str(message_from_bytes(content)["Message-ID"]), envelope.rcpt_tos[0]] += 1
        return "250 OK"


def send_all(people: Iterable[Complainant]) -> None:
    """Let people send their complaints, some at a time, each until it has a reference."""
    waiting = list(people)
    while batch := waiting[:AT_ONCE]:
        del waiting[:AT_ONCE]
        for person in batch:
            person.open()
        for person in batch:
            person.check()
        for person in batch:
            person.send()


def verdict(portal: Supervised | Stack, people: Iterable[Complainant]) -> dict[str, Any]:
    """Return what scripts.fault_check finds, once all mails are sent."""
    shown = [
        {"email": person.email, "sha256": person.sha256, "references": sorted(person.references)}
        for person in people
    ]
    deadline = time.monotonic() + MAIL_SECONDS
    while True:
        result: dict[str, Any] = json.loads(portal.run("-m", "scripts.fault_check", given=json.dumps(shown)))
        unsent = any("not sent" in sentence for sentence in result["violations"])
        if not unsent or time.monotonic() > deadline:
            return result
        time.sleep(0.5)


def doubled(box: Letterbox, kills: int) -> tuple[int, list[str]]:
    """Return how many mails left twice, and what is wrong with that: a kill may double one mail."""
    extra = sum(number - 1 for number in box.taken.values())
    wrong = [f"{extra} mails left twice after {kills} kills of the mail worker"] if extra > kills else []
    anonymous = sum(name == "None" for name, _to in box.taken)
    if anonymous:
        wrong.append(f"{anonymous} mails left without a Message-ID")
    acknowledged = Counter(to for _name, to in box.taken if to.startswith("person-"))
    # One mail is one Message-ID: a second for the same person would be a second mail.
    wrong += [f"{to} was written {number} mails" for to, number in acknowledged.items() if number != 1]
    return extra, wrong


def main() -> int:
    """Run, print a table, and return the exit status."""
    number = int(sys.argv[1]) if len(sys.argv) > 1 else NUMBER
    seed = int(sys.argv[2]) if len(sys.argv) > 2 else random.randrange(1_000_000)  # noqa: S311
    box, mail_port = Letterbox(), free_port()
    server = Controller(box, hostname="127.0.0.1", port=mail_port)
    server.start()
    with tempfile.TemporaryDirectory(prefix="portal-faults-") as name:
        portal = Supervised(Path(name), EMAIL_URL=f"smtp://127.0.0.1:{mail_port}")
        with portal.up():
            people = [Complainant(portal.url, index) for index in range(number)]
            killer = Killer(portal, seed)
            began = time.monotonic()
            killer.start()
            with ThreadPoolExecutor(THREADS) as pool:
                list(pool.map(send_all, [people[start::THREADS] for start in range(THREADS)]))
            killer.stop()
            seconds = time.monotonic() - began
            result = verdict(portal, people)
    server.stop()
    extra, wrong = doubled(box, killer.kills["mail"])
    violations = [*result["violations"], *wrong]
    if lost := 2 * number - sum(to.startswith("person-") or "complaints@" in to for _name, to in box.taken):
        # More than these: the daily figures for staff.
        violations += [f"{lost} mails never left"] if lost > 0 else []
    rows = {
        "database": "PostgreSQL" if os.environ.get("DATABASE_URL", "").startswith("postgres") else "SQLite",
        "seed": seed,
        "seconds": round(seconds),
        "forms sent": number,
        "tries that broke off": sum(person.refusals for person in people),
        **{f"kills: {what}": times for what, times in killer.kills.items()},
        **result["found"],
        "mails sent": sum(box.taken.values()),
        "mails sent twice": extra,
        "violations": len(violations),
    }
    for what, value in rows.items():
        print(f"{what:28}{value:>12}")
    for sentence in violations[:40]:
        print(f"!! {sentence}")
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
