"""What somebody could do to an Evidence Pack who has all of it in hand, and no producer's key."""

from __future__ import annotations

import base64
import json
import os
import shutil
import socket
import subprocess
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from gatelib.errors import EvidenceError, RegistryError, UsageError
from gatelib.evidence import building, layout, manifest, oci, reading
from gatelib.evidence.pack import open_pack
from gatelib.trust import Party
from tests.acceptance.command import Done, gatelib, no_traceback, write
from tests.acceptance.test_attacks_on_files import without_roots_privilege
from tests.engines import need
from tests.hostile import Hostile
from tests.packs import (
    BOUND,
    COMMIT,
    FILES,
    IMAGE,
    NOW,
    added,
    begun,
    faults,
    key,
    payload,
    producer,
    resealed,
    sealed,
    trust,
)
from tests.registry import registry
from tests.signing import pair

SCAN = "scans/gitleaks.json"
LINT = "schema/migrate-lint.txt"
OTHERS: dict[str, Any] = {"commit": "f" * 40, "images": [f"registry.example.com/shop@sha256:{'cd' * 32}"]}


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A pack that holds."""
    made = sealed(tmp_path / "release-1.4.2")
    assert faults(made) == []
    return made


def evidence(pack: Path, *producers: Party) -> tuple[list[str], list[str]]:
    """Return the files with an entry that counts for this release, and those that are rejected."""
    found = reading.read(pack, name="pack", trust=trust(*producers), layout=layout.shipped()).verifications
    about = ("service", "version", "commit", "images")
    entries = [
        entry["file"]
        for entry in found
        if entry["type"] == "entry" and all(entry[key] == BOUND[key] for key in about)
    ]
    return entries, [entry["file"] for entry in found if entry["type"] == "rejected"]


# Files


def cut(place: Path) -> None:
    place.write_bytes(place.read_bytes()[:-1])


def lengthen(place: Path) -> None:
    place.write_bytes(place.read_bytes() + b" ")


def empty(place: Path) -> None:
    place.write_bytes(b"")


def flip(place: Path) -> None:
    content = place.read_bytes()
    place.write_bytes(bytes([content[0] ^ 1]) + content[1:])


def replace_by_folder(place: Path) -> None:
    place.unlink()
    place.mkdir()


CHANGES: list[Callable[[Path], None]] = [cut, lengthen, empty, flip]


@pytest.mark.parametrize("path", [*FILES, "index.jsonl"])
@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_file_that_is_not_as_it_was_sealed(pack: Path, path: str, change: Callable[[Path], None]) -> None:
    change(pack / path)
    found = faults(pack)
    assert (path, "changed") in found
    assert {file for file, _ in found} - {path} <= (set() if path != "index.jsonl" else set(FILES))


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_a_changed_file_that_is_sealed_again_is_signed_by_nobody(
    pack: Path, change: Callable[[Path], None]
) -> None:
    change(pack / LINT)
    assert faults(resealed(pack)) == [(LINT, "unsigned")]
    assert evidence(pack) == ([path for path in sorted(FILES) if path != LINT], [LINT])


def test_a_file_taken_away(pack: Path) -> None:
    (pack / SCAN).unlink()
    assert faults(pack) == [(SCAN, "missing")]
    assert faults(resealed(pack)) == [(SCAN, "missing")]
    assert evidence(pack)[1] == [SCAN]


def test_a_file_in_whose_place_a_folder_stands(pack: Path) -> None:
    replace_by_folder(pack / SCAN)
    assert faults(pack) == [(SCAN, "missing")]


@pytest.mark.parametrize("path", ["scans/new.sarif", "build/new", ".hidden", "sbom/deep/er/x.json"])
def test_a_file_put_in(pack: Path, path: str) -> None:
    write(pack, {path: "{}"})
    assert faults(pack) == [(path, "added")]
    assert faults(resealed(pack)) == [(path, "unsigned")]
    assert path not in evidence(pack)[0]


def test_a_file_by_another_name(pack: Path) -> None:
    (pack / SCAN).rename(pack / "scans/other.json")
    assert faults(pack) == [(SCAN, "missing"), ("scans/other.json", "added")]
    assert faults(resealed(pack)) == [(SCAN, "missing"), ("scans/other.json", "unsigned")]


def test_two_files_in_each_others_place(pack: Path) -> None:
    one, other = pack / SCAN, pack / LINT
    content = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(content)
    assert faults(pack) == [(SCAN, "changed"), (LINT, "changed")]
    assert faults(resealed(pack)) == [(SCAN, "unsigned"), (LINT, "unsigned")]


def test_what_no_seal_covers_may_change(pack: Path) -> None:
    write(pack, {"controls/attestation.json": "{}"})
    with (pack / "release.yaml").open("a") as record:
        record.write("# a comment\n")
    assert faults(pack) == []


# Releases


def test_a_file_of_another_release_with_its_line(pack: Path, tmp_path: Path) -> None:
    other = added(begun(tmp_path / "other", **OTHERS), {SCAN: b"[] \n"})
    shutil.copy(other / SCAN, pack / SCAN)
    index = pack / "index.jsonl"
    index.write_bytes(index.read_bytes() + (other / "index.jsonl").read_bytes())
    assert faults(resealed(pack)) == [(SCAN, "foreign")]
    assert SCAN not in evidence(pack)[0]


def test_a_whole_pack_of_another_release(pack: Path, tmp_path: Path) -> None:
    record = (pack / "release.yaml").read_bytes()
    other = sealed(tmp_path / "other", **OTHERS)
    assert faults(other) == []
    assert faults(other, release=("release.yaml", record)) == [
        *((path, "foreign") for path in sorted(FILES)[:1]),
        ("release.yaml", "another pack"),
        *((path, "foreign") for path in sorted(FILES)[1:]),
    ]


@pytest.mark.parametrize(
    "about",
    [{"service": "cart"}, {"version": "1.4.3"}, {"commit": "f" * 40}, {"images": OTHERS["images"]}],
    ids=["service", "version", "commit", "image"],
)
def test_a_pack_that_speaks_for_another_release_in_one_thing(
    tmp_path: Path, about: dict[str, object]
) -> None:
    pack = added(begun(tmp_path / "pack", **about), FILES)
    (pack / "release.yaml").unlink()
    other = begun(tmp_path / "other")
    shutil.copy(other / "release.yaml", pack / "release.yaml")
    assert faults(resealed(pack)) == [(path, "foreign") for path in sorted(FILES)]


def test_fewer_images_than_the_release_has_are_its_own_and_more_are_not(tmp_path: Path) -> None:
    both = [IMAGE, f"registry.example.com/job@sha256:{'12' * 32}"]
    pack = added(begun(tmp_path / "pack"), FILES)
    shutil.copy(begun(tmp_path / "two", images=both) / "release.yaml", pack / "release.yaml")
    assert faults(resealed(pack)) == []
    pack = added(begun(tmp_path / "more", images=both), FILES)
    shutil.copy(begun(tmp_path / "one") / "release.yaml", pack / "release.yaml")
    assert faults(resealed(pack)) == [(path, "foreign") for path in sorted(FILES)]


def test_a_release_that_names_another_pack_or_none(pack: Path) -> None:
    record = (pack / "release.yaml").read_text()
    digest = record.rpartition("sha256: ")[2].strip()
    for written in (f'"{"0" * 64}"', "null", "''"):
        (pack / "release.yaml").write_text(record.replace(digest, written))
        assert faults(pack) == [("release.yaml", "another pack")]
    (pack / "release.yaml").unlink()
    assert faults(pack) == [("release.yaml", "missing")]
    (pack / "release.yaml").write_text(f"{record}---\n{record}")
    with pytest.raises(EvidenceError, match="has 2 Release records"):
        faults(pack)


def test_evidence_out_of_date_and_of_the_future(pack: Path) -> None:
    made = NOW - timedelta(hours=1)
    assert faults(pack, now=made) == []
    assert faults(pack, now=made + timedelta(days=14)) == []
    late = made + timedelta(days=14, seconds=1)
    assert faults(pack, now=late) == [(path, "stale") for path in sorted(FILES)]
    assert faults(pack, now=made - timedelta(seconds=1)) == [(path, "future") for path in sorted(FILES)]
    added(unsealed(pack), {SCAN: FILES[SCAN]}, created="2026-12-05T00:00:00Z")
    assert faults(resealed(pack), now=late) == [(path, "stale") for path in sorted(FILES) if path != SCAN]


def unsealed(pack: Path) -> Path:
    (pack / "MANIFEST.sha256").unlink()
    return pack


# Signatures


def test_a_pack_signed_by_a_stranger(tmp_path: Path) -> None:
    pack = added(begun(tmp_path / "pack"), FILES, signer="mallory")
    assert faults(resealed(pack)) == [(path, "unsigned") for path in sorted([*FILES, "index.jsonl"])]
    assert evidence(pack) == ([], ["index.jsonl"])


def test_a_producer_who_is_not_trusted_with_the_file(tmp_path: Path) -> None:
    pack = added(begun(tmp_path / "pack"), {LINT: FILES[LINT]})
    added(pack, {SCAN: FILES[SCAN]}, "dba")
    resealed(pack)
    both = [producer(), producer("dba", "schema/*")]
    assert faults(pack, both) == [(SCAN, "unsigned")]
    assert evidence(pack, *both) == ([LINT], [SCAN])
    assert faults(pack, [producer(), producer("dba", "schema/*", "scans/*")]) == []


def test_a_key_of_another_role_is_worth_nothing(tmp_path: Path) -> None:
    """The keys of ``images`` and ``approvers`` are no producers', whatever name they sign by."""
    pack = resealed(added(begun(tmp_path / "pack"), FILES, signer="release-builder"))
    write(
        tmp_path,
        {
            "ci.pub": pair("ci", "EdDSA").public,
            "builder.pub": pair("release-builder", "EdDSA").public,
            "gatelib.yaml": json.dumps(
                {
                    "trust": {
                        "evidence": [{"producer": "ci", "keys": ["ci.pub"], "files": ["*"]}],
                        "images": [{"signer": "release-builder", "keys": ["builder.pub"]}],
                    }
                }
            ),
        },
    )
    done = verify(pack, "--config", "gatelib.yaml", cwd=tmp_path)
    assert (done.code, "line 1 has no signature of `ci` that holds" in done.text) == (1, True)


