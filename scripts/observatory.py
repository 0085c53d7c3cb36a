"""The grade that MDN's HTTP Observatory gives to the portal behind the nginx of deploy/.

usage: python -m scripts.observatory. The Observatory asks only the ports 80 and 443, which are for root. It
exits with 1 unless the grade is A+ and every test is passed.
"""

import json
import os
import subprocess
import sys

from scripts.portal import ROOT
from scripts.stack import HOST, up

BEST = "A+"


def main() -> int:
    """Start the stack on the two ports, let it be graded, and print the points of each test."""
    with up(ports=(443, 80), EMAIL_URL="consolemail://") as stack:
        printed = subprocess.run(
            ["node", str(ROOT / "scripts" / "observatory" / "grade.mjs"), HOST],
            env={
                **os.environ,
                "NODE_EXTRA_CA_CERTS": str(stack.folder / "certificate.pem"),
                "NO_PROXY": HOST,
            },
            check=True,
            stdout=subprocess.PIPE,
            text=True,
        ).stdout
    found = json.loads(printed)
    for test in found["tests"]:
        print(f"{test['points']:+4}  {test['name']}: {test['result']}{'' if test['passed'] else ' FAILED'}")
    print(f"{found['grade']}, {found['score']} points.")
    return 0 if found["grade"] == BEST and all(test["passed"] for test in found["tests"]) else 1


if __name__ == "__main__":
    sys.exit(main())
