"""What a run does with the bundle that it is given, and what a configuration may say of it."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import BundleError, Gate, Report, SignatureError, read_verification_key, verification_key
from gatelib.bundle import archive, build, definition
from gatelib.errors import ConfigError, GatelibError, PolicyError, UsageError
from gatelib.policy import shipped
from tests.engines import need_engine
from tests.paths import ROOT
from tests.signing import pair, signed
from tests.unit.teams import DENY_BAD, config_map, rule

CORE = shipped()
NOW = "2026-11-22T00:00:00Z"
CREATED = datetime(2026, 11, 22, tzinfo=timezone.utc)
POD = """\
apiVersion: v1
kind: Pod
metadata: {name: agent, namespace: shop}
spec:
  containers:
    - name: agent
      securityContext: {privileged: true}
"""
RELEASE = "apiVersion: gatelib.dev/v1\nkind: Release\nmetadata: {name: a}\nspec: {}\n"
EXCEPTION = """\
apiVersion: gatelib.dev/v1
kind: PolicyException
metadata: {name: agent}
spec:
  rules: [GL-K8S-001]
  target: {kind: Pod, namespace: shop, name: agent}
  reason: It reads the kernel's log.
  requester: nina@shop.example
  approver: [omar@shop.example, lea@shop.example]
  created: "2026-11-01"
  expires: "2026-12-15"
"""

Values = Mapping[str, Any]


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A repository with a Pod in `k8s/`, which `GL-K8S-001` denies."""
    (tmp_path / "repository" / "k8s").mkdir(parents=True)
    (tmp_path / "repository" / ".git").mkdir()
    (tmp_path / "repository" / "k8s" / "pod.yaml").write_text(POD)
    return tmp_path / "repository"


def files_of(folder: Path, **values: Any) -> dict[str, bytes]:
    """Return the files of a bundle with one rule, but for what is given."""
    given = {"name": "own", "gate": "pr", "inputs": ["envelope"], "rules": ["GL-K8S-001"], **values}
    path = folder / "definition.yaml"
    path.write_bytes(orjson.dumps({key: value for key, value in given.items() if value is not None}))
    return build.files(definition.read(path, CORE), created=CREATED)


def bundle(tree: Path, *, sign: str = "", keyid: str = "", scope: str = "", **values: Any) -> str:
    """Write such a bundle beside the repository, and return its path from there."""
    files = files_of(tree.parent, **values)
    data = signed(files, name=sign, keyid=keyid or sign, scope=scope) if sign else archive.write(files)
    (tree.parent / "own.tar.gz").write_bytes(data)
    return "../own.tar.gz"


def gate(tree: Path, **settings: Any) -> Gate:
    return Gate.load(**{"base": tree, "now": NOW, "isolated": False, **settings})


def check(tree: Path, *paths: str, **settings: Any) -> Report:
    return gate(tree, **settings).check(paths or ("k8s",))


def denied(report: Report) -> list[tuple[str, str]]:
    return [(finding.rule, finding.action) for finding in report.findings]


def refused(tree: Path, kind: type[GatelibError], **settings: Any) -> GatelibError:
    with pytest.raises(kind) as caught:
        check(tree, **settings)
    assert type(caught.value) is kind
    return caught.value


def config(tree: Path, text: str, *, trusted: bool) -> dict[str, Any]:
    """Write a configuration where it is trusted or not, and return the setting that names it."""
    if not trusted:
        (tree / "gatelib.yaml").write_text(text)
        return {}
    (tree.parent / "protected").mkdir(exist_ok=True)
    (tree.parent / "protected" / "gatelib.yaml").write_text(text)
    return {"config": "../protected/gatelib.yaml"}


def public(tree: Path, name: str) -> Path:
    path = tree.parent / "protected" / f"{name}.pub"
    path.parent.mkdir(exist_ok=True)
    path.write_text(pair(name).public)
    return path


# The same decision as the rules that ship


