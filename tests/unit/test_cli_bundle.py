"""`gatelib bundle`, and `gatelib check` with a bundle, as processes of their own."""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
from datetime import datetime, timezone
from pathlib import Path

import pytest

from gatelib.bundle import archive, build, definition
from gatelib.cli.bundle import _COMMANDS
from gatelib.policy import shipped
from tests.engines import need
from tests.paths import ROOT
from tests.signing import pair, signed
from tests.unit.test_cli import COMMAND, ENVIRONMENT, POD

MOMENT = datetime(2026, 11, 22, tzinfo=timezone.utc)
CREATED = ("--created", "2026-11-22T00:00:00Z")
NOW = ("--now", "2026-11-22T00:00:00Z")
DEFINITION = "name: own\ngate: pr\ninputs: [envelope]\nrules: [GL-K8S-001]\n"
SIGNATURES = ".signatures.json"
KEY = ("--verification-key", "release=release.pub")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with keys, an unsigned bundle, and one that the release key signed."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "k8s").mkdir()
    (folder / "k8s" / "pod.yaml").write_text(POD)
    (folder / "own.yaml").write_text(DEFINITION)
    for name in ("release", "other"):
        (folder / f"{name}.pem").write_text(pair(name).private)
        (folder / f"{name}.pub").write_text(pair(name).public)
    files = build.files(definition.read(folder / "own.yaml", shipped()), created=MOMENT)
    (folder / "own.tar.gz").write_bytes(archive.write(files))
    (folder / "signed.tar.gz").write_bytes(signed(files, keyid="release", name="release"))
    return folder


@pytest.fixture
def tree(made: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made, tmp_path / "tree"))


def run(
    *arguments: str, cwd: Path, code: int = 0, env: dict[str, str] | None = None
) -> tuple[list[str], list[str]]:
    """Run the command, and return the lines that it printed and those of its complaint."""
    done = subprocess.run(
        [*COMMAND, *arguments],
        cwd=cwd,
        capture_output=True,
        env={**ENVIRONMENT, **(env or {})},
        timeout=120,
        check=False,
    )
    assert done.returncode == code, done.stdout.decode() + done.stderr.decode()
    assert b"Traceback" not in done.stderr
    return done.stdout.decode().splitlines(), done.stderr.decode().splitlines()


def files_in(path: Path) -> dict[str, bytes]:
    return archive.read(path.read_bytes())


def revision(path: Path) -> str:
    found: str = json.loads(files_in(path)[".manifest"])["revision"]
    return found


# Build


def test_a_definition_becomes_a_bundle_in_silence(tree: Path) -> None:
    assert run("bundle", "build", "own.yaml", "-o", "new.tar.gz", *CREATED, cwd=tree) == ([], [])
    assert (tree / "new.tar.gz").read_bytes() == (tree / "own.tar.gz").read_bytes()


@pytest.mark.parametrize(
    ("options", "epoch", "moment"),
    [
        (("--created", "2026-11-22T02:00:00+02:00"), None, "2026-11-22T00:00:00Z"),
        ((), "1795305600", "2026-11-22T00:00:00Z"),
        (CREATED, "0", "2026-11-22T00:00:00Z"),
    ],
)
def test_the_moment_is_in_utc_and_may_come_from_the_environment(
    tree: Path, options: tuple[str, ...], epoch: str | None, moment: str
) -> None:
    env = {"SOURCE_DATE_EPOCH": epoch} if epoch else {}
    run("bundle", "build", "own.yaml", "-o", "new.tar.gz", *options, cwd=tree, env=env)
    assert revision(tree / "new.tar.gz").startswith(f"{moment}-")


