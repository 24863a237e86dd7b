"""Unit tests by ``opa test``, on the same policies and data as on the embedded engine."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib import resources
from gatelib.authoring.suite import Suite
from gatelib.authoring.testing.explaining import explain
from gatelib.authoring.testing.results import Checked, of_test
from gatelib.authoring.unit_tests import Test
from gatelib.engines.opa_cli import binary, scrubbed
from gatelib.errors import EngineError

_DEADLINE: Final = 600.0
_EACH: Final = "60s"


def opa_tests(suite: Suite, picked: Mapping[str, Sequence[Test]]) -> Iterator[Checked]:
    """Yield what became of each test.

    Raises:
        EngineError: OPA is not there, refuses the policies, or has run others than these tests.

    """
    tests = [test for found in picked.values() for test in found]
    if not tests:
        return
    with tempfile.TemporaryDirectory(prefix="gatelib-opa-") as folder:
        root = Path(folder)
        _write(suite, root)
        answers = _run(root, tests)
    for test in tests:
        answer = answers[f"{test.file.module.package}.{test.name}"]
        if answer.get("skip"):
            yield of_test(test, "skip", test.skipped)
        elif answer.get("error"):
            yield of_test(test, "error", _reason(answer["error"]))
        elif answer.get("fail"):
            yield of_test(test, "fail", "", [] if test.skipped else explain(suite, test))
        else:
            yield of_test(test, "pass")


def _write(suite: Suite, root: Path) -> None:
    """Write all policies and tests, each folder of which may have files of the same name."""
    workspace = suite.workspace
    modules = [*workspace.policy.modules, *(file.module for file in workspace.tests)]
    for number, module in enumerate(modules):
        path = root / "policy" / str(number) / Path(module.path).name
        path.parent.mkdir(parents=True)
        path.write_text(module.text, "utf-8")
    (root / "policy" / "data.json").write_bytes(orjson.dumps(workspace.data))


def _run(root: Path, tests: Sequence[Test]) -> dict[str, Any]:
    names = [f"data.{test.file.module.package}.{test.name}" for test in tests]
    command = [
        binary(), "test", "--format", "json", "--timeout", _EACH,
        "--capabilities", str(resources.capabilities()),
        "--run", f"^({'|'.join(re.escape(name) for name in names)})$", "policy",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 - the binary from PATH, with arguments of our own
            command, capture_output=True, timeout=_DEADLINE, env=scrubbed(), cwd=root, check=False
        )
    except subprocess.TimeoutExpired:
        raise EngineError(f"opa test did not end in {_DEADLINE:g} s") from None
    except OSError as error:
        raise EngineError(f"opa could not be started: {error.strerror}") from None
    try:
        listed = orjson.loads(done.stdout)
    except orjson.JSONDecodeError:
        listed = None
    if not isinstance(listed, list):
        said = (done.stderr or done.stdout).decode(errors="replace").strip()
        raise EngineError(f"opa refuses the policies: {said[:400] or 'it gave no reason'}")
    answers = {f"{entry['package']}.{entry['name']}": entry for entry in listed}
    odd = sorted(answers.keys() ^ set(names))
    if odd or len(listed) != len(names):
        raise EngineError(
            f"opa has run {len(listed)} tests of {len(names)}: the engines disagree on `{(odd or names)[0]}`"
        )
    return {name.removeprefix("data."): answer for name, answer in answers.items()}


def _reason(errors: Any) -> str:
    listed = errors if isinstance(errors, list) else [errors]
    texts = [entry.get("message", "") if isinstance(entry, dict) else str(entry) for entry in listed]
    return "; ".join(texts)[:400]