@pytest.mark.parametrize(
    ("name", "at", "engine"),
    [("pr", "pr", "embedded"), ("pre-promote", "pre-promote", "embedded"), ("full", "pr", "opa")],
)
def test_a_bundle_finds_what_the_shipped_rules_of_its_gate_find(
    tmp_path: Path, name: str, at: str, engine: str
) -> None:
    policy = definition.read(ROOT / "bundles" / f"{name}.yaml", CORE)
    data = archive.write(build.files(policy, created=CREATED))
    (tmp_path / "bundle.tar.gz").write_bytes(data)
    settings = {"base": ROOT, "now": NOW, "gate": at, "engine": need_engine(engine), "isolated": False}
    ours = Gate.load(**settings, bundle=tmp_path / "bundle.tar.gz").check(["examples/shop"])
    theirs = Gate.load(**settings).check(["examples/shop"])
    assert len(ours.findings) > 10
    assert replace(ours, revision="", bundle_sha256="", catalog={}) == replace(
        theirs, revision="", bundle_sha256="", catalog={}
    )


def test_a_report_names_revision_digest_and_signer(tree: Path) -> None:
    path = bundle(tree, sign="release")
    report = check(tree, bundle=path, verification_keys=[verification_key(pair("release").public.encode())])
    files = archive.read((tree / path).read_bytes())
    assert report.to_dict()["bundle"] == {
        "revision": json.loads(files[".manifest"])["revision"],
        "sha256": hashlib.sha256((tree / path).read_bytes()).hexdigest(),
        "signed_by": "release",
    }


def test_of_an_unsigned_bundle_a_report_names_no_signer(tree: Path) -> None:
    found = check(tree, bundle=bundle(tree)).to_dict()["bundle"]
    assert found["revision"].startswith("2026-11-22T00:00:00Z-")
    assert found["signed_by"] is None


def test_only_the_rules_of_the_bundle_run(tree: Path) -> None:
    report = check(tree, bundle=bundle(tree))
    assert [result.id for result in report.rules] == ["GL-K8S-001"]
    assert denied(report) == [("GL-K8S-001", "deny")]
    with pytest.raises(UsageError, match="there is no rule `GL-K8S-006`"):
        check(tree, bundle=bundle(tree), rules=["GL-K8S-006"])


# Held back until a date


@pytest.mark.parametrize(
    ("action", "until", "now", "found", "code", "engine"),
    [
        ("warn", "2026-12-01", "2026-11-22T00:00:00Z", "warn", 0, "embedded"),
        ("canary", "2026-12-01", "2026-11-22T00:00:00Z", "canary", 0, "embedded"),
        ("warn", "2026-12-01", "2026-12-01T23:59:59Z", "warn", 0, "opa"),
        ("warn", "2026-12-01", "2026-12-02T00:00:00Z", "deny", 1, "opa"),
        ("canary", "2026-12-01", "2026-12-02T00:00:00Z", "deny", 1, "embedded"),
        ("warn", "2026-12-01T12:00:00+02:00", "2026-12-01T09:59:59Z", "warn", 0, "embedded"),
        ("warn", "2026-12-01T12:00:00+02:00", "2026-12-01T10:00:00Z", "deny", 1, "embedded"),
    ],
)
def test_a_rule_is_held_back_until_its_date_and_no_longer(
    tree: Path, action: str, until: str, now: str, found: str, code: int, engine: str
) -> None:
    path = bundle(tree, actions={"GL-K8S-001": {"action": action, "until": until}})
    report = check(tree, bundle=path, now=now, engine=need_engine(engine))
    assert (denied(report), report.exit_code) == ([("GL-K8S-001", found)], code)


def test_what_cannot_be_judged_is_never_held_back(tree: Path) -> None:
    (tree / "k8s" / "pod.yaml").write_text(POD.replace("true", "'yes'").replace("name: agent, ", "name: 7, "))
    path = bundle(tree, actions={"GL-K8S-001": {"action": "canary", "until": "2026-12-01"}})
    assert check(tree, bundle=path).exit_code == 3


# What has to be there


def needs(number: int) -> list[dict[str, Any]]:
    return [{"kind": "gatelib.dev/Release", "exactly": number}]


