"""``gatelib ledger``, as people use it one after the other."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest
from jsonschema import Draft7Validator

from gatelib import resources
from tests.acceptance.command import Done, gatelib, no_traceback
from tests.ledgers import altered, hashes, lines, write
from tests.signing import pair

AT = ("--now", "2026-11-22T12:00:00Z")
FILE = "2026/11/22/entries.jsonl"
SHA = f"sha256:{'a' * 64}"
CONFIG = """\
trust:
  ledger:
    - {writer: audit, keys: [audit.pub]}
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    for name in ("audit", "eve"):
        (tmp_path / f"{name}.key").write_text(pair(f"ledger {name}", "EdDSA").private)
        (tmp_path / f"{name}.pub").write_text(pair(f"ledger {name}", "EdDSA").public)
    (tmp_path / "gatelib.yaml").write_text(CONFIG)
    (tmp_path / "sbom.json").write_text("{}")
    return tmp_path


def run(place: Path, *given: str, stdin: bytes = b"") -> Done:
    return gatelib("ledger", *given, cwd=place, stdin=stdin)


def append(place: Path, *given: str, stdin: bytes = b"") -> Done:
    return run(place, "append", "audit", *given, *AT, stdin=stdin)


def outcome(done: Done) -> tuple[int, str, str]:
    return done.code, done.text, done.complaint


def entry(**fields: object) -> bytes:
    return json.dumps({"type": "release", "evidence": {"a": SHA}, **fields}).encode() + b"\n"


def test_a_ledger_is_appended_to_signed_published_and_verified(place: Path) -> None:
    made = append(place, "--type", "release", "--evidence", "sbom=sbom.json", "--evidence", f"image={SHA}")
    audit = place / "audit"
    assert outcome(made) == (0, f"{hashes(audit)[0]}\n", "")
    (line,) = lines(audit / FILE)
    said = json.loads(line)
    assert said["evidence"] == {"sbom": f"sha256:{hashlib.sha256(b'{}').hexdigest()}", "image": SHA}
    schema = json.loads(resources.schema("ledger-entry.json").read_bytes())
    assert list(Draft7Validator(schema).iter_errors(said)) == []
    signed = run(place, "checkpoint", "audit", "--key", "audit.key", "-o", "published.json", *AT)
    assert outcome(signed) == (0, "audit/2026/11/22/checkpoint-000000000001.dsse.json\n", "")
    again = append(place, "--type", "rollback", "--evidence", f"image={SHA}")
    head = again.text.strip()
    holds = f"2 entries hold, from 2026-11-22T12:00:00Z to 2026-11-22T12:00:00Z; the last hash is {head}\n"
    assert outcome(run(place, "verify", "audit", "--config", "gatelib.yaml")) == (
        0,
        holds + "signed beside the ledger by audit: the first 1\n"
        "not proven: that nothing after entry 1 was changed: no checkpoint is over it\n"
        "not proven: that nothing was taken from the end: give a published checkpoint with --checkpoint\n",
        "",
    )
    proven = run(
        place, "verify", "audit", "--verification-key", "audit.pub", "--checkpoint", "published.json"
    )
    assert proven.text.splitlines()[2:] == [
        "published: the first 1",
        "not proven: that nothing after entry 1 was changed: no checkpoint is over it",
        "not proven: that nothing after entry 1 was taken away: what was published is older",
    ]
    chain = run(place, "verify", "audit", "--chain-only", "--format", "json")
    assert json.loads(chain.out) == {
        "ledger": "audit",
        "entries": 2,
        "head": head,
        "first": "2026-11-22T12:00:00Z",
        "last": "2026-11-22T12:00:00Z",
        "signed": 0,
        "signed_by": None,
        "published": 0,
        "torn": None,
        "faults": [],
        "more_faults": 0,
    }


