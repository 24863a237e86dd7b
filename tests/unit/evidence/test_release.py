"""``release.yaml``: read strictly, and changed in one place only."""

from __future__ import annotations

import pytest
import yaml

from gatelib.errors import EvidenceError, UsageError
from gatelib.evidence import release
from gatelib.records import record_problems
from tests.packs import COMMIT, DIGEST, IMAGE

HASH = "c" * 64
WRITTEN = release.write(service="shop", version="1.10", commit=COMMIT, images=[IMAGE])


def test_what_is_written_is_a_record_and_is_read() -> None:
    value = yaml.safe_load(WRITTEN)
    assert list(record_problems("gatelib.dev/Release", value)) == []
    assert release.read(WRITTEN, file="r") == release.Release(
        service="shop", version="1.10", commit=COMMIT, images=(DIGEST,), sha256=None
    )


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"commit": "abc"}, "`abc` is no commit"),
        ({"commit": COMMIT.upper()[:-1] + "F"}, f"`{COMMIT[:-1]}F` is no commit"),
        ({"images": ["shop:1"]}, "`shop:1` is no image by its digest"),
        ({"images": []}, "a release has an image"),
        ({"service": ""}, "a release has a service and a version"),
    ],
)
def test_what_is_no_release_is_not_written(change: dict[str, object], message: str) -> None:
    with pytest.raises(UsageError) as caught:
        release.write(**{"service": "s", "version": "1", "commit": COMMIT, "images": [IMAGE], **change})  # type: ignore[arg-type] # a mixture
    assert caught.value.message == message


HEAD = "apiVersion: gatelib.dev/v1\nkind: Release\n"
SPEC = f"service: shop\n  version: '1'\n  commit: {COMMIT!r}\n  images: [{IMAGE!r}]\n"
UNPINNED = "the Release does not name its images by digest"
SEALED = {
    "null": ("  evidencePack:\n    sha256: null  # set by seal\n", f'    sha256: "{HASH}"  # set by seal\n'),
    "tilde": ("  evidencePack:\n    sha256: ~\n", f'    sha256: "{HASH}"\n'),
    "nothing": ("  evidencePack:\n    sha256:\n", f'    sha256: "{HASH}"\n'),
    "nothing and a comment": ("  evidencePack:\n    sha256:  # later\n", f'    sha256: "{HASH}"  # later\n'),
    "another": (f"  evidencePack:\n    sha256: {'d' * 64}\n", f'    sha256: "{HASH}"\n'),
    "in quotes": (f"  evidencePack:\n    sha256: '{'d' * 64}' # old\n", f'    sha256: "{HASH}" # old\n'),
    "empty text": ("  evidencePack:\n    sha256: ''\n", f'    sha256: "{HASH}"\n'),
    "quoted key": ('  evidencePack:\n    "sha256": null\n', f'    "sha256": "{HASH}"\n'),
    "flow": (
        "  evidencePack: {sha256: null, location: x}\n",
        f'  evidencePack: {{sha256: "{HASH}", location: x}}\n',
    ),
}


@pytest.mark.parametrize("case", SEALED)
@pytest.mark.parametrize("end", ["\n", "\r\n"], ids=["LF", "CR LF"])
def test_sealing_changes_one_line(case: str, end: str) -> None:
    before, line = SEALED[case]
    start = f"# a comment\n{HEAD}spec:\n  {SPEC}"
    rest = "  changes: []  # none\n---\nkind: Other\n"
    *kept, _ = before.splitlines(keepends=True)
    given = (start + before + rest).replace("\n", end).encode()
    wanted = (start + "".join(kept) + line + rest).replace("\n", end).encode()
    assert release.sealed(given, HASH, file="r") == wanted
    assert release.sealed(wanted, HASH, file="r") == wanted


def test_a_pack_that_the_record_does_not_name_yet_is_put_in() -> None:
    given = f"{HEAD}spec:\n  # what\n  {SPEC}".encode()
    wanted = f'{HEAD}spec:\n  # what\n  evidencePack:\n    sha256: "{HASH}"\n  {SPEC}'.encode()
    assert release.sealed(given, HASH, file="r") == wanted
    given = f"{HEAD}spec:\n  {SPEC}  evidencePack:\n    location: x\n".encode()
    wanted = f'{HEAD}spec:\n  {SPEC}  evidencePack:\n    sha256: "{HASH}"\n    location: x\n'.encode()
    assert release.sealed(given, HASH, file="r") == wanted


@pytest.mark.parametrize(
    "tail",
    ["  evidencePack:\n", "  evidencePack: []\n", "  x: &a null\n  evidencePack: {sha256: *a}\n  y: *a\n"],
    ids=["empty", "list", "alias"],
)
def test_what_cannot_be_changed_in_one_place_is_left_alone_or_changed_right(tail: str) -> None:
    given = f"{HEAD}spec:\n  {SPEC}{tail}".encode()
    try:
        made = release.sealed(given, HASH, file="r")
    except UsageError as error:
        assert error.message == "the place for the pack's hash cannot be found"
        return
    wanted = yaml.safe_load(given)
    wanted["spec"]["evidencePack"] = {"sha256": HASH}
    assert yaml.safe_load(made) == wanted


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("kind: Release\n", "has 0 Release records, and there must be one"),
        (f"{HEAD}---\n{HEAD}", "has 2 Release records, and there must be one"),
        (f"{HEAD}spec:\n  {SPEC}".replace("'1'", "1.10"), "the Release names no version"),
        (f"{HEAD}spec:\n  {SPEC}".replace("shop", "''", 1), "the Release names no service"),
        (f"{HEAD}spec: x\n", "the Release names no service"),
        (f"{HEAD}spec:\n  {SPEC}".replace(IMAGE, "shop:1"), UNPINNED),
        (f"{HEAD}spec:\n  {SPEC}".replace(f"{IMAGE!r}", f"{IMAGE!r}, 1"), UNPINNED),
        (f"{HEAD}spec:\n  {SPEC}".replace(f"[{IMAGE!r}]", "[]"), UNPINNED),
        (f"{HEAD}spec:\n  {SPEC}".replace(f"[{IMAGE!r}]", "x"), UNPINNED),
        ("a: b: c\n", None),
    ],
)  # fmt: skip
def test_what_binds_no_evidence_is_an_error(text: str, message: str | None) -> None:
    with pytest.raises(EvidenceError) as caught:
        release.read(text.encode(), file="release.yaml")
    assert caught.value.file == "release.yaml"
    assert message in (None, caught.value.message)
