"""The corpus: what kubectl's decoder makes of small files, and what becomes of hostile ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib.loader import load
from tests.paths import CORPUS, needs_corpus
from tests.unit.loader.same import same

pytestmark = needs_corpus


def cases() -> list[dict[str, Any]]:
    path = CORPUS / "yaml" / "cases.jsonl"
    return [json.loads(line) for line in path.read_text().split("\n") if line] if path.exists() else []


@pytest.mark.parametrize("case", cases(), ids=lambda case: Path(case["file"]).name)
def test_a_file_means_what_it_means_to_kubectl(case: dict[str, Any]) -> None:
    loaded = load((CORPUS / "yaml" / case["file"]).read_bytes())
    values = [document.value for document in loaded.documents]
    orjson.dumps(values)
    if case["expect"] == "value":
        assert loaded.error is None
        assert same(values, case["value"]), values
    elif case["expect"] == "error":
        assert loaded.error is not None


NASTY = {
    "alias_bomb": (0, "GL-ERR-107"),
    "self_alias": (0, "GL-ERR-107"),
    "bad_binary": (0, "GL-ERR-108"),
    "template_unquoted": (0, "GL-ERR-105"),
    "liquid_unrendered": (1, "GL-ERR-105"),
    "go_template": (0, "GL-ERR-105"),
    "linkerd_placeholder": (4, "GL-ERR-105"),
    "duplicate_apiversion": (4, "GL-ERR-104"),
    "duplicate_selector": (0, "GL-ERR-104"),
    "multi_doc_first_only": (2, None),
    "utf16": (2, None),
    "utf16be": (1, None),
    "json_list": (2, None),
    "concatenated": (3, None),
    "crlf": (2, None),
    "dashes_in_block": (1, None),
    "comment": (0, None),
    "empty": (0, None),
}


@pytest.mark.parametrize("name", NASTY)
def test_a_nasty_file_gives_its_documents_or_the_right_error(name: str) -> None:
    [path] = (CORPUS / "nasty").glob(f"*-{name}.*")
    loaded = load(path.read_bytes())
    assert (len(loaded.documents), loaded.error and loaded.error.code) == NASTY[name]


def test_every_file_of_the_nasty_set_and_of_the_load_ends_in_json_or_an_error() -> None:
    files = [
        p for folder in ("nasty", "cases", "throughput") for p in (CORPUS / folder).rglob("*") if p.is_file()
    ]
    for path in files:
        loaded = load(path.read_bytes())
        orjson.dumps([document.value for document in loaded.documents])
        assert loaded.documents or loaded.error or not path.read_bytes().strip() or "comment" in path.name, (
            path
        )