def test_a_bundle_that_cannot_be_written_leaves_the_old_one(tree: Path) -> None:
    old = (tree / "own.tar.gz").read_bytes()
    (tree / "other.yaml").write_text("name: other\ninputs: [nothing]\n")
    run("bundle", "build", "other.yaml", "-o", "own.tar.gz", *CREATED, cwd=tree, code=2)
    assert (tree / "own.tar.gz").read_bytes() == old
    _, complaint = run("bundle", "build", "own.yaml", "-o", "gone/own.tar.gz", *CREATED, cwd=tree, code=2)
    assert complaint == ["gatelib: gone/own.tar.gz: cannot be written: No such file or directory"]


def test_a_bundle_written_through_a_link_leaves_the_link(tree: Path) -> None:
    (tree / "served").mkdir()
    (tree / "latest.tar.gz").symlink_to("served/own.tar.gz")
    run("bundle", "build", "own.yaml", "-o", "latest.tar.gz", *CREATED, cwd=tree)
    assert (tree / "latest.tar.gz").is_symlink()
    assert [path.name for path in (tree / "served").iterdir()] == ["own.tar.gz"]
    assert (tree / "served" / "own.tar.gz").read_bytes() == (tree / "own.tar.gz").read_bytes()


def test_without_a_moment_it_is_the_clocks(tree: Path) -> None:
    before = datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    run("bundle", "build", "own.yaml", "-o", "new.tar.gz", cwd=tree)
    assert (
        before
        <= revision(tree / "new.tar.gz")[:20]
        <= datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    )


@pytest.mark.parametrize("epoch", ["", "soon", "-1", "99999999999"])
def test_a_moment_of_the_environment_that_is_none_is_a_usage_error(tree: Path, epoch: str) -> None:
    arguments = ("bundle", "build", "own.yaml", "-o", "new.tar.gz")
    _, complaint = run(*arguments, cwd=tree, code=2, env={"SOURCE_DATE_EPOCH": epoch})
    assert complaint == [f"gatelib: SOURCE_DATE_EPOCH is `{epoch}`, and must be seconds since 1970"]
    assert not (tree / "new.tar.gz").exists()


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        ("", "gatelib: name a definition, or exceptions and evidence"),
        ("own.yaml --exceptions k8s", "gatelib: name a definition, or exceptions and evidence"),
        ("own.yaml --created yesterday", "gatelib: `yesterday` is no RFC 3339 date-time"),
        ("own.yaml --scope prod", "gatelib: there is no key to sign with"),
        ("own.yaml --allow-empty", "gatelib: --allow-empty is for a bundle of records"),
        (
            "own.yaml --signing-key release.pub",
            "gatelib: release.pub: the signing key is no private key in PEM",
        ),
        ("bad.yaml", "gatelib: bad.yaml:4:9: there is no rule `GL-NO-001`"),
        ("--exceptions k8s", "gatelib: k8s/pod.yaml: `Pod` is no PolicyException of gatelib.dev/v1"),
    ],
)
def test_what_cannot_be_built_is_a_usage_error_and_writes_nothing(
    tree: Path, arguments: str, complaint: str
) -> None:
    (tree / "bad.yaml").write_text(DEFINITION.replace("GL-K8S-001", "GL-NO-001"))
    _, found = run("bundle", "build", *arguments.split(), "-o", "new.tar.gz", cwd=tree, code=2)
    assert found[0] == complaint
    assert not (tree / "new.tar.gz").exists()


def test_a_bundle_that_finds_no_place_is_a_usage_error(tree: Path) -> None:
    _, complaint = run("bundle", "build", "own.yaml", "-o", "gone/new.tar.gz", cwd=tree, code=2)
    assert complaint == ["gatelib: gone/new.tar.gz: cannot be written: No such file or directory"]


def test_exceptions_and_evidence_become_a_bundle_of_data(tree: Path) -> None:
    examples = ROOT / "examples"
    given = ("--exceptions", str(examples / "exceptions"), "--evidence", str(examples / "evidence"))
    assert run("bundle", "build", *given, "-o", "data.tar.gz", *CREATED, cwd=tree) == ([], [])
    content = files_in(tree / "data.tar.gz")["gatelib/data.json"].decode()
    data = json.loads(content)
    assert [record["metadata"]["name"] for record in data["exceptions"]] == ["log-shipper-privileged"]
    assert list(data["evidence"]) == ["evidence/images.yaml"]
    assert str(ROOT) not in content