@pytest.mark.parametrize("several_batches", [False, True])
@pytest.mark.parametrize(
    ("number", "there", "codes"),
    [
        (1, 0, ["GL-ERR-006"]),
        (1, 1, []),
        (1, 2, ["GL-ERR-006"]),
        (0, 0, []),
        (0, 1, ["GL-ERR-006"]),
        (2, 2, []),
    ],
)
def test_a_bundle_may_say_what_has_to_be_there(
    tree: Path, number: int, there: int, codes: list[str], several_batches: bool
) -> None:
    for index in range(there):
        (tree / "k8s" / f"release-{index}.yaml").write_text(RELEASE.replace("name: a", f"name: a{index}"))
    for index in range(260 if several_batches else 0):
        (tree / "k8s" / f"map-{index}.yaml").write_text(config_map(f"m{index}"))
    report = check(tree, bundle=bundle(tree, requires=needs(number)))
    found = [problem.code for problem in report.errors if problem.code != "GL-ERR-109"]
    assert found == codes
    assert denied(report) == [("GL-K8S-001", "deny")]


def test_a_bundle_may_say_that_nothing_has_to_be_there(tree: Path) -> None:
    strict = bundle(tree, gate="pre-promote")
    assert [problem.code for problem in check(tree, bundle=strict).errors] == ["GL-ERR-006", "GL-ERR-006"]
    lenient = bundle(tree, gate="pre-promote", requires=[])
    assert check(tree, bundle=lenient).errors == ()


# Shapes and gates


def test_a_bundle_for_reviews_judges_no_files_and_says_so(tree: Path) -> None:
    error = refused(tree, UsageError, bundle=bundle(tree, inputs=["admission_review", "gatekeeper_review"]))
    assert error.message == "the bundle takes admission_review and gatekeeper_review, and no files"
    assert error.file == "../own.tar.gz"


def test_the_gate_is_the_bundles_where_it_has_one(tree: Path) -> None:
    report = check(tree, bundle=bundle(tree, gate="admission"))
    assert (report.gate, denied(report)) == ("admission", [("GL-K8S-001", "deny")])
    assert check(tree, bundle=bundle(tree, gate="admission"), gate="admission").gate == "admission"


@pytest.mark.parametrize("trusted", [False, True])
def test_another_gate_than_the_bundles_is_a_usage_error(tree: Path, trusted: bool) -> None:
    path = bundle(tree, gate="admission")
    message = "the bundle judges for gate `admission`, not `pr`"
    assert refused(tree, UsageError, bundle=path, gate="pr").message == message
    given = config(tree, "gate: pr\n", trusted=trusted)
    assert refused(tree, UsageError, bundle=path, **given).message == message
    assert check(tree, bundle=path, gate="admission", **given).gate == "admission"


def test_without_a_gate_of_its_own_a_bundle_is_asked_for_one(tree: Path) -> None:
    path = bundle(tree, gate=None, rules=None)
    assert check(tree, bundle=path).gate == "pr"
    report = check(tree, bundle=path, gate="publish")
    assert (report.gate, [problem.code for problem in report.errors]) == (
        "publish",
        ["GL-ERR-006", "GL-ERR-006"],
    )


def test_a_found_configuration_does_not_take_part_in_a_release(tree: Path) -> None:
    config(tree, "fail_on: high\n", trusted=False)
    error = refused(tree, ConfigError, bundle=bundle(tree, gate="pre-promote"))
    assert "gate `pre-promote` takes no configuration that was found" in error.message


# Keys, scope and age


def keys_of(*names: str) -> list[Any]:
    return [verification_key(pair(name).public.encode(), keyid=name) for name in names]


def test_each_of_several_keys_may_have_signed_and_no_other(tree: Path) -> None:
    for name in ("old", "new"):
        path = bundle(tree, sign=name)
        assert denied(check(tree, bundle=path, verification_keys=keys_of("old", "new"))) != []
    error = refused(
        tree, SignatureError, bundle=bundle(tree, sign="x"), verification_keys=keys_of("old", "new")
    )
    assert error.message == "the signature names the key `x`"
    assert error.file == "../own.tar.gz"