def lines(pack: Path) -> list[bytes]:
    return (pack / "index.jsonl").read_bytes().splitlines(keepends=True)


@pytest.fixture
def of_two(tmp_path: Path) -> Path:
    """A pack whose index has two lines."""
    pack = added(begun(tmp_path / "pack"), {SCAN: FILES[SCAN]})
    return resealed(added(pack, {LINT: FILES[LINT]}))


def indexed(pack: Path, *content: bytes) -> Path:
    (pack / "index.jsonl").write_bytes(b"".join(content))
    return resealed(pack)


def test_a_line_of_the_index_taken_away(of_two: Path) -> None:
    assert faults(indexed(of_two, lines(of_two)[1])) == [(SCAN, "unsigned")]
    assert faults(indexed(of_two)) == [(SCAN, "unsigned"), (LINT, "unsigned")]
    (of_two / "index.jsonl").unlink()
    assert faults(resealed(of_two)) == [(SCAN, "unsigned"), (LINT, "unsigned")]


def test_a_line_of_the_index_twice_or_in_another_order_says_the_same(of_two: Path) -> None:
    first, second = lines(of_two)
    expected = evidence(of_two)
    for content in ((first, first, second), (second, first), (first, b"\n", second)):
        assert faults(indexed(of_two, *content)) == []
        assert sorted(evidence(of_two)[0]) == sorted(expected[0])