# Sign


def test_a_bundle_is_signed_while_it_is_built_or_later_with_the_same_result(tree: Path) -> None:
    signing = ("--signing-key", "release.pem", "--keyid", "release", "--scope", "prod")
    run("bundle", "build", "own.yaml", "-o", "new.tar.gz", *CREATED, *signing, cwd=tree)
    assert run("bundle", "sign", "own.tar.gz", *signing, cwd=tree) == ([], [])
    assert (tree / "new.tar.gz").read_bytes() == (tree / "own.tar.gz").read_bytes()


def test_a_signature_is_replaced_and_the_rest_stays(tree: Path) -> None:
    env = {"KEY": pair("other").private}
    assert run("bundle", "sign", "signed.tar.gz", "--signing-key", "env:KEY", cwd=tree, env=env) == ([], [])
    before, after = files_in(tree / "own.tar.gz"), files_in(tree / "signed.tar.gz")
    assert after.keys() == before.keys() | {SIGNATURES}
    assert {name: after[name] for name in before} == before
    out, _ = run("bundle", "verify", "signed.tar.gz", "--verification-key", "other.pub", cwd=tree)
    assert out[2] == "signed by  a key without ID (RS256)"


def test_a_bundle_may_be_signed_into_another_file(tree: Path, made: Path) -> None:
    run("bundle", "sign", "own.tar.gz", "--signing-key", "release.pem", "-o", "new.tar.gz", cwd=tree)
    assert (tree / "own.tar.gz").read_bytes() == (made / "own.tar.gz").read_bytes()
    assert SIGNATURES in files_in(tree / "new.tar.gz")


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ("own.tar.gz", 2, "gatelib: there is no key to sign with"),
        (
            "own.tar.gz --signing-key gone.pem",
            2,
            "gatelib: gone.pem: the key cannot be read: No such file or directory",
        ),
        (
            "own.yaml --signing-key release.pem",
            3,
            "gatelib: own.yaml: the bundle is no gzipped tar, or is damaged",
        ),
    ],
)
def test_what_cannot_be_signed_stays_as_it_is(
    tree: Path, made: Path, arguments: str, code: int, complaint: str
) -> None:
    _, found = run("bundle", "sign", *arguments.split(), cwd=tree, code=code)
    assert found[0] == complaint
    for name in ("own.tar.gz", "own.yaml"):
        assert (tree / name).read_bytes() == (made / name).read_bytes()


# Verify


def test_verify_prints_what_was_proved(tree: Path) -> None:
    signing = (
        "--signing-key",
        "release.pem",
        "--keyid",
        "release",
        "--scope",
        "prod",
        "--algorithm",
        "PS256",
    )
    run("bundle", "sign", "own.tar.gz", *signing, cwd=tree)
    assert run("bundle", "verify", "own.tar.gz", *KEY, "--scope", "prod", cwd=tree) == (
        [
            f"revision   {revision(tree / 'own.tar.gz')}",
            f"sha256     {hashlib.sha256((tree / 'own.tar.gz').read_bytes()).hexdigest()}",
            "signed by  release (PS256)",
            "scope      prod",
        ],
        [],
    )


