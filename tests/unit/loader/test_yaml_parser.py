"""The parser that everything stands on."""

from __future__ import annotations

import subprocess
import sys

from tests.paths import ROOT


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def test_without_libyaml_the_first_use_says_so() -> None:
    said = run(
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from gatelib.errors import UsageError\n"
        "from gatelib.loader import load\n"
        "try: load(b'a: 1')\n"
        "except UsageError as error: print(error)\n"
    )
    assert said.startswith("PyYAML is installed without libyaml. (Install PyYAML from a wheel")


def test_without_libyaml_json_is_read_all_the_same() -> None:
    said = run(
        "import sys; sys.modules['yaml._yaml'] = None\n"
        "from gatelib.loader import load\n"
        "print(load(b'[1]').documents[0].value)\n"
    )
    assert said == "[1]\n"