def test_a_change_is_named_with_its_file_line_and_entry(place: Path) -> None:
    for _ in range(3):
        append(place, "--type", "release", "--evidence", f"image={SHA}")
    path = place / "audit" / FILE
    was = lines(path)
    write(path, [was[0], altered(was[1], type="audit"), was[2]])
    told = f"{FILE}:2: entry 2 was changed, or entries after it were removed: {FILE}:3 follows another\n"
    assert outcome(run(place, "verify", "audit", "--chain-only")) == (1, told + "1 fault in 3 entries\n", "")
    (path.parent / "entries.jsonl").rename(place / "moved")
    path.symlink_to(place / "moved")
    assert outcome(run(place, "verify", "audit", "--chain-only")) == (
        1,
        f"{FILE}: does not belong in a ledger\n1 fault in 0 entries\n",
        "",
    )


def test_lines_of_standard_input_are_entries_and_each_is_acknowledged(place: Path) -> None:
    done = append(
        place, "-", "--key", "audit.key", stdin=b"".join([entry(), b"\n", entry(type="audit")] * 600)
    )
    assert (done.code, done.complaint) == (0, "")
    assert done.text.split() == hashes(place / "audit")
    assert len(done.text.split()) == 1200
    verified = run(place, "verify", "audit", "--config", "gatelib.yaml", "--format", "json")
    assert json.loads(verified.out)["signed"] == 1000


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        (b"{", "is no JSON object with `type` and `evidence`"),
        (entry(timestamp="2020-01-01T00:00:00Z"), "is no JSON object with `type` and `evidence`"),
        (entry(evidence=[]), "has an `evidence` that is no object"),
        (entry(type="No"), "the entry's type is no word in lower case, or several joined by hyphens"),
        (entry(evidence={"a": "b"}), "the entry's evidence has a value that is not `sha256:` and 64 digits"),
        (b"x" * 200_000, "is longer than any entry"),
    ],
    ids=["json", "keys", "list", "type", "digest", "long"],
)
def test_a_line_that_is_no_entry_is_named_and_those_before_it_are_kept(
    place: Path, line: bytes, complaint: str
) -> None:
    done = append(place, "-", stdin=entry() + entry() + line)
    assert done.code == 2
    assert done.complaint.startswith(f"gatelib: -:3: {complaint}")
    assert done.text.split() == hashes(place / "audit")
    assert len(done.text.split()) == 2


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        ([], 2, "an entry has a --type, and names --evidence"),
        (["-", "--type", "release"], 2, "entries come from standard input"),
        (["--type", "release", "--evidence", "sbom.json"], 2, "`sbom.json` is no evidence"),
        (["--type", "release", "--evidence", "a=gone"], 3, "gone: cannot be read: No such file or directory"),
        (["--type", "release", "--evidence", "a=."], 3, ".: cannot be read: "),
        (
            ["--type", "release", "--evidence", f"a={SHA}", "--evidence", f"a={SHA}"],
            2,
            f"`a={SHA}` names evidence a second time",
        ),
        (["--type", "Release", "--evidence", f"a={SHA}"], 2, "the entry's type is no word in lower case"),
        (["--type", "release", "--evidence", f"a={SHA}", "--name", "a b"], 2, "`a b` is no name of a ledger"),
        (
            ["--type", "release", "--evidence", f"a={SHA}", "--key", "eve.key", "--config", "gatelib.yaml"],
            2,
            "the key is none of those that `trust.ledger` of `gatelib.yaml` names",
        ),
        (
            ["--type", "release", "--evidence", f"a={SHA}", "--key", "audit.pub"],
            2,
            "audit.pub: the signing key is no private key in PEM",
        ),
    ],
    ids=range(10),
)
def test_what_cannot_be_appended_is_explained_and_nothing_is(
    place: Path, given: list[str], code: int, complaint: str
) -> None:
    done = append(place, *given)
    assert (done.code, done.text) == (code, "")
    assert done.complaint.startswith(f"gatelib: {complaint}")
    assert not (place / "audit").exists()