def test_a_signed_bundle_does_not_run_without_a_key_nor_an_unsigned_one_with_it(tree: Path) -> None:
    refused(tree, SignatureError, bundle=bundle(tree, sign="release"))
    refused(tree, SignatureError, bundle=bundle(tree), verification_keys=keys_of("release"))


@pytest.mark.parametrize(
    ("made", "asked", "message"),
    [
        ("", "prod", "the signature is for the scope ``, not `prod`"),
        ("test", "prod", "the signature is for the scope `test`, not `prod`"),
        ("prod", None, "the signature is for the scope `prod`, not ``"),
        ("prod", "prod", None),
    ],
)
def test_a_signature_is_for_the_scope_that_is_asked_for(
    tree: Path, made: str, asked: str | None, message: str | None
) -> None:
    settings: dict[str, Any] = {
        "bundle": bundle(tree, sign="release", scope=made),
        "scope": asked,
        "verification_keys": keys_of("release"),
    }
    if message is None:
        assert denied(check(tree, **settings)) == [("GL-K8S-001", "deny")]
    else:
        assert refused(tree, SignatureError, **settings).message == message


def test_an_older_bundle_than_the_least_is_refused(tree: Path) -> None:
    path = bundle(tree)
    assert check(tree, bundle=path, min_revision="2026-11-22T00:00:00Z").exit_code == 1
    error = refused(tree, BundleError, bundle=path, min_revision="2026-11-22T00:00:01Z")
    assert error.message.endswith("is older than `2026-11-22T00:00:01Z`")
    refused(tree, UsageError, bundle=path, min_revision="")


@pytest.mark.parametrize(
    "settings",
    [
        {"verification_keys": keys_of("release")},
        {"scope": "prod"},
        {"min_revision": "2026-11-22T00:00:00Z"},
    ],
    ids=lambda settings: next(iter(settings)),
)
def test_what_a_bundle_must_prove_is_never_asked_of_no_bundle(tree: Path, settings: Values) -> None:
    error = refused(tree, UsageError, **settings)
    assert (error.message, error.hint) == (
        "no bundle is named for what it must prove",
        "name it with --bundle FILE",
    )


def test_a_bundle_whose_name_is_empty_is_no_way_to_the_shipped_rules(tree: Path) -> None:
    refused(tree, BundleError, bundle="")


# Nothing in the judged tree proves anything


@pytest.mark.parametrize("paths", [("k8s",), (".",), ("k8s/own.tar.gz",)])
def test_an_unsigned_bundle_in_the_judged_tree_is_refused(tree: Path, paths: tuple[str, ...]) -> None:
    (tree / "k8s" / "own.tar.gz").write_bytes((tree / bundle(tree)).read_bytes())
    with pytest.raises(ConfigError) as caught:
        check(tree, *paths, bundle="k8s/own.tar.gz")
    assert caught.value.message == (
        "the bundle lies in the judged tree, and no signature proves that its rules are not the author's"
    )


def test_a_signed_bundle_may_lie_anywhere(tree: Path) -> None:
    (tree / "k8s" / "own.tar.gz").write_bytes((tree / bundle(tree, sign="release")).read_bytes())
    report = check(tree, bundle="k8s/own.tar.gz", verification_keys=keys_of("release"))
    assert denied(report) == [("GL-K8S-001", "deny")]


def test_an_unsigned_bundle_may_lie_beside_what_is_judged(tree: Path) -> None:
    (tree / "own.tar.gz").write_bytes((tree / bundle(tree)).read_bytes())
    assert check(tree, bundle="own.tar.gz").exit_code == 1


