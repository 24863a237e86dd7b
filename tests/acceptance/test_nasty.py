"""Hostile and odd files of the corpus through the command: what becomes of each, how soon, in what memory.

For each class one of three is right, and which one is written down here: an error (3), since something in the
file could not be read or judged; a finding (1); or a pass (0) that says what was judged and what was not.
Nothing is ever passed over in silence, and nothing ends in a traceback.
"""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.command import MEMORY, SECONDS, Done, check, no_traceback, write
from tests.budget import budget
from tests.paths import CORPUS, needs_corpus

pytestmark = needs_corpus


@dataclass(frozen=True)
class Expected:
    """What a file must come to, by all rules of the gate."""

    code: int
    errors: tuple[str, ...] = ()
    """The codes of all errors, each once."""
    rules: tuple[str, ...] = ()
    """Rules that must have a finding."""
    objects: int | None = None
    not_judged: int | None = None


NOTHING = ("GL-ERR-001",)

NASTY: dict[str, Expected] = {
    "001-alias_bomb": Expected(3, ("GL-ERR-107",)),
    "007-self_alias": Expected(3, ("GL-ERR-107",)),
    "009-bad_binary": Expected(3, ("GL-ERR-108",)),
    "011-template_unquoted": Expected(3, ("GL-ERR-105",)),
    "013-norway_env": Expected(1, rules=("GL-K8S-006",), objects=1),
    "015-multi_doc_first_only": Expected(3, NOTHING, objects=0, not_judged=2),
    "017-unconventional_keys": Expected(0, objects=1),
    "019-null_string": Expected(1, objects=1),
    "021-comment": Expected(3, NOTHING, objects=0, not_judged=1),
    "023-list_valid": Expected(1),
    "025-multi_valid_source": Expected(1),
    "027-missing_apiversion": Expected(1, objects=1),
    "029-int_or_string": Expected(0, objects=1),
    "031-utf16": Expected(0, objects=2),
    "033-concatenated": Expected(0, objects=3),
    "035-null_list": Expected(0, objects=1, not_judged=1),
    "037-json_list": Expected(0, objects=2),
    "039-nil_metadata": Expected(0, objects=1),
    "041-partially_valid": Expected(0, objects=1, not_judged=1),
    "043-top_level_array": Expected(3, NOTHING, objects=0, not_judged=1),
    "045-empty_steps": Expected(1, rules=("GL-K8S-008",)),
    "047-utf16be": Expected(1, objects=1),
    "049-liquid_unrendered": Expected(3, ("GL-ERR-105",)),
    "051-malformed_podspec": Expected(3, ("GL-ERR-007",), objects=1),
    "053-malformed_podspec": Expected(1, rules=("GL-K8S-006",), objects=1),
    "055-malformed_podspec": Expected(3, ("GL-ERR-007",), objects=1),
    "057-malformed_podspec": Expected(1, objects=1),
    "059-merge_key_configmap": Expected(0, objects=1),
    "061-duplicate_apiversion": Expected(3, ("GL-ERR-104",), not_judged=0),
    "063-duplicate_selector": Expected(3, ("GL-ERR-104",)),
    "069-octal_mode": Expected(1),
    "071-norway_labels": Expected(3, ("GL-ERR-007",)),
    "075-crlf": Expected(1),
    "077-dashes_in_block": Expected(0, objects=1),
    "079-admission_review": Expected(3, NOTHING, objects=0, not_judged=1),
    "081-go_template": Expected(3, ("GL-ERR-105",)),
    "083-linkerd_placeholder": Expected(3, ("GL-ERR-105",), rules=("GL-K8S-006",), objects=4),
    "085-pod_level_privileged": Expected(1, rules=("GL-K8S-001",), objects=1),
    "087-empty": Expected(3, NOTHING, objects=0, not_judged=1),
    "089-yaml_test_suite": Expected(3, NOTHING, objects=0, not_judged=1),
    "091-yaml_test_suite": Expected(3, NOTHING, objects=0, not_judged=1),
    "093-yaml_test_suite": Expected(3, NOTHING, objects=0, not_judged=1),
}


def listed(index: str) -> list[dict[str, Any]]:
    path = CORPUS / index
    return [json.loads(line) for line in path.read_bytes().splitlines()] if path.exists() else []


def ends_well(done: Done) -> None:
    assert done.code in (0, 1, 3), done.complaint
    assert no_traceback(done), done.complaint
    assert done.seconds < SECONDS
    assert done.memory < MEMORY


@pytest.mark.parametrize("entry", listed("nasty.jsonl"), ids=lambda entry: Path(entry["local"]).stem)
def test_a_nasty_file_comes_to_what_is_right(entry: dict[str, Any]) -> None:
    path = CORPUS / entry["local"]
    expected = NASTY[path.stem]
    done = check(path, cwd=CORPUS)
    ends_well(done)
    report = done.report
    assert (done.code, sorted(set(done.codes))) == (expected.code, sorted(expected.errors))
    assert set(expected.rules) <= set(done.rules)
    counts = {"objects": report["documents"]["objects"], "not_judged": len(report["not_judged"])}
    wanted = {"objects": expected.objects, "not_judged": expected.not_judged}
    assert counts == {key: counts[key] if value is None else value for key, value in wanted.items()}


def test_every_nasty_file_has_its_right_answer() -> None:
    assert {Path(entry["local"]).stem for entry in listed("nasty.jsonl")} == set(NASTY)


def test_an_object_that_no_rule_judges_is_counted_and_named(tmp_path: Path) -> None:
    write(tmp_path, {"a.yaml": "apiVersion: acme.io/v1\nkind: Thing\nmetadata: {name: a}\n"})
    done = check("a.yaml", cwd=tmp_path)
    assert (done.code, done.report["documents"]["objects"]) == (0, 1)
    assert {rule["status"] for rule in done.report["rules"]} == {"not_applicable"}


FILES = listed("yaml/cases.jsonl")


@pytest.mark.parametrize("entry", FILES[:: budget(4, 1)], ids=lambda entry: Path(entry["file"]).stem)
def test_an_odd_file_is_read_or_refused(entry: dict[str, Any]) -> None:
    done = check(CORPUS / "yaml" / entry["file"], cwd=CORPUS)
    ends_well(done)
    refused = {
        "GL-ERR-102",
        "GL-ERR-103",
        "GL-ERR-104",
        "GL-ERR-105",
        "GL-ERR-106",
        "GL-ERR-107",
        "GL-ERR-108",
    }
    if entry["expect"] == "error":
        assert done.code == 3
        assert {*done.codes} & {*refused, "GL-ERR-110"}
    elif entry["expect"] == "value":
        # None of these is an object or a record: each is read, named, and nothing to judge.
        assert (done.code, done.codes) == (3, ["GL-ERR-001"])
        assert len(done.report["not_judged"]) == max(1, len(entry["value"]))


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("large")
    (folder / "extra").mkdir()
    subprocess.run([sys.executable, CORPUS / "yaml" / "make_large.py"], cwd=folder, check=True)
    return folder / "extra"


def test_the_large_files_end_soon_and_small(large: Path) -> None:
    files = sorted(large.iterdir(), key=lambda path: -path.stat().st_size)
    for path in files[: budget(12, len(files))]:
        done = check(path.name, cwd=large)
        assert done.code == 3, path.name
        assert no_traceback(done), path.name
        assert done.seconds < SECONDS, (path.name, done.seconds)
        assert done.memory < MEMORY, (path.name, done.memory)