@pytest.mark.parametrize(
    ("given", "code", "complaint"),
    [
        ([], 2, "nobody is trusted to sign checkpoints, so nothing that they say can be verified"),
        (["--chain-only", "--config", "gatelib.yaml"], 2, "--chain-only looks at no checkpoint"),
        (["--chain-only", "--checkpoint", "published.json"], 2, "--chain-only looks at no checkpoint"),
        (["--config", "audit/gatelib.yaml"], 2, "audit/gatelib.yaml"),
    ],
    ids=range(4),
)
def test_what_cannot_be_verified_is_explained(
    place: Path, given: list[str], code: int, complaint: str
) -> None:
    append(place, "--type", "release", "--evidence", f"a={SHA}")
    (place / "audit/gatelib.yaml").write_text(CONFIG.replace("audit.pub", "../audit.pub"))
    done = run(place, "verify", "audit", *given)
    assert (done.code, done.text) == (code, "")
    assert done.complaint.startswith(f"gatelib: {complaint}")


def test_what_is_not_there_is_an_error(place: Path) -> None:
    assert outcome(run(place, "verify", "gone", "--chain-only")) == (
        3,
        "",
        "gatelib: gone: cannot be read: No such file or directory\n",
    )
    append(place, "--type", "release", "--evidence", f"a={SHA}")
    done = run(place, "verify", "audit", "--config", "gatelib.yaml", "--checkpoint", "gone.json")
    assert outcome(done) == (
        3,
        "gone.json: cannot be read: No such file or directory\n1 fault in 1 entry\n",
        "",
    )


def test_hostile_names_command_no_terminal_and_no_log(place: Path) -> None:
    append(place, "--type", "release", "--evidence", f"::error::\u202e\x9b={SHA}")
    done = append(place, "-", stdin=entry(evidence={"::error::\u202e": SHA}))
    assert done.code == 0
    (place / "audit/::error::\x1b[31m\n").mkdir()
    (place / "empty").mkdir()
    shown = run(place, "retention", "audit", "--evidence", "empty", "--chain-only", *AT)
    assert no_traceback(shown)
    assert shown.code == 1
    assert not {"\x1b", "\u202e"} & set(shown.text)
    assert [line for line in shown.text.splitlines() if line.startswith("::")] == []


def test_retention_refuses_what_is_too_young_and_names_what_is_missing(place: Path) -> None:
    store = place / "store"
    store.mkdir()
    for name in ("sbom", "ci"):
        (store / f"{name}.json").write_text(name)
    append(place, "--type", "release", "--evidence", "sbom=store/sbom.json")
    append(place, "--type", "ci-attestation", "--evidence", "ci=store/ci.json")
    common = ("retention", "audit", "--evidence", "store", "--chain-only")
    later = ("--now", "2027-11-22T00:00:00Z")
    fine = run(place, *common, *later, "--may-delete", "store/ci.json")
    assert (fine.code, fine.text.splitlines()[-1]) == (0, "ci.json: may be deleted since 2027-11-22")
    young = run(place, *common, *AT, "--may-delete", "store/ci.json", "--may-delete", "store/sbom.json")
    assert (young.code, young.text.splitlines()[-2:]) == (
        1,
        [
            "ci.json: must not be deleted: must be kept until 2027-11-22",
            "sbom.json: must not be deleted: must be kept until 2029-11-22",
        ],
    )
    longer = run(place, *common, *later, "--may-delete", "store/ci.json", "--keep", "ci-attestation=2y")
    assert (longer.code, longer.text.splitlines()[-1]) == (
        1,
        "ci.json: must not be deleted: must be kept until 2028-11-22",
    )
    (store / "sbom.json").unlink()
    missing = run(place, *common, *AT, "--format", "json")
    sha = hashlib.sha256(b"sbom").hexdigest()
    assert (missing.code, json.loads(missing.out)["faults"]) == (
        1,
        [
            {
                "problem": "missing",
                "file": FILE,
                "line": 1,
                "entry": 1,
                "message": f"names `sbom`, which must exist until 2029-11-22 and does not: {sha}",
            }
        ],
    )
    wrong = run(place, *common, "--keep", "release")
    assert outcome(wrong) == (
        2,
        "",
        "gatelib: `release` is no period\n  write TYPE=PERIOD, each type once\n",
    )