def test_a_line_with_another_digest(of_two: Path) -> None:
    first, second = lines(of_two)
    envelope = json.loads(first)
    content = json.loads(payload(first))
    (of_two / SCAN).write_bytes(b"[] ")
    with open_pack(of_two) as opened:
        content["subject"][0]["digest"]["sha256"] = (
            opened.scan(lambda path: False, lambda *_: None).files[SCAN].sha256
        )
    envelope["payload"] = base64.b64encode(json.dumps(content).encode()).decode()
    forged = json.dumps(envelope).encode() + b"\n"
    assert faults(indexed(of_two, forged, second)) == [("index.jsonl", "unsigned"), (SCAN, "unsigned")]


def test_a_line_with_another_payload_type(of_two: Path) -> None:
    first, second = lines(of_two)
    forged = first.replace(b"application/vnd.in-toto+json", b"application/vnd.in-toto")
    assert forged != first
    assert faults(indexed(of_two, forged, second)) == [("index.jsonl", "unsigned"), (SCAN, "unsigned")]


def test_a_line_that_is_cut_off(of_two: Path) -> None:
    first, second = lines(of_two)
    assert faults(indexed(of_two, first, second[:-50])) == [("index.jsonl", "unsigned"), (LINT, "unsigned")]


# The manifest