def test_who_forgets_the_scope_is_told_how_to_say_it(tree: Path) -> None:
    signing = ("--signing-key", "release.pem", "--keyid", "release", "--scope", "prod")
    run("bundle", "sign", "own.tar.gz", "-o", "scoped.tar.gz", *signing, cwd=tree)
    _, complaint = run("bundle", "verify", "scoped.tar.gz", *KEY, cwd=tree, code=3)
    assert complaint == [
        "gatelib: scoped.tar.gz: the signature is for the scope `prod`, not ``",
        "  say with --scope what the bundle must be signed for",
    ]


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        ((), 2, "gatelib: there is no key to verify with"),
        ((*KEY, "--algorithm", "HS256"), 2, "gatelib: release.pub: a key in PEM is no shared secret"),
        ((*KEY, "--min-revision", "v2"), 2, "gatelib: the least revision `v2` does not begin with a time"),
        ((*KEY, "--now", "today"), 2, "gatelib: `today` is no RFC 3339 date-time"),
        (
            ("--verification-key", "other=release.pub"),
            3,
            "gatelib: signed.tar.gz: the signature names the key `release`",
        ),
        (
            (*KEY, "--algorithm", "PS256"),
            3,
            "gatelib: signed.tar.gz: the signature's algorithm `RS256` is not its key's",
        ),
        (
            (*KEY, "--scope", "prod"),
            3,
            "gatelib: signed.tar.gz: the signature is for the scope ``, not `prod`",
        ),
        (
            (*KEY, "--min-revision", "2027-01-01T00:00:00Z"),
            3,
            "gatelib: signed.tar.gz: the bundle's revision `{}` is older than `2027-01-01T00:00:00Z`",
        ),
    ],
)
def test_what_is_not_verified_is_exit_code_3_and_what_cannot_be_asked_2(
    made: Path, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    out, found = run("bundle", "verify", "signed.tar.gz", *arguments, cwd=made, code=code)
    assert (out, found[0]) == ([], complaint.format(revision(made / "signed.tar.gz")))


def test_an_unsigned_bundle_is_not_verified(made: Path) -> None:
    _, complaint = run("bundle", "verify", "own.tar.gz", *KEY, cwd=made, code=3)
    assert complaint == ["gatelib: own.tar.gz: the bundle is not signed", "  it holds no `.signatures.json`"]


def test_during_a_rotation_several_keys_verify(made: Path) -> None:
    both = ("--verification-key", "env:OTHER", *KEY)
    out, _ = run("bundle", "verify", "signed.tar.gz", *both, cwd=made, env={"OTHER": pair("other").public})
    assert out[2] == "signed by  release (RS256)"


def test_a_shared_secret_signs_and_verifies_where_it_is_asked_for(tree: Path) -> None:
    (tree / "secret").write_text("0123456789abcdef0123456789abcdef\n")
    run("bundle", "sign", "own.tar.gz", "--signing-key", "secret", "--algorithm", "HS256", cwd=tree)
    verify = ("bundle", "verify", "own.tar.gz", "--verification-key", "secret")
    run(*verify, "--algorithm", "HS256", cwd=tree)
    _, complaint = run(*verify, cwd=tree, code=2)
    assert complaint == ["gatelib: secret: the verification key is no public key in PEM"]


@pytest.mark.parametrize("command", ["inspect own.tar.gz", "diff own.tar.gz own.tar.gz"])
def test_a_scope_proves_nothing_without_a_key(made: Path, command: str) -> None:
    _, complaint = run("bundle", *command.split(), "--scope", "prod", cwd=made, code=3)
    assert complaint[0] == "gatelib: own.tar.gz: no key is given to verify the bundle with"


def test_open_policy_agent_verifies_what_is_signed_here(tree: Path) -> None:
    signing = ("--signing-key", "release.pem", "--keyid", "release", "--scope", "prod")
    run("bundle", "sign", "own.tar.gz", *signing, cwd=tree)
    asked = ("--verification-key", "release.pub", "--verification-key-id", "release", "--scope", "prod")
    command = [need("opa"), "build", "--bundle", "own.tar.gz", *asked, "--output", "again.tar.gz"]
    done = subprocess.run(command, cwd=tree, capture_output=True, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


# Check


def test_check_judges_with_a_verified_bundle(made: Path) -> None:
    asked = (*KEY, "--min-revision", revision(made / "signed.tar.gz"), *NOW, "--format", "json")
    out, _ = run("check", "k8s", "--bundle", "signed.tar.gz", *asked, cwd=made, code=1)
    report = json.loads("\n".join(out))
    assert [finding["rule"] for finding in report["findings"]] == ["GL-K8S-001"]
    assert report["bundle"] == {
        "revision": revision(made / "signed.tar.gz"),
        "sha256": hashlib.sha256((made / "signed.tar.gz").read_bytes()).hexdigest(),
        "signed_by": "release",
    }


@pytest.mark.parametrize(
    ("arguments", "code", "complaint"),
    [
        (
            ("--bundle", "signed.tar.gz"),
            3,
            "gatelib: signed.tar.gz: the bundle is signed, and no key is given to verify it with",
        ),
        (
            ("--bundle", "signed.tar.gz", *KEY, "--scope", "prod"),
            3,
            "gatelib: signed.tar.gz: the signature is for the scope ``, not `prod`",
        ),
        (("--bundle", ""), 3, "gatelib: .: the bundle cannot be read: Is a directory"),
        (
            ("--bundle", "signed.tar.gz", "--verification-key", "gone"),
            2,
            "gatelib: gone: the key cannot be read: No such file or directory",
        ),
        (
            ("--bundle", "own.tar.gz", "--gate", "publish"),
            2,
            "gatelib: the bundle judges for gate `pr`, not `publish`",
        ),
        (KEY, 2, "gatelib: no bundle is named for what it must prove"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_check_judges_nothing_where_the_bundle_proves_too_little(
    made: Path, arguments: tuple[str, ...], code: int, complaint: str
) -> None:
    out, found = run("check", "k8s", *arguments, cwd=made, code=code)
    assert (out, found[0]) == ([], complaint)


def test_show_config_names_the_bundle(made: Path) -> None:
    out, _ = run("check", "k8s", "--bundle", "own.tar.gz", "--show-config", cwd=made)
    for line in (
        "gate = 'pr'  (own.tar.gz)",
        "bundle.path = 'own.tar.gz'  (command line)",
        f"bundle.revision = '{revision(made / 'own.tar.gz')}'  (own.tar.gz)",
        "bundle.signed_by = None  (own.tar.gz)",
    ):
        assert line in out


# Help


@pytest.mark.parametrize("command", ["", *_COMMANDS])
def test_the_help_of_a_command_fits_a_screen_and_has_an_example_on_one_line(made: Path, command: str) -> None:
    lines, _ = run("bundle", *command.split(), "--help", cwd=made)
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    assert lines[-1].startswith(f"  Example: gatelib bundle {command or 'build'} ")
    for word in lines[-1].split():
        assert not word.startswith("--") or [line for line in lines if line.startswith(f"  {word} ")]


def test_the_examples_of_helps_work_one_after_the_other(tree: Path) -> None:
    (tree / "bundles").mkdir()
    shutil.copy(ROOT / "bundles" / "pr.yaml", tree / "bundles")
    for command in ("build", "sign", "verify", "inspect"):
        lines, _ = run("bundle", command, "--help", cwd=tree)
        run(*lines[-1].partition("Example: gatelib ")[2].split(), cwd=tree)


# What a run without a bundle does not pay for

HEAVY = (
    "cryptography",
    "jwt",
    "jsonschema",
    "requests",
    "oras",
    "opa_client",
    "urllib.request",
    "urllib3",
    "http",
    "gatelib.bundle",
)


@pytest.mark.parametrize("command", ["check", "normalize"])
def test_a_run_without_a_bundle_imports_nothing_that_only_bundles_need(made: Path, command: str) -> None:
    arguments = [sys.executable, "-v", "-m", "gatelib", command, "k8s/pod.yaml", *NOW]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(arguments, cwd=made, capture_output=True, text=True, env=env, check=False)
    imported = set(re.findall(r"^import '([^']+)'", done.stderr, re.MULTILINE))
    assert {"gatelib.gate", f"gatelib.cli.{command}", "gatelib.policy"} <= imported
    assert sorted(name for name in imported if name.startswith(HEAVY)) == []