def test_a_key_in_the_judged_tree_is_refused(tree: Path) -> None:
    (tree / "k8s" / "release.pub").write_text(pair("release").public)
    path = bundle(tree, sign="release")
    key = read_verification_key(tree / "k8s" / "release.pub", keyid="release")
    error = refused(tree, ConfigError, bundle=path, verification_keys=[key])
    assert error.message == "the key in `k8s/release.pub` lies in the judged tree, and proves nothing there"
    text = "trust: {bundle: [{keyid: release, key: ../repository/k8s/release.pub}]}\n"
    error = refused(tree, ConfigError, bundle=path, **config(tree, text, trusted=True))
    assert error.message == "the key in `k8s/release.pub` lies in the judged tree, and proves nothing there"


# Configurations


TRUSTING = """\
bundle:
  path: ../own.tar.gz
  require_signature: true
  scope: prod
  min_revision: "2026-11-22T00:00:00Z"
trust:
  bundle:
    - {keyid: old, key: old.pub}
    - {keyid: new, key: new.pub, algorithm: RS256}
"""


def trusting(tree: Path, text: str = TRUSTING) -> dict[str, Any]:
    public(tree, "old"), public(tree, "new")
    return config(tree, text, trusted=True)


@pytest.mark.parametrize("name", ["old", "new"])
def test_a_trusted_configuration_names_bundle_keys_scope_and_age(tree: Path, name: str) -> None:
    bundle(tree, sign=name, scope="prod")
    report = check(tree, **trusting(tree))
    assert (denied(report), report.signed_by) == ([("GL-K8S-001", "deny")], name)


@pytest.mark.parametrize(
    ("made", "kind", "message"),
    [
        ({}, SignatureError, "the bundle is not signed"),
        ({"sign": "old"}, SignatureError, "the signature is for the scope ``, not `prod`"),
        ({"sign": "x", "scope": "prod"}, SignatureError, "the signature names the key `x`"),
        (
            {"sign": "x", "keyid": "old", "scope": "prod"},
            SignatureError,
            "the signature was not made by a key that may sign",
        ),
    ],
)
def test_what_it_asks_for_has_to_be_proved(
    tree: Path, made: dict[str, Any], kind: type[GatelibError], message: str
) -> None:
    bundle(tree, **made)
    error = refused(tree, kind, **trusting(tree))
    assert (error.message, error.file) == (message, "own.tar.gz")


def test_an_old_bundle_is_refused_by_the_configurations_least_revision(tree: Path) -> None:
    bundle(tree, sign="old", scope="prod")
    later = TRUSTING.replace('"2026-11-22T00:00:00Z"', '"2026-11-22T00:00:01Z"')
    assert "is older than" in refused(tree, BundleError, **trusting(tree, later)).message


def test_the_command_lines_bundle_has_to_prove_what_the_configuration_asks_for(tree: Path) -> None:
    given = trusting(tree, TRUSTING.replace("  path: ../own.tar.gz\n", ""))
    assert denied(check(tree, **given)) != []
    path = bundle(tree)
    assert refused(tree, SignatureError, bundle=path, **given).message == "the bundle is not signed"
    path = bundle(tree, sign="old", scope="prod")
    assert check(tree, bundle=path, **given).signed_by == "old"


def test_a_signature_may_be_required_where_no_key_is_named(tree: Path) -> None:
    given = config(tree, "bundle: {require_signature: true}\n", trusted=True)
    error = refused(tree, SignatureError, bundle=bundle(tree), **given)
    assert error.message == "no key is given to verify the bundle with"


def test_the_command_line_wins_over_the_configuration(tree: Path) -> None:
    given = trusting(tree, TRUSTING.replace("../own.tar.gz", "gone.tar.gz"))
    path = bundle(tree, sign="mine", scope="test")
    settings = {"bundle": path, "scope": "test", "verification_keys": keys_of("mine")}
    assert check(tree, **settings, **given).signed_by == "mine"
    assert refused(tree, BundleError, **settings, min_revision="2027-01-01T00:00:00Z", **given)


def test_an_empty_scope_of_the_command_line_is_a_scope(tree: Path) -> None:
    given = trusting(tree)
    path = bundle(tree, sign="old")
    assert check(tree, bundle=path, scope="", **given).signed_by == "old"


