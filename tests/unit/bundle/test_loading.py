"""What a bundle must prove, and what it may hold, before it is run."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from functools import cache
from pathlib import Path
from typing import Any

import orjson
import pytest

from gatelib import keys
from gatelib.bundle import archive, build, definition, loading, signatures
from gatelib.bundle.loading import Trust
from gatelib.errors import BundleError, GatelibError, PolicyError, SignatureError, UsageError
from gatelib.policy import Module, Policy, shipped
from tests.paths import ROOT
from tests.signing import pair, signed
from tests.unit.teams import DENY_BAD, rule

NOW = datetime(2026, 11, 22, tzinfo=timezone.utc)
CORE = shipped()
SHIPPED = sorted(path.stem for path in (ROOT / "bundles").glob("*.yaml"))
UNSIGNED = "no signature vouches for it"

Files = Mapping[str, bytes]


@cache
def of(name: str) -> Policy:
    return definition.read(ROOT / "bundles" / f"{name}.yaml", CORE)


@cache
def built(name: str = "pr") -> dict[str, bytes]:
    return build.files(of(name), created=NOW)


def key(name: str = "release", keyid: str | None = "release") -> keys.VerificationKey:
    return keys.verification_key(pair(name).public.encode(), keyid=keyid)


TRUSTED = Trust(keys=(key(),))


@cache
def signing_key() -> keys.SigningKey:
    """Reading an RSA key takes longer than all else here."""
    return keys.signing_key(pair("release").private.encode(), keyid="release")


def load(files: Files, *, sign: bool) -> Policy:
    signature = {signatures.NAME: signatures.sign(files, signing_key())} if sign else {}
    data = archive.write({**files, **signature})
    return loading.policy(loading.open_bundle(data, TRUSTED if sign else Trust(), now=NOW))


def revised(files: Files, name: str, change: Any) -> dict[str, bytes]:
    """Return the files with one of JSON changed, as whoever writes a bundle by hand can change it."""
    value = orjson.loads(files[name])
    change(value)
    return {**files, name: orjson.dumps(value)}


def table(name: str) -> str:
    return f"gatelib/{name}/data.json"


# What a bundle gives


@pytest.mark.parametrize("sign", [False, True], ids=["unsigned", "signed"])
@pytest.mark.parametrize("name", SHIPPED)
def test_a_bundle_gives_the_policy_that_it_was_built_from(name: str, sign: bool) -> None:
    found = load(built(name), sign=sign)
    data = signed(built(name)) if sign else archive.write(built(name))
    revision = json.loads(built(name)[".manifest"])["revision"]
    assert found.origin == (hashlib.sha256(data).hexdigest(), "release" if sign else None)
    assert found.data["bundle"].pop("revision") == revision
    assert replace(found, origin=None) == of(name)


def test_a_key_without_an_id_signs_for_nobody_by_name() -> None:
    data = signed(built(), keyid="")
    bundle = loading.open_bundle(data, Trust(keys=(key(keyid=None),)), now=NOW)
    origin = loading.policy(bundle).origin
    assert origin is not None
    assert origin.signed_by == ""


def test_a_bundle_is_read_from_a_file_that_an_error_names(tmp_path: Path) -> None:
    path = tmp_path / "pr.tar.gz"
    with pytest.raises(BundleError, match=r"pr\.tar\.gz: the bundle cannot be read: No such file") as caught:
        loading.read(path, Trust(), now=NOW)
    assert caught.value.file == str(path)
    path.write_bytes(b"")
    with pytest.raises(BundleError) as caught:
        loading.read(path, Trust(), now=NOW)
    assert caught.value.file == str(path)
    path.write_bytes(archive.write(built()))
    assert loading.read(path, Trust(), now=NOW).files == built()
    with pytest.raises(BundleError, match="Is a directory"):
        loading.read(tmp_path, Trust(), now=NOW)


# What it must prove


def refusal(data: bytes, trust: Trust) -> GatelibError:
    with pytest.raises(GatelibError) as caught:
        loading.open_bundle(data, trust, now=NOW)
    return caught.value


NO_KEY = "no key is given to verify the bundle with"


@pytest.mark.parametrize(
    ("trust", "message"),
    [
        (Trust(), "the bundle is signed, and no key is given to verify it with"),
        (Trust(required=True), NO_KEY),
        (Trust(keys=(key("other"),)), "the signature was not made by a key that may sign"),
        (Trust(keys=(key(keyid="other"),)), "the signature names the key `release`"),
        (Trust(keys=(key(),), scope="prod"), "the signature is for the scope ``, not `prod`"),
    ],
)
def test_a_signed_bundle_that_proves_too_little_is_refused(trust: Trust, message: str) -> None:
    error = refusal(signed(built()), trust)
    assert (type(error), error.message) == (SignatureError, message)


@pytest.mark.parametrize(
    ("trust", "message"),
    [
        (Trust(required=True), NO_KEY),
        (Trust(keys=(key(),)), "the bundle is not signed"),
        (Trust(keys=(key(),), required=True), "the bundle is not signed"),
        (Trust(scope="prod"), NO_KEY),
    ],
)
def test_an_unsigned_bundle_is_refused_by_whoever_asks_for_anything(trust: Trust, message: str) -> None:
    error = refusal(archive.write(built()), trust)
    assert (type(error), error.message) == (SignatureError, message)


def test_a_bundle_may_be_looked_at_without_a_key_but_for_no_scope() -> None:
    data = signed(built(), scope="prod")
    assert loading.open_bundle(data, Trust(), now=NOW, verified=False).signer is None
    with pytest.raises(SignatureError, match=NO_KEY):
        loading.open_bundle(data, Trust(scope="prod"), now=NOW, verified=False)


@pytest.mark.parametrize("signer", ["old", "new"])
def test_during_a_rotation_either_key_may_have_signed(signer: str) -> None:
    trust = Trust(keys=(key("old", "old"), key("new", "new")))
    bundle = loading.open_bundle(signed(built(), name=signer, keyid=signer), trust, now=NOW)
    assert bundle.signer is not None
    assert bundle.signer.keyid == signer
    error = refusal(signed(built(), name="stolen", keyid=signer), trust)
    assert error.message == "the signature was not made by a key that may sign"
    error = refusal(signed(built(), name="old", keyid="new"), trust)
    assert error.message == "the signature was not made by a key that may sign"


@pytest.mark.parametrize("signer", ["old", "new"])
def test_two_keys_of_one_id_may_overlap(signer: str) -> None:
    trust = Trust(keys=(key("old"), key("new")))
    assert loading.open_bundle(signed(built(), name=signer), trust, now=NOW).signer is not None


# How old it may be


def dated(revision: str | None) -> dict[str, bytes]:
    def change(value: dict[str, Any]) -> None:
        value.pop("revision")
        if revision is not None:
            value["revision"] = revision

    return revised(revised(built(), ".manifest", change), table("bundle"), change)


@pytest.mark.parametrize(
    "minimum",
    [
        "2026-11-22T00:00:00Z",
        "2026-11-22T00:00:00Z-ffffffffffff",
        "2026-11-21T23:59:59Z",
        "1999-01-01T00:00:00Z",
    ],
)
def test_a_bundle_of_the_least_revision_or_a_later_one_is_taken(minimum: str) -> None:
    bundle = loading.open_bundle(archive.write(built()), Trust(min_revision=minimum), now=NOW)
    assert bundle.revision.startswith("2026-11-22T00:00:00Z-")


@pytest.mark.parametrize("minimum", ["2026-11-22T00:00:01Z", "2026-11-22T00:00:01Z-000000000000"])
@pytest.mark.parametrize("sign", [False, True], ids=["unsigned", "signed"])
def test_an_older_bundle_is_refused_whoever_signed_it(minimum: str, sign: bool) -> None:
    data = signed(built()) if sign else archive.write(built())
    error = refusal(data, Trust(keys=TRUSTED.keys if sign else (), min_revision=minimum))
    revision = json.loads(built()[".manifest"])["revision"]
    assert type(error) is BundleError
    assert error.message == f"the bundle's revision `{revision}` is older than `{minimum}`"


@pytest.mark.parametrize(
    "revision",
    [None, "", "v2", "2027-01-01", "9999-99-99T99:99:99Z", " 2027-01-01T00:00:00Z", "2027-01-01T00:00:00Zx"],
)
def test_a_bundle_whose_age_nobody_can_tell_is_refused_where_it_matters(revision: str | None) -> None:
    data = archive.write(dated(revision))
    error = refusal(data, Trust(min_revision="2026-01-01T00:00:00Z"))
    assert type(error) is BundleError
    assert error.message == f"the revision `{revision or ''}` does not begin with the time of its build"
    assert loading.open_bundle(data, Trust(), now=NOW).revision == (revision or "")


@pytest.mark.parametrize(
    "minimum", ["", "v2", "2026-11-22", "2026-02-30T00:00:00Z", "2026-11-22T00:00:00+01:00"]
)
def test_a_least_revision_that_is_none_is_a_usage_error(minimum: str) -> None:
    error = refusal(archive.write(built()), Trust(min_revision=minimum))
    assert (type(error), error.message) == (
        UsageError,
        f"the least revision `{minimum}` does not begin with a time",
    )


# What it may hold

PRIVILEGED = "gatelib/rules/kubernetes/privileged/privileged.rego"
EVIL = b"package gatelib.lib.evil\n\nx := 1\n"


def renamed(catalog: Mapping[str, Any]) -> dict[str, Any]:
    return {**catalog["GL-K8S-001"], "id": "GL-K8S-901", "package": ["kubernetes", "new"]}


def hostile(name: str) -> dict[str, bytes]:
    """A bundle of what a signer may say, and nobody else."""
    files = dict(built())
    changes: dict[str, Any] = {
        "a rule": lambda: {**files, PRIVILEGED: files[PRIVILEGED].replace(b"== true", b"== false")},
        "the decision": lambda: {**files, "gatelib/main.rego": files["gatelib/main.rego"] + b"\n"},
        "the library": lambda: {**files, "gatelib/lib/evil.rego": EVIL},
        "kinds": lambda: revised(files, table("kinds"), lambda v: v["aliases"].update(Pod="Nothing")),
        "defaults": lambda: revised(files, table("defaults"), lambda v: v["limits"].update(cpu=False)),
        "gates": lambda: revised(files, table("gates"), lambda v: v["publish"].update(requires=[])),
        "schema": lambda: revised(files, table("params_schema"), lambda v: v["properties"].update(x={})),
        "severity": lambda: revised(
            files, table("catalog/core"), lambda v: v["GL-K8S-001"].update(severity="low")
        ),
        "stage": lambda: revised(
            files, table("catalog/core"), lambda v: v["GL-K8S-001"].update(stage="canary")
        ),
        "kinds of a rule": lambda: revised(
            files, table("catalog/core"), lambda v: v["GL-K8S-001"].update(kinds=["Secret"])
        ),
        "a new rule": lambda: {
            **revised(files, table("catalog/core"), lambda v: v.update({"GL-K8S-901": renamed(v)})),
            "gatelib/rules/kubernetes/new/new.rego": files[PRIVILEGED].replace(
                b"kubernetes.privileged", b"kubernetes.new"
            ),
        },
    }
    made: dict[str, bytes] = changes[name]()
    assert made != files
    return made


@pytest.mark.parametrize(
    "name",
    ["a rule", "the decision", "the library", "kinds", "defaults", "gates", "schema", "severity", "stage",
     "kinds of a rule", "a new rule"],
)  # fmt: skip
def test_what_is_the_librarys_and_not_as_it_ships_needs_a_signature(name: str) -> None:
    with pytest.raises(PolicyError) as caught:
        load(hostile(name), sign=False)
    assert caught.value.message.endswith(UNSIGNED)
    assert caught.value.hint == "sign the bundle, and give the key with --verification-key"
    assert load(hostile(name), sign=True) != load(built(), sign=True)


def test_which_rules_run_at_a_gate_is_the_definitions_affair() -> None:
    files = revised(built(), table("catalog/core"), lambda v: v["GL-TEN-004"].update(gates=["publish"]))
    assert load(files, sign=False).catalog["GL-TEN-004"]["gates"] == ["publish"]


@pytest.mark.parametrize(
    ("name", "change", "kind", "message"),
    [
        ("a.txt", b"", BundleError, "`a.txt` is nothing that a bundle of rules holds"),
        ("gatelib/rules/x.yaml", b"", BundleError, "is nothing that a bundle of rules holds"),
        ("gatelib/data.yaml", b"gatelib: {}", BundleError, "is nothing that a bundle of rules holds"),
        ("sub/.manifest", b"{}", BundleError, "is nothing that a bundle of rules holds"),
        ("gatelib/x_test.rego", b"package gatelib.x_test\n", BundleError, "is a test"),
        ("gatelib/x.rego", b"\xff", BundleError, "is not UTF-8"),
        (
            "gatelib/x.rego",
            b"package gatelib.main.x\n",
            PolicyError,
            "`gatelib.main.x` may not be in a bundle",
        ),
        ("gatelib/x.rego", b"package system.authz\n", PolicyError, "`system.authz` may not be in a bundle"),
        ("gatelib/x.rego", b"package gatelib\n", PolicyError, "`gatelib` may not be in a bundle"),
        ("gatelib/x.rego", b"package gatelib.main\n", PolicyError, "`gatelib.main` may not be in a bundle"),
        ("a.rego", b"package gatelib.main\n", PolicyError, "`gatelib.main` may not be in a bundle"),
        ("gatelib/x.rego", b"package gatelib.rules.acme.x.y\n", PolicyError, "may not be in a bundle"),
        (
            "gatelib/x.rego",
            b'package gatelib["rules"].acme.x\n',
            PolicyError,
            "`gatelib.rules.acme.x` must stand on a line of its own",
        ),
        (
            "gatelib/x.rego",
            b" package gatelib.rules.acme.x\nx := `\npackage gatelib.main\n`",
            PolicyError,
            "`gatelib.rules.acme.x` must stand on a line of its own",
        ),
        ("gatelib/x.rego", b"package gatelib.rules.acme.x\n", PolicyError, "is no rule of its catalogue"),
        ("gatelib/x.rego", b"not rego", PolicyError, "does not parse"),
        (
            "gatelib/x.rego",
            b'package gatelib.rules.acme.x\ny := http.send({"url": "http://x"})\n',
            PolicyError,
            "`http.send` is not among the built-ins",
        ),
        ("data.json", b"[]", BundleError, "is no object"),
        ("data.json", b'{"system": {}}', PolicyError, "data at `system` in the bundle"),
        ("gatelib/main/data.json", b'{"deny": []}', PolicyError, "data at `gatelib.main` in the bundle"),
        ("gatelib/rules/data.json", b"{}", PolicyError, "data at `gatelib.rules` in the bundle"),
        ("gatelib/exceptions/data.json", b"[]", PolicyError, "data at `gatelib.exceptions` in the bundle"),
        ("gatelib/evidence/data.json", b"{}", PolicyError, "data at `gatelib.evidence` in the bundle"),
        ("kubernetes/data.json", b"{}", PolicyError, "data at `kubernetes` in the bundle"),
        (
            "data.json",
            b'{"gatelib": {"bundle": {"gate": "pr"}}}',
            BundleError,
            "says again what another file",
        ),
        ("data.json", b'{"gatelib": []}', BundleError, "says again what another file"),
        ("gatelib/params/data.json", b'{"limits": 1, "limits": 2}', BundleError, "an object has a key twice"),
        ("gatelib/params/data.json", b'{"limits": NaN}', BundleError, "is no JSON"),
    ],
)
def test_whoever_signed_it_a_bundle_holds_nothing_strange(
    name: str, change: bytes, kind: type[GatelibError], message: str
) -> None:
    with pytest.raises(kind) as caught:
        load({**built(), name: change}, sign=True)
    assert message in caught.value.message


def twice(path: str) -> dict[str, bytes]:
    """A bundle with one package in two files, the changed one before or after the one that ships."""
    return {**built(), path: built()["gatelib/lib/labels.rego"] + b"\nother := 1\n"}


@pytest.mark.parametrize("path", ["gatelib/lib/a.rego", "gatelib/lib/z.rego"], ids=["before", "after"])
def test_no_package_of_a_bundle_is_in_two_files(path: str) -> None:
    with pytest.raises(PolicyError, match=r"package `gatelib\.lib\.labels` may not be in a bundle"):
        load(twice(path), sign=True)


def test_no_file_of_a_bundle_is_there_under_two_names() -> None:
    files = {**built(), "gatelib/lib/copy.rego": built()["gatelib/lib/labels.rego"]}
    with pytest.raises(PolicyError, match=r"package `gatelib\.lib\.labels` may not be in a bundle"):
        load(files, sign=True)


def removed(*names: str) -> dict[str, bytes]:
    return {name: content for name, content in built().items() if name not in names}


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("gatelib/bundle/data.json", "it lacks `data.gatelib.bundle`"),
        ("gatelib/kinds/data.json", "it lacks `data.gatelib.kinds`"),
        ("gatelib/gates/data.json", "it lacks `data.gatelib.gates`"),
        ("gatelib/defaults/data.json", "it lacks `data.gatelib.defaults`"),
        ("gatelib/params_schema/data.json", "it lacks `data.gatelib.params_schema`"),
        ("gatelib/catalog/core/data.json", "the bundle has no catalogue of rules"),
        (".manifest", "the bundle's data and its manifest name different revisions"),
        (PRIVILEGED, "rule `GL-K8S-001` of the bundle's catalogue has no policy"),
        ("gatelib/main.rego", "it lacks `package gatelib.main`"),
    ],
)
def test_a_bundle_that_lacks_something_is_an_error(name: str, message: str) -> None:
    with pytest.raises(BundleError) as caught:
        load(removed(name), sign=True)
    assert caught.value.message.endswith(message)


def test_what_is_no_bundle_of_rules_says_how_to_make_one() -> None:
    files = build.data_files([], None, created=NOW)
    with pytest.raises(GatelibError) as caught:
        load(files, sign=False)
    assert caught.value.message == "data at `gatelib.exceptions` in the bundle may change what rules decide"
    with pytest.raises(BundleError) as other:
        load({".manifest": b'{"revision": "x"}'}, sign=False)
    assert (other.value.message, other.value.hint) == (
        "this is no bundle of gatelib's rules: it lacks `data.gatelib.bundle`",
        "`gatelib bundle build` makes one",
    )


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"rego_version": 0}, "the bundle is not of Rego v1 throughout"),
        ({"file_rego_versions": {"/gatelib/main.rego": 0}}, "the bundle is not of Rego v1 throughout"),
        ({"wasm": [{"entrypoint": "gatelib/main"}]}, "the bundle asks for WebAssembly in place of its Rego"),
        ({"revision": "other"}, "the bundle's data and its manifest name different revisions"),
    ],
)
def test_a_manifest_that_asks_for_something_else_is_refused(values: dict[str, Any], message: str) -> None:
    with pytest.raises(BundleError) as caught:
        load(revised(built(), ".manifest", lambda manifest: manifest.update(values)), sign=True)
    assert caught.value.message == message


FORMS: list[tuple[str, Any, str]] = [
    ("bundle", {"gate": "nightly"}, "`bundle.gate` must be one of"),
    ("bundle", {"gate": 7}, "`bundle.gate` must be a string"),
    ("bundle", {"inputs": "envelope"}, "`bundle.inputs` must be a list"),
    ("bundle", {"requires": {}}, "`bundle.requires` must be a list"),
    ("bundle", {"requires": [{"kind": "Pod"}]}, "`bundle.requires.0` lacks `exactly`"),
    ("bundle", {"actions": []}, "`bundle.actions` must be an object"),
    ("bundle", {"name": 7}, "`bundle.name` must be a string"),
    ("params", {"limits": []}, "`params.limits` must be an object"),
    ("defaults", {"limits": 7}, "`defaults.limits` must be an object"),
    ("gates", {"pr": []}, "`gates.pr` must be an object"),
    ("gates", {"pr": {"requires": [{"exactly": 1}]}}, "`gates.pr.requires.0` lacks `kind`"),
    ("kinds", {"aliases": []}, "`kinds.aliases` must be an object"),
    ("kinds", {"well_known": {"Pod": 7}}, "`kinds.well_known.Pod` must be a string"),
    ("kinds", {"cluster_scoped": "Node"}, "`kinds.cluster_scoped` must be a list"),
    ("kinds", {"workloads": {"Pod": "spec"}}, "`kinds.workloads.Pod` must be a list"),
]


@pytest.mark.parametrize(("group", "values", "message"), FORMS)
def test_tables_of_another_form_are_refused_and_break_nothing(group: str, values: Any, message: str) -> None:
    files = {table("params"): b"{}", **built()}
    with pytest.raises(BundleError) as caught:
        load(revised(files, table(group), lambda found: found.update(values)), sign=True)
    assert caught.value.message.startswith(f"`data.gatelib` of the bundle: {message}")


@pytest.mark.parametrize("group", ["bundle", "defaults", "gates", "kinds", "params", "params_schema"])
@pytest.mark.parametrize("value", [b"[]", b"null"])
def test_a_table_that_is_no_object_is_refused(group: str, value: bytes) -> None:
    files = {name: content for name, content in built().items() if name != table(group)}
    with pytest.raises(BundleError):
        load({**files, "gatelib/data.json": b'{"' + group.encode() + b'": ' + value + b"}"}, sign=True)


def test_a_key_that_a_later_version_fixes_is_left_to_the_bundles_own_rego() -> None:
    files = revised(built(), table("bundle"), lambda fixed: fixed.update(later={"x": 1}))
    assert load(files, sign=True).data["bundle"]["later"] == {"x": 1}


# A team's rules


def a_teams(tmp_path: Path) -> dict[str, bytes]:
    rule(tmp_path / "policies", DENY_BAD)
    path = tmp_path / "own.yaml"
    path.write_text("name: own\ngate: pr\ninputs: [envelope]\npolicies: [policies]\n")
    return build.files(definition.read(path, CORE), created=NOW)


@pytest.mark.parametrize("sign", [False, True], ids=["unsigned", "signed"])
def test_rules_of_a_team_come_with_its_bundle(tmp_path: Path, sign: bool) -> None:
    found = load(a_teams(tmp_path), sign=sign)
    assert list(found.catalogs) == ["acme", "core"]
    assert "ACME-001" in found.catalog
    assert (
        Module("gatelib/rules/acme/own/own.rego", (tmp_path / "policies" / "own.rego").read_text())
        in found.modules
    )


def catalogued(files: Files, owner: str, entry: Any, rule_id: str = "ACME-001") -> dict[str, bytes]:
    rest = {name: content for name, content in files.items() if name != table("catalog/acme")}
    return {**rest, table(f"catalog/{owner}"): orjson.dumps({rule_id: entry})}


def test_a_team_in_a_bundle_has_the_rules_of_its_own_domain_only(tmp_path: Path) -> None:
    files = a_teams(tmp_path)
    entry = orjson.loads(files[table("catalog/acme")])["ACME-001"]
    with pytest.raises(PolicyError, match=r"rule `ACME-001` of `beta` is in the domain `acme`"):
        load(catalogued(files, "beta", entry), sign=True)


@pytest.mark.parametrize(
    ("owner", "rule_id", "package", "message"),
    [
        ("acme", "GL-K8S-001", ["acme", "own"], "rule ID `GL-K8S-001` of team `acme` is the library's"),
        ("acme", "GL-ACME-001", ["acme", "own"], "rule ID `GL-ACME-001` of team `acme` is the library's"),
        (
            "acme",
            "ACME-001",
            ["kubernetes", "own"],
            "rule `ACME-001` of `acme` is in the domain `kubernetes`",
        ),
        ("acme", "ACME-001", ["core", "own"], "rule `ACME-001` of `acme` is in the domain `core`"),
        ("kubernetes", "ACME-001", ["kubernetes", "own"], "rule `ACME-001` of `kubernetes` is in the domain"),
    ],
)
def test_a_team_in_a_bundle_takes_nothing_of_the_librarys(
    tmp_path: Path, owner: str, rule_id: str, package: list[str], message: str
) -> None:
    files = a_teams(tmp_path)
    entry = {**orjson.loads(files[table("catalog/acme")])["ACME-001"], "id": rule_id, "package": package}
    path = "gatelib/rules/acme/own/own.rego"
    moved = files[path].replace(b"rules.acme.own", f"rules.{'.'.join(package)}".encode())
    with pytest.raises(PolicyError) as caught:
        load({**catalogued(files, owner, entry, rule_id), path: moved}, sign=True)
    assert caught.value.message.startswith(message)


def test_two_teams_in_a_bundle_share_no_id(tmp_path: Path) -> None:
    files = a_teams(tmp_path)
    entry = orjson.loads(files[table("catalog/acme")])["ACME-001"]
    path = "gatelib/rules/beta/own/own.rego"
    text = files["gatelib/rules/acme/own/own.rego"].replace(b"rules.acme.own", b"rules.beta.own")
    other = {
        table("catalog/beta"): orjson.dumps({"ACME-001": {**entry, "package": ["beta", "own"]}}),
        path: text,
    }
    with pytest.raises(PolicyError, match="rule ID `ACME-001` belongs to both `acme` and `beta`"):
        load({**files, **other}, sign=True)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"severity": "none"}, "METADATA's `custom.severity` is not acceptable"),
        ({"gates": ["nightly"]}, "METADATA's `custom.gates` is not acceptable"),
        ({"kinds": []}, "METADATA's `custom.kinds` is not acceptable"),
        ({"scope": "all"}, "METADATA's `custom.scope` is not acceptable"),
        ({"id": "OTHER-001"}, "it lacks its ID, title or description"),
        ({"package": ["kubernetes"]}, "it names no package"),
        ({"extra": 1}, "`extra` is unknown"),
    ],
)
def test_an_entry_that_is_none_is_an_error(change: dict[str, Any], message: str) -> None:
    files = revised(built(), table("catalog/core"), lambda found: found["GL-K8S-001"].update(change))
    with pytest.raises(BundleError) as caught:
        load(files, sign=True)
    assert caught.value.message == f"rule `GL-K8S-001` in the bundle's catalogue: {message}"
