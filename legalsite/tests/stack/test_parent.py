"""What the stack starts goes with it, even when it is killed."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.stack

PARENT = """
import subprocess, time
from scripts.postgres import WITH_PARENT
print(subprocess.Popen([*WITH_PARENT, "sleep", "60"], start_new_session=True).pid, flush=True)
time.sleep(60)
"""


def test_a_killed_parent_takes_its_children_along() -> None:
    root = Path(__file__).resolve().parents[3]
    parent = subprocess.Popen([sys.executable, "-c", PARENT], cwd=root, stdout=subprocess.PIPE, text=True)  # noqa: S603
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    # Until setpriv has told the kernel and become the program.
    while Path(f"/proc/{child}/comm").read_text().strip() != "sleep":
        time.sleep(0.01)
    parent.kill()
    parent.wait()
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            os.kill(child, 0)
        except ProcessLookupError:
            return
        if " Z " in Path(f"/proc/{child}/stat").read_text():
            return
        time.sleep(0.05)
    pytest.fail("the child lives on")