@pytest.mark.parametrize(
    ("text", "key", "line"),
    [
        ("fail_on: high\nbundle:\n  path: own.tar.gz\n", "bundle", 2),
        ("fail_on: high\nbundle: {require_signature: false}\n", "bundle", 2),
        ("bundle: {}\n", "bundle", 1),
        ("fail_on: high\n\ntrust: {bundle: []}\n", "trust", 3),
        ("trust:\n  bundle:\n    - {keyid: a, key: a.pub}\n", "trust", 1),
    ],
)
def test_a_found_configuration_says_nothing_of_bundles_or_trust(
    tree: Path, text: str, key: str, line: int
) -> None:
    config(tree, text, trusted=False)
    for settings in ({}, {"bundle": bundle(tree)}):
        error = refused(tree, ConfigError, **settings)
        assert error.message == f"only a trusted configuration may set `{key}`"
        assert (error.file, error.line) == ("gatelib.yaml", line)


def test_a_configuration_in_the_judged_tree_is_not_trusted_though_it_is_named(tree: Path) -> None:
    (tree / "k8s" / "gatelib.yaml").write_text("bundle: {require_signature: false}\n")
    error = refused(tree, ConfigError, config="k8s/gatelib.yaml")
    assert (error.message, error.line) == ("only a trusted configuration may set `bundle`", 1)


@pytest.mark.parametrize(
    ("text", "message", "line"),
    [
        ("bundle: {paths: a}\n", "there is no `bundle.paths`; did you mean `path`?", 1),
        ("bundle: {path: ''}\n", "`bundle.path` must not be empty", 1),
        ("bundle:\n  require_signature: 1\n", "`bundle.require_signature` must be a boolean", 2),
        (
            "bundle:\n  min_revision: yesterday\n",
            "`bundle.min_revision` does not have the right form: "
            "No bundle with an older revision runs: a UTC date-time, or a revision.",
            2,
        ),
        ("trust: {keys: []}\n", "there is no `trust.keys`", 1),
        ("trust:\n  bundle:\n    - {keyid: a}\n", "`trust.bundle.0` lacks `key`", 3),
        ("trust:\n  bundle:\n    - {key: a}\n", "`trust.bundle.0` lacks `keyid`", 3),
        (
            "trust:\n  bundle:\n    - {keyid: a, key: a, algorithm: HS256}\n",
            "`trust.bundle.0.algorithm` must be one of `RS256`, `RS384`, `RS512`, `PS256`, `PS384`, `PS512`, "
            "`ES256`, `ES384`, `ES512`, `EdDSA`",
            3,
        ),
    ],
)
def test_what_breaks_the_configurations_schema_is_named_with_its_line(
    tree: Path, text: str, message: str, line: int
) -> None:
    error = refused(tree, ConfigError, **config(tree, text, trusted=True))
    assert (error.message, error.line) == (message, line)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (None, "the key cannot be read: No such file or directory"),
        ("", "the verification key is no public key in PEM"),
        (pair("old").private, "the verification key is no public key in PEM"),
    ],
    ids=["gone", "empty", "private"],
)
def test_a_key_that_is_none_is_named(tree: Path, content: str | None, message: str) -> None:
    bundle(tree, sign="old", scope="prod")
    given = trusting(tree)
    path = tree.parent / "protected" / "new.pub"
    path.unlink() if content is None else path.write_text(content)
    error = refused(tree, UsageError, **given)
    assert (error.message, error.file) == (message, "new.pub")


# Parameters

LIMITS = {"limits": {"cpu": False}}
UNLIMITED = POD.replace("{privileged: true}", "{}").replace(
    "securityContext: {}", "resources: {limits: {memory: 1Gi}}"
)


def limited(tree: Path, **settings: Any) -> list[tuple[str, str]]:
    """Judge a container that lacks a limit on processors only, with a bundle that needs none."""
    (tree / "k8s" / "pod.yaml").write_text(UNLIMITED)
    return denied(check(tree, bundle=bundle(tree, rules=["GL-K8S-006"], parameters=LIMITS), **settings))


def test_a_bundle_sets_parameters(tree: Path) -> None:
    assert limited(tree) == []


