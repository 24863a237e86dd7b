"""``gatelib evidence``: what it says of mistakes, and how it ends."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.acceptance.command import Done, gatelib
from tests.signing import pair

IMAGE = f"registry.example.com/shop@sha256:{'a' * 64}"
ABOUT = ["--service", "shop", "--version", "1.4.2", "--commit", "f" * 40, "--image", IMAGE]
CONFIG = """\
trust:
  evidence:
    - {producer: ci, keys: [ci.pub], files: ["tests/*"]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a folder with an empty pack, a key, its producer's configuration and a file to add."""
    (tmp_path / "ci.key").write_text(pair("ci", "EdDSA").private)
    (tmp_path / "ci.pub").write_text(pair("ci", "EdDSA").public)
    (tmp_path / "trust.yaml").write_text(CONFIG)
    (tmp_path / "unit.xml").write_text("<testsuite name='unit'/>")
    assert evidence(tmp_path, "init", "pack", *ABOUT).code == 0
    return tmp_path


def evidence(place: Path, *given: str) -> Done:
    return gatelib("evidence", *given, cwd=place)


def add(place: Path, *given: str, producer: str = "ci") -> Done:
    return evidence(place, "add", "pack", *given, "--key", "ci.key", "--producer", producer)


def outcome(done: Done) -> tuple[int, str]:
    return done.code, done.complaint


def sealed(place: Path) -> None:
    assert add(place, "unit.xml", "--role", "tests").code == 0
    assert evidence(place, "seal", "pack").code == 0


@pytest.mark.parametrize("name", ["", "  "])
def test_nobody_signs_without_a_name(place: Path, name: str) -> None:
    assert outcome(add(place, "unit.xml", "--role", "tests", producer=name)) == (
        2,
        "gatelib: the producer has no name\n  name it as `trust.evidence` does\n",
    )
    assert not (place / "pack" / "index.jsonl").exists()


def test_what_is_not_there_is_named_as_it_was_given(place: Path) -> None:
    assert outcome(add(place, "gone.xml", "--role", "tests")) == (
        2,
        "gatelib: gone.xml: cannot be read: No such file or directory\n",
    )


@pytest.mark.parametrize(
    ("path", "complaint"),
    [
        ("/a.xml", "/a.xml: is no plain path in a pack\n  it is relative, in UTF-8, without `..`\n"),
        (
            "controls/a.xml",
            "controls/a.xml: is no place for evidence\n"
            "  `release.yaml`, `MANIFEST.sha256`, `index.jsonl` and `controls/` are the pack's own\n",
        ),
    ],
)
def test_a_place_that_evidence_cannot_have_is_explained(place: Path, path: str, complaint: str) -> None:
    assert outcome(add(place, "unit.xml", "--as", path)) == (2, f"gatelib: {complaint}")


def test_nothing_is_not_sealed(place: Path) -> None:
    assert outcome(evidence(place, "seal", "pack")) == (
        2,
        "gatelib: pack: holds no evidence\n  put files in with `gatelib evidence add`\n",
    )
    assert not (place / "pack" / "MANIFEST.sha256").exists()


def test_a_seal_over_nothing_does_not_hold(place: Path) -> None:
    sealed(place)
    for name in ("MANIFEST.sha256", "index.jsonl", "tests/unit.xml"):
        (place / "pack" / name).unlink()
    (place / "pack" / "MANIFEST.sha256").touch()
    done = evidence(place, "verify", "pack", "--config", "trust.yaml")
    assert done.code == 1
    assert done.out.decode().splitlines()[0] == "index.jsonl: is missing: the pack holds no evidence"


def test_one_file_is_counted_as_one(place: Path) -> None:
    sealed(place)
    (place / "pack" / "index.jsonl").unlink()
    done = evidence(place, "verify", "pack", "--config", "trust.yaml")
    assert (done.code, done.out.decode().splitlines()[-1]) == (1, "2 faults in 1 file")


def test_a_release_from_elsewhere_goes_by_its_own_name(place: Path) -> None:
    sealed(place)
    (place / "other.yaml").write_text("kind: ConfigMap\napiVersion: v1\n")
    given = ["verify", "pack", "--config", "trust.yaml", "--release"]
    assert outcome(evidence(place, *given, "other.yaml")) == (
        3,
        "gatelib: other.yaml: has 0 Release records, and there must be one\n",
    )
    record = (place / "pack" / "release.yaml").read_text()
    (place / "other.yaml").write_text(record.partition("  evidencePack:")[0])
    done = evidence(place, *given, "other.yaml")
    assert (done.code, done.out.decode()) == (1, "other.yaml: names no Evidence Pack\n1 fault in 2 files\n")


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        (
            ["verify", "pack", "--producer", "ci"],
            2,
            "a key names no producer\n  write --producer NAME=FILE\n",
        ),
        (
            ["verify", "oci://pack", "--producer", "ci=ci.pub"],
            2,
            "`pack` is no reference to an artifact in a registry\n"
            "  it must begin with a registry, such as `registry.example.com/`\n",
        ),
        (
            ["verify", "unit.xml", "--producer", "ci=ci.pub"],
            3,
            "unit.xml: the pack is neither a folder nor a tar, or cut off\n",
        ),
        (
            ["drift", "pack", "gone", "--config", "trust.yaml"],
            3,
            "gone: there is no Evidence Pack\n",
        ),
    ],
)
def test_a_mistake_has_one_message_and_its_code(
    place: Path, given: list[str], code: int, complaint: str
) -> None:
    sealed(place)
    assert outcome(evidence(place, *given)) == (code, f"gatelib: {complaint}")


def test_a_bundle_of_evidence_that_nobody_is_trusted_with_says_so(place: Path) -> None:
    sealed(place)
    given = ["bundle", "build", "--evidence", "pack", "-o", "evidence.tar.gz"]
    said = (
        "gatelib: pack: warning: nothing in the pack counts; name producers in `trust.evidence` of --config\n"
    )
    assert outcome(gatelib(*given, cwd=place)) == (0, said)
    assert outcome(gatelib(*given, "--config", "trust.yaml", cwd=place)) == (0, "")