def test_a_pack_without_its_seal(pack: Path) -> None:
    assert faults(unsealed(pack)) == [("MANIFEST.sha256", "unsealed")]
    assert faults(pack, None) == [("MANIFEST.sha256", "unsealed")]


def with_first(line: bytes) -> Callable[[bytes], bytes]:
    return lambda content: line + content


def backwards(content: bytes) -> bytes:
    return b"".join(reversed(content.splitlines(keepends=True)))


MANIFESTS: dict[str, Callable[[bytes], bytes]] = {
    "above": with_first(b"0" * 64 + b"  ../outside\n"),
    "absolute": with_first(b"0" * 64 + b"  /etc/passwd\n"),
    "unsorted": backwards,
    "doubled": lambda content: content.splitlines(keepends=True)[0] + content,
    "CR LF": lambda content: content.replace(b"\n", b"\r\n"),
    "cut off": lambda content: content[:-1],
    "a byte order mark": with_first(b"\xef\xbb\xbf"),
    "capitals": lambda content: content[:64].upper() + content[64:],
    "binary marks": lambda content: content.replace(b"  ", b" *"),
}


@pytest.mark.parametrize("case", MANIFESTS)
def test_a_manifest_in_another_form(pack: Path, case: str) -> None:
    place = pack / "MANIFEST.sha256"
    place.write_bytes(MANIFESTS[case](place.read_bytes()))
    assert faults(pack) == [("MANIFEST.sha256", "malformed"), ("release.yaml", "another pack")]
    found = reading.read(pack, name="pack", trust=trust(), layout=layout.shipped()).verifications[0]
    assert found["problems"] == [{"file": "MANIFEST.sha256", "problem": "malformed"}]


def test_a_manifest_without_a_file_that_is_there(pack: Path) -> None:
    place = pack / "MANIFEST.sha256"
    place.write_bytes(b"".join(place.read_bytes().splitlines(keepends=True)[1:]))
    assert faults(pack) == [("build/log.bin", "added"), ("release.yaml", "another pack")]


def test_the_real_sha256sum_accepts_the_seal(pack: Path) -> None:
    command = need("sha256sum")
    subprocess.run([command, "-c", "--strict", "--quiet", "MANIFEST.sha256"], cwd=pack, check=True)


# Links and special files


LINKS = {
    "to outside": "/etc/passwd",
    "to a folder outside": "/etc",
    "to inside": "migrate-lint.txt",
    "to nothing": "nowhere",
    "to itself": "link",
}


@pytest.mark.parametrize("case", LINKS)
def test_a_link_is_a_fault_and_is_not_followed(pack: Path, case: str) -> None:
    (pack / "schema/link").symlink_to(LINKS[case])
    assert faults(pack) == [("schema/link", "a link")]
    found = reading.read(pack, name="pack", trust=trust(), layout=layout.shipped())
    assert found.verifications[0]["problems"] == [{"file": "schema/link", "problem": "a link"}]
    assert list(found.evidence) == sorted(FILES)
    with pytest.raises(EvidenceError, match="`schema/link` is a link"):
        resealed(pack)