def test_a_trusted_configuration_sets_them_otherwise(tree: Path) -> None:
    given = config(tree, "parameters: {limits: {cpu: true}}\n", trusted=True)
    assert limited(tree, **given) == [("GL-K8S-006", "deny")]


def test_a_trusted_configuration_leaves_what_it_does_not_name(tree: Path) -> None:
    given = config(tree, "parameters: {limits: {memory: false}, pdb: {min_replicas: 3}}\n", trusted=True)
    assert limited(tree, **given) == []


def test_a_found_configuration_may_not_set_them_otherwise(tree: Path) -> None:
    config(tree, "fail_on: low\nparameters:\n  limits: {cpu: true}\n", trusted=False)
    with pytest.raises(ConfigError) as caught:
        limited(tree)
    assert caught.value.message == (
        "the bundle sets `parameters.limits`, and only a trusted configuration may set it otherwise"
    )
    assert caught.value.file == "gatelib.yaml"


def test_a_found_configuration_may_set_what_the_bundle_does_not(tree: Path) -> None:
    config(tree, "parameters: {pdb: {min_replicas: 3}}\n", trusted=False)
    assert limited(tree) == []


def test_a_report_blames_no_configuration_for_the_bundles_parameters(tree: Path) -> None:
    config(tree, "parameters: {pdb: {min_replicas: 3}}\n", trusted=False)
    path = bundle(tree, rules=["GL-K8S-006"], parameters=LIMITS)
    found = check(tree, bundle=path).to_dict()["config"]
    assert (found["trusted"], found["params"]) == (False, {"pdb": {"min_replicas": 3}})
    given = config(tree, "parameters: {limits: {cpu: true}}\n", trusted=True)
    assert check(tree, bundle=path, **given).to_dict()["config"]["params"] == {"limits": {"cpu": True}}


def test_parameters_beside_policies_never_go_over_the_bundles(tree: Path) -> None:
    rule(tree / "policies", DENY_BAD)
    own = {"gatelib": {"params": {"limits": {"cpu": True, "memory": False}}}}
    (tree / "policies" / "data.json").write_text(json.dumps(own))
    assert limited(tree, policies=["policies"]) == []


# Rules of a team's own


def test_rules_of_ones_own_run_beside_those_of_a_bundle(tree: Path) -> None:
    rule(tree / "policies", DENY_BAD)
    (tree / "k8s" / "map.yaml").write_text(config_map("a", **{"is": "bad"}))
    report = check(tree, bundle=bundle(tree), policies=["policies"])
    assert denied(report) == [("ACME-001", "deny"), ("GL-K8S-001", "deny")]


def test_a_teams_rules_in_the_bundle_run(tree: Path) -> None:
    rule(tree.parent / "policies", DENY_BAD)
    (tree / "k8s" / "map.yaml").write_text(config_map("a", **{"is": "bad"}))
    path = bundle(tree, rules=["ACME-001"], policies=["policies"])
    assert denied(check(tree, bundle=path)) == [("ACME-001", "deny")]


def test_another_team_may_stand_beside_the_bundles(tree: Path) -> None:
    rule(tree.parent / "policies", DENY_BAD)
    rule(tree / "policies", DENY_BAD.replace("ACME", "BETA"), team="beta", id="BETA-001")
    (tree / "k8s" / "map.yaml").write_text(config_map("a", **{"is": "bad"}))
    path = bundle(tree, rules=["ACME-001"], policies=["policies"])
    report = check(tree, bundle=path, policies=["policies"])
    assert denied(report) == [("ACME-001", "deny"), ("BETA-001", "deny")]


