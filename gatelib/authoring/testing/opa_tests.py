"""Unit tests by ``opa test``, on the same policies and data as on the embedded engine."""

from __future__ import annotations

import re
import subprocess
import tempfile
from collections.abc import Collection, Iterator, Mapping, Sequence
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
_PLACE: Final = re.compile(r"policy/([0-9]+)/[^:\s]+")


def opa_tests(suite: Suite, picked: Mapping[str, Sequence[Test]]) -> Iterator[Checked]:
    """Yield what became of each test.

    All are errors where OPA refuses the policies, or has run others than these tests.

    Raises:
        EngineError: OPA is not there.

    """
    tests = [test for found in picked.values() for test in found]
    if not tests:
        return
    binary()
    with tempfile.TemporaryDirectory(prefix="gatelib-opa-") as folder:
        root = Path(folder)
        shown, reason = _write(suite, root), ""
        try:
            answers = _run(root, suite, picked)
        except EngineError as error:
            reason = " ".join(_PLACE.sub(lambda place: shown[int(place[1])], error.message).split())
            answers = {}
    for test in tests:
        answer = answers.get(f"{test.file.module.package}.{test.name}")
        if test.todo:
            yield of_test(test, "skip", test.skipped)
        elif answer is None:
            yield of_test(test, "error", reason)
        elif answer.get("error"):
            yield of_test(test, "error", _reason(answer["error"]))
        elif answer.get("fail"):
            yield of_test(test, "fail", "", [] if test.skipped else explain(suite, test))
        else:
            yield of_test(test, "pass")


def _write(suite: Suite, root: Path) -> list[str]:
    """Write all policies and tests, each into a folder of its own, and return how each is shown."""
    workspace = suite.workspace
    own = {source.module: source.name for source in workspace.own}
    named = [(module, own.get(module, module.path)) for module in workspace.policy.modules]
    named += [(file.module, file.name) for file in workspace.tests]
    for number, (module, _) in enumerate(named):
        path = root / "policy" / str(number) / Path(module.path).name
        path.parent.mkdir(parents=True)
        path.write_text(module.text, "utf-8")
    (root / "policy" / "data.json").write_bytes(orjson.dumps(workspace.data))
    return [name for _, name in named]


def _run(root: Path, suite: Suite, packages: Collection[str]) -> dict[str, Any]:
    """Run whole packages, so that a test that only OPA sees is seen."""
    names = [test.query for package in packages for test in suite.found[package]]
    command = [
        binary(), "test", "--format", "json", "--timeout", _EACH,
        "--capabilities", str(resources.capabilities()),
        "--run", f"^data[.]({'|'.join(re.escape(package) for package in packages)})[.][^.]+$", "policy",
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