def test_a_link_in_place_of_a_file_with_the_same_content(pack: Path, tmp_path: Path) -> None:
    (pack / SCAN).rename(tmp_path / "moved")
    (pack / SCAN).symlink_to(tmp_path / "moved")
    assert faults(pack) == [(SCAN, "a link")]


@pytest.mark.parametrize("name", ["MANIFEST.sha256", "index.jsonl", "release.yaml"])
def test_a_link_in_place_of_what_binds_the_pack(pack: Path, tmp_path: Path, name: str) -> None:
    (pack / name).rename(tmp_path / "moved")
    (pack / name).symlink_to(tmp_path / "moved")
    assert (name, "a link") in faults(pack)


def test_a_linked_folder(pack: Path, tmp_path: Path) -> None:
    shutil.move(pack / "scans", tmp_path / "moved")
    (pack / "scans").symlink_to(tmp_path / "moved")
    assert faults(pack) == [("scans", "a link"), (SCAN, "missing")]


def test_links_in_what_no_seal_covers(pack: Path) -> None:
    (pack / "controls/link").symlink_to("/etc/passwd")
    assert faults(pack) == [("controls/link", "a link")]


def test_a_pipe_and_a_socket_are_faults_and_are_not_opened(pack: Path) -> None:
    os.mkfifo(pack / "scans/pipe")
    bound = socket.socket(socket.AF_UNIX)
    here = Path.cwd()
    os.chdir(pack)
    try:
        bound.bind("socket")
    finally:
        os.chdir(here)
        bound.close()
    assert faults(pack) == [("scans/pipe", "no regular file"), ("socket", "no regular file")]


def test_a_pipe_in_place_of_a_file(pack: Path) -> None:
    for path in (SCAN, "MANIFEST.sha256"):
        (pack / path).unlink()
        os.mkfifo(pack / path)
    assert {("MANIFEST.sha256", "no regular file"), (SCAN, "no regular file")} <= {*faults(pack)}


def test_a_file_that_cannot_be_read_is_named_and_ends_with_3(pack: Path, tmp_path: Path) -> None:
    (pack / SCAN).chmod(0)
    (pack / "tests").chmod(0)
    try:
        done = verify(pack, "--manifest-only", cwd=tmp_path, prefix=without_roots_privilege())
    finally:
        (pack / "tests").chmod(0o755)
    assert done.text.splitlines() == [
        f"{SCAN}: cannot be read",
        "tests: cannot be read",
        "tests/unit.xml: is missing",
        "3 faults in 3 files",
    ]
    assert done.code == 3