@pytest.mark.parametrize(
    ("team", "rule_id", "message"),
    [
        ("acme", "ACME-002", "team `acme` has rules in the bundle already"),
        ("beta", "ACME-001", "rule ID `ACME-001` of team `beta` is in the bundle already"),
        ("beta", "GL-K8S-001", "rule ID `GL-K8S-001` of team `beta` is the library's"),
        ("beta", "GL-K8S-006", "rule ID `GL-K8S-006` of team `beta` is the library's"),
    ],
)
def test_nobody_puts_a_rule_in_the_place_of_the_bundles(
    tree: Path, team: str, rule_id: str, message: str
) -> None:
    rule(tree.parent / "policies", DENY_BAD)
    rule(tree / "policies", DENY_BAD.replace("ACME-001", rule_id), team=team, id=rule_id, name="other")
    path = bundle(tree, rules=["ACME-001", "GL-K8S-001"], policies=["policies"])
    assert refused(tree, PolicyError, bundle=path, policies=["policies"]).message == message


# Exceptions

UNSIGNED = {"exceptions": {"require_signature": False}}


def test_exceptions_are_given_beside_a_bundle(tree: Path) -> None:
    (tree.parent / "exceptions").mkdir()
    (tree.parent / "exceptions" / "agent.yaml").write_text(EXCEPTION)
    settings: dict[str, Any] = {"exceptions": ["../exceptions"]}
    report = check(tree, bundle=bundle(tree, parameters=UNSIGNED), **settings)
    waived = [finding.waived_by.name for finding in report.findings if finding.waived_by]
    assert (waived, report.exit_code) == (["agent"], 0)
    strict = check(tree, bundle=bundle(tree), **settings)
    assert [finding.waived_by for finding in strict.findings] == [None]
    assert strict.errors == ()


# What is in force


def test_what_is_in_force_names_the_bundle_and_what_it_proved(tree: Path) -> None:
    bundle(tree, sign="old", scope="prod", gate="admission", parameters=LIMITS)
    text = TRUSTING + "parameters: {pdb: {min_replicas: 3}}\n"
    found = gate(tree, verification_keys=keys_of("mine"), **trusting(tree, text)).resolve(["k8s"])
    data = (tree.parent / "own.tar.gz").read_bytes()
    name, where = "own.tar.gz", "gatelib.yaml"
    assert {key: value for key, value in found.items() if key.startswith(("bundle", "trust", "gate"))} == {
        "gate": ("admission", name),
        "bundle.path": (name, where),
        "bundle.require_signature": (True, where),
        "bundle.scope": ("prod", where),
        "bundle.min_revision": ("2026-11-22T00:00:00Z", where),
        "trust.bundle": (["mine", "old", "new"], f"command line, {where}"),
        "bundle.revision": (json.loads(archive.read(data)[".manifest"])["revision"], name),
        "bundle.sha256": (hashlib.sha256(data).hexdigest(), name),
        "bundle.signed_by": ("old", name),
    }
    assert found["parameters.limits.cpu"] == (False, name)
    assert found["parameters.limits.memory"] == (True, "default")
    assert found["parameters.pdb.min_replicas"] == (3, where)


def test_of_an_unsigned_bundle_of_the_command_line_too(tree: Path) -> None:
    path = bundle(tree)
    found = gate(tree, bundle=path).resolve(["k8s"])
    assert {key: value for key, value in found.items() if key.startswith(("bundle", "trust"))} == {
        "bundle.path": (path, "command line"),
        "bundle.require_signature": (False, "default"),
        "bundle.scope": ("", "default"),
        "bundle.min_revision": (None, "default"),
        "trust.bundle": ([], "default"),
        "bundle.revision": (json.loads(files_of(tree.parent)[".manifest"])["revision"], path),
        "bundle.sha256": (hashlib.sha256((tree / path).read_bytes()).hexdigest(), path),
        "bundle.signed_by": (None, path),
    }


def test_without_a_bundle_that_is_said(tree: Path) -> None:
    found = gate(tree).resolve(["k8s"])
    assert {key: value for key, value in found.items() if key.startswith(("bundle", "trust"))} == {
        "bundle.path": (None, "default")
    }


def test_a_key_without_an_id_is_shown_as_one(tree: Path) -> None:
    key = verification_key(pair("old").public.encode())
    found = gate(tree, bundle=bundle(tree, sign="old"), verification_keys=[key]).resolve(["k8s"])
    assert found["trust.bundle"] == (["any ID"], "command line")