HOSTILE = {
    "newline": "scans/a\nb",
    "backslash": "scans/a\\b",
    "carriage return": "scans/a\rb",
    "right to left": "scans/\u202egpj.exe",
    "terminal": "scans/\x1b[31mred",
    "like an option": "-c",
    "like a workflow command": "::error::x",
    "like a line of the manifest": "x\n" + "0" * 64 + "  y",
    "long": "x" * 255,
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_names_are_sealed_verified_and_shown_harmlessly(tmp_path: Path, case: str) -> None:
    path = HOSTILE[case]
    pack = resealed(added(begun(tmp_path / "pack"), {path: b"x"}))
    assert faults(pack) == []
    command = need("sha256sum")
    subprocess.run([command, "-c", "--strict", "--quiet", "MANIFEST.sha256"], cwd=pack, check=True)
    (pack / path).write_bytes(b"y")
    assert faults(pack) == [(path, "changed")]
    done = verify(pack, "--manifest-only", cwd=tmp_path)
    assert (done.code, len(done.text.splitlines())) == (1, 2)
    assert not {"\x1b", "\u202e", "\r"} & {*done.text}
    assert not done.text.startswith("::")


def test_a_name_that_is_no_text_is_a_fault(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"x")
    os.rename(tmp_path / "x", os.fsencode(pack) + b"/scans/\xff.json")  # noqa: PTH104 - a path of bytes
    os.mkdir(os.fsencode(pack) + b"/\xfe")  # noqa: PTH102
    assert faults(pack) == [("\\xfe", "of no plain name"), ("scans/\\xff.json", "of no plain name")]
    with pytest.raises(EvidenceError, match="is of no plain name"):
        resealed(pack)


# Adding


def add(pack: Path, *files: Path, **settings: object) -> list[str]:
    given = {"key": key(), "producer": "ci", "created": "2026-11-21T00:00:00Z", "layout": layout.shipped()}
    return building.add(pack, files, **{**given, **settings})  # type: ignore[arg-type] # a mixture


def test_what_must_not_be_added_is_not(pack: Path, tmp_path: Path) -> None:
    unsealed(pack)
    secret = tmp_path / "secret"
    secret.write_text("x")
    (tmp_path / "link").symlink_to(secret)
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder/link").symlink_to(secret)
    os.mkfifo(tmp_path / "pipe")
    before = {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()}
    cases: list[tuple[Path, str, str]] = [
        (tmp_path / "link", "build/x", "is a link"),
        (tmp_path / "folder", "build/x", "is a link"),
        (tmp_path / "pipe", "build/x", "is no regular file"),
        (tmp_path / "gone", "build/x", "cannot be read: No such file or directory"),
        (secret, "../x", "is no plain path in a pack"),
        (secret, "build/../../x", "is no plain path in a pack"),
        (secret, str(tmp_path / "x"), "is no plain path in a pack"),
        (secret, "MANIFEST.sha256", "is no place for evidence"),
        (secret, "index.jsonl", "is no place for evidence"),
        (secret, "release.yaml", "is no place for evidence"),
        (secret, "controls/x", "is no place for evidence"),
        (secret, f"{LINT}/x", "lies below a file"),
    ]
    for file, place, message in cases:
        with pytest.raises(UsageError) as caught:
            add(pack, file, place=place)
        assert caught.value.message == message
    assert {path: path.read_bytes() for path in pack.rglob("*") if path.is_file()} == before
    assert not (tmp_path / "x").exists()


def test_nothing_is_written_through_a_link_in_the_pack(pack: Path, tmp_path: Path) -> None:
    unsealed(pack)
    (tmp_path / "outside").mkdir()
    (tmp_path / "new").write_text("x")
    (pack / "linked").symlink_to(tmp_path / "outside")
    with pytest.raises(UsageError, match="is a link"):
        add(pack, tmp_path / "new", place="linked/x")
    assert list((tmp_path / "outside").iterdir()) == []


def test_a_file_of_another_producer_is_not_replaced(pack: Path, tmp_path: Path) -> None:
    unsealed(pack)
    (tmp_path / "new.json").write_bytes(b"[ ]")
    with pytest.raises(UsageError, match="is there already"):
        add(pack, tmp_path / "new.json", place=SCAN, producer="mallory", key=key("mallory"))
    assert (pack / SCAN).read_bytes() == FILES[SCAN]
    assert add(pack, tmp_path / "new.json", place=SCAN) == [SCAN]
    assert (pack / SCAN).read_bytes() == b"[ ]"
    assert faults(resealed(pack)) == []


def test_nothing_is_added_to_a_sealed_pack(pack: Path, tmp_path: Path) -> None:
    (tmp_path / "x").write_text("x")
    with pytest.raises(UsageError) as caught:
        add(pack, tmp_path / "x", place="build/x")
    assert caught.value.hint == "remove `MANIFEST.sha256`, add, and seal it again"


# Registries


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with registry(tmp_path_factory.mktemp("registry")) as found:
        yield found


def test_a_pack_in_a_registry_is_the_pack(pack: Path, tmp_path: Path, address: str) -> None:
    write(pack, {"controls/attestation.json": "{}", f"build/{'d' * 90}/{'n' * 120} é": "deep"})
    resealed(pack)
    reference = f"{address}/evidence/shop:1.4.2"
    digest = oci.push(reference, pack, plain_http=True)
    assert oci.push(reference, pack, plain_http=True) == digest

    def read(place: Path | str) -> reading.PackRead:
        return reading.read(
            place, name="pack", trust=trust(), layout=layout.shipped(), access={"plain_http": True}
        )

    expected = read(pack)
    assert expected.problems == []
    pinned = f"{address}/evidence/shop@{digest}"
    assert read(f"oci://{reference}") == expected == read(f"oci://{pinned}")
    assert oci.pull(pinned, tmp_path / "pulled", plain_http=True) == digest
    assert read(tmp_path / "pulled") == expected
    assert {
        path.relative_to(tmp_path / "pulled"): path.read_bytes()
        for path in (tmp_path / "pulled").rglob("*")
        if path.is_file()
    } == {path.relative_to(pack): path.read_bytes() for path in pack.rglob("*") if path.is_file()}


def test_what_is_no_sealed_pack_is_not_pushed(pack: Path, address: str) -> None:
    (pack / "scans/link").symlink_to("/etc/passwd")
    with pytest.raises(EvidenceError, match="`scans/link` is a link"):
        oci.push(f"{address}/evidence/link:1", pack, plain_http=True)
    with pytest.raises(UsageError, match="is no folder with a sealed pack"):
        oci.push(f"{address}/evidence/link:1", unsealed(pack), plain_http=True)


def test_a_pull_writes_into_no_folder_that_holds_something(pack: Path, tmp_path: Path, address: str) -> None:
    oci.push(f"{address}/evidence/full:1", pack, plain_http=True)
    with pytest.raises(UsageError, match="is not empty"):
        oci.pull(f"{address}/evidence/full:1", pack, plain_http=True)
    (tmp_path / "empty").mkdir()
    oci.pull(f"{address}/evidence/full:1", tmp_path / "empty", plain_http=True)
    assert faults(tmp_path / "empty") == []


@pytest.mark.parametrize("case", ["a link", "above", "another layer", "another type"])
def test_a_registry_that_serves_another_pack(tmp_path: Path, case: str) -> None:
    from gatelib.bundle.artifact import MANIFEST_TYPE, Artifact, digest_of
    from tests.forging import END, member, zipped

    tarball = zipped(
        (member(b"x", kind=b"2", link=b"/etc/passwd") if case == "a link" else member(b"../x", b"x")) + END
    )
    kind = oci.ARTIFACT_TYPE if case != "another type" else "application/vnd.example"
    layer = {"mediaType": oci.LAYER_TYPE, "digest": digest_of(tarball), "size": len(tarball)}
    described = {"schemaVersion": 2, "mediaType": MANIFEST_TYPE, "artifactType": kind, "layers": [layer]}
    content = json.dumps(described).encode()
    served = tarball if case != "another layer" else tarball[:-1] + b"x"
    with Hostile() as peer:
        peer.have(Artifact(content, {digest_of(tarball): served}))
        with pytest.raises((EvidenceError, RegistryError)):
            oci.pull(peer.reference, tmp_path / "in/pulled", plain_http=True, timeout=10)
    assert list(tmp_path.rglob("*")) in ([], [tmp_path / "in"])


# The command


def verify(pack: Path | str, *arguments: str, cwd: Path, **settings: object) -> Done:
    done = gatelib("evidence", "verify", str(pack), *arguments, cwd=cwd, **settings)  # type: ignore[arg-type] # passed on
    assert no_traceback(done)
    return done


def test_the_command_verifies_in_all_forms(pack: Path, tmp_path: Path, address: str) -> None:
    public = tmp_path / "ci.pub"
    public.write_text(pair("ci", "EdDSA").public)
    trusted = ["--producer", f"ci={public}", "--now", "2026-11-22T00:00:00Z"]
    oci.push(f"{address}/evidence/command:1", pack, plain_http=True)
    command = need("tar")
    subprocess.run([command, "-C", tmp_path, "-czf", tmp_path / "x.tgz", pack.name], check=True)
    digest = json.loads(verify(pack, *trusted, "--format", "json", cwd=tmp_path).out)["sha256"]
    assert digest in (pack / "release.yaml").read_text()
    for place, more in ((pack, []), ("x.tgz", []), (f"oci://{address}/evidence/command:1", ["--plain-http"])):
        done = verify(place, *trusted, *more, cwd=tmp_path)
        assert (done.code, done.text) == (0, f"5 files hold, sealed as {digest}\n")
    flip(pack / SCAN)
    done = verify(pack, *trusted, cwd=tmp_path)
    assert (done.code, done.text) == (1, f"{SCAN}: has changed since it was sealed\n1 fault in 5 files\n")


def test_without_producers_nothing_is_said_to_be_verified(pack: Path, tmp_path: Path) -> None:
    done = verify(pack, cwd=tmp_path)
    assert (done.code, done.out) == (2, b"")
    assert "no producer of evidence is trusted" in done.complaint
    assert verify(pack, "--manifest-only", cwd=tmp_path).code == 0
    assert verify(tmp_path / "gone", "--manifest-only", cwd=tmp_path).code == 3


def test_a_configuration_inside_the_pack_is_not_trusted(pack: Path, tmp_path: Path) -> None:
    write(
        pack,
        {
            "controls/ci.pub": pair("mallory", "EdDSA").public,
            "controls/gatelib.yaml": json.dumps(
                {"trust": {"evidence": [{"producer": "ci", "keys": ["ci.pub"], "files": ["*"]}]}}
            ),
        },
    )
    done = verify(pack, "--config", str(pack / "controls/gatelib.yaml"), cwd=tmp_path)
    assert (done.code, "only a trusted configuration may set `trust`" in done.complaint) == (2, True)


def test_a_pack_is_made_by_commands(tmp_path: Path) -> None:
    write(tmp_path, {"ci.pem": pair("ci", "EdDSA").private, "ci.pub": pair("ci", "EdDSA").public})
    write(tmp_path, {"in/gitleaks.json": "[]", "in/unit.xml": "<testsuites/>", "in/log": "x"})

    def run(*arguments: str) -> Done:
        done = gatelib("evidence", *arguments, cwd=tmp_path)
        assert no_traceback(done)
        return done

    about = ["--service", "shop", "--version", "1.4.2", "--commit", COMMIT, "--image", IMAGE]
    signed = ["--key", "ci.pem", "--producer", "ci"]
    assert run("init", "release-1.4.2", *about).code == 0
    assert run("init", "release-1.4.2", *about).code == 2
    done = run("add", "release-1.4.2", "in/gitleaks.json", "--role", "secret-scan", *signed)
    assert (done.code, done.text) == (0, "scans/gitleaks.json  (secret-scan)\n")
    done = run("add", "release-1.4.2", "in/unit.xml", "--role", "tests", *signed)
    assert (done.code, done.text) == (0, "tests/unit.xml  (tests)\n")
    done = run("add", "release-1.4.2", "in/log", "--as", "build/logs/log", *signed)
    assert (done.code, done.text) == (0, "build/logs/log\n")
    assert "build/logs/log: warning: the layout knows no such file" in done.complaint
    assert run("add", "release-1.4.2", "in/log", *signed).code == 2
    assert run("add", "release-1.4.2", "in/log", "--role", "tests", *signed).code == 2
    done = run("seal", "release-1.4.2")
    assert done.code == 0
    assert f'sha256: "{done.text.strip()}"' in (tmp_path / "release-1.4.2/release.yaml").read_text()
    assert run("verify", "release-1.4.2", "--producer", "ci=ci.pub").code == 0
    assert [path.name for path in tmp_path.rglob(".*")] == []
    assert manifest.parse((tmp_path / "release-1.4.2/MANIFEST.sha256").read_bytes()).keys() == {
        "build/logs/log",
        "index.jsonl",
        "scans/gitleaks.json",
        "tests/unit.xml",
    }
