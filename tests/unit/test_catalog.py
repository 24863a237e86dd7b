from __future__ import annotations

import json
import runpy
import subprocess

import pytest

from gatelib import catalog, resources
from gatelib.catalog import build, read_metadata
from gatelib.errors import PolicyError
from gatelib.policy import shipped
from tests.engines import need
from tests.paths import ROOT

RULE = """\
# METADATA
# title: Containers must not be privileged
# description: >-
#   They have
#   the node.
# custom:
#   id: GL-K8S-001
#   severity: critical
#   controls: [PL-01]
#   gates: [pr, admission]
#   kinds: [workloads, apps/Deployment, Pod, "*"]
#   scope: document
#   remediation: Remove it.
#   since: "1.0"
package gatelib.rules.kubernetes.privileged

deny contains 1
"""


def refused(text: str) -> str:
    with pytest.raises(PolicyError) as caught:
        read_metadata(text, "a.rego")
    assert caught.value.file == "a.rego"
    assert caught.value.line == text.splitlines().index("package gatelib.rules.kubernetes.privileged") + 1
    return caught.value.message


def test_metadata_becomes_an_entry() -> None:
    assert read_metadata(RULE, "a.rego") == {
        "id": "GL-K8S-001",
        "title": "Containers must not be privileged",
        "description": "They have the node.",
        "package": ["kubernetes", "privileged"],
        "severity": "critical",
        "controls": ["PL-01"],
        "gates": ["pr", "admission"],
        "kinds": ["workloads", "apps/Deployment", "Pod", "*"],
        "scope": "document",
        "remediation": "Remove it.",
        "since": "1.0",
    }


def test_what_may_be_there_is_taken_over() -> None:
    more = "#   params: [limits.cpu]\n#   deprecated: true\n#   stage: canary\n#   sensitive: true\n"
    more += '#   effective_on: "2026-01-01T00:00:00Z"\npackage '
    entry = read_metadata(RULE.replace("package ", more), "a.rego")
    assert entry is not None
    assert {key: entry[key] for key in ("params", "deprecated", "stage", "effective_on", "sensitive")} == {
        "params": ["limits.cpu"],
        "deprecated": True,
        "stage": "canary",
        "effective_on": "2026-01-01T00:00:00Z",
        "sensitive": True,
    }


@pytest.mark.parametrize(
    "package",
    [
        "gatelib.lib.labels",
        "gatelib.main",
        "gatelib.rules.kubernetes.privileged_test",
        "gatelib.rules.kubernetes",
    ],
)
def test_what_is_no_rule_has_no_entry(package: str) -> None:
    assert read_metadata(f"package {package}\n", "a.rego") is None
    assert read_metadata(RULE.replace("gatelib.rules.kubernetes.privileged", package), "a.rego") is None


def test_a_file_without_a_package_has_no_entry() -> None:
    assert read_metadata("# nothing\n", "a.rego") is None


NO_METADATA = "a rule needs METADATA with `title`, `description` and `custom` above its package"


@pytest.mark.parametrize(
    "text",
    [
        "package gatelib.rules.kubernetes.privileged\n",
        RULE.replace("# METADATA\n", ""),
        RULE.replace("# METADATA\n", "# METADATA:\n"),
        RULE.replace("package", "\npackage"),
        RULE.replace("# custom:", "# custom"),
        RULE.replace("#   severity", "# \tseverity"),
        RULE.replace('since: "1.0"', "since: !!timestamp 2026-99-99"),
        RULE.replace('since: "1.0"', "since: " + "[" * 5000),
        "# METADATA\n# - a list\npackage gatelib.rules.kubernetes.privileged\n",
    ],
    ids=[
        "none",
        "no marker",
        "another marker",
        "not above",
        "no custom",
        "no YAML",
        "no date",
        "too deep",
        "a list",
    ],
)
def test_a_rule_without_metadata_is_refused(text: str) -> None:
    assert refused(text) == NO_METADATA


@pytest.mark.parametrize(
    "key", ["id", "severity", "controls", "gates", "kinds", "scope", "remediation", "since"]
)
def test_each_key_that_must_be_there_is_missed(key: str) -> None:
    lines = [line for line in RULE.splitlines() if not line.startswith(f"#   {key}:")]
    assert refused("\n".join(lines)) == f"METADATA lacks `custom.{key}`"


@pytest.mark.parametrize("key", ["title", "description"])
def test_a_title_and_a_description_are_missed(key: str) -> None:
    assert refused(RULE.replace(f"# {key}:", "# custom2:")) in (
        f"METADATA lacks `{key}`",
        "METADATA has an unknown key `custom2`",
    )


def test_no_other_key_is_taken() -> None:
    assert refused(RULE.replace("# custom:", "# authors: [ana]\n# custom:")) == (
        "METADATA has an unknown key `authors`"
    )
    assert refused(RULE.replace("#   scope:", "#   level: 1\n#   scope:")) == (
        "METADATA has an unknown key `custom.level`"
    )


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("id: gl-k8s-001", "id"),
        ("id: GL-K8S-1", "id"),
        ("id: 7", "id"),
        ('id: "GL-K8S-001\\n"', "id"),
        ("severity: urgent", "severity"),
        ("controls: PL-01", "controls"),
        ("controls: [1]", "controls"),
        ("gates: []", "gates"),
        ("gates: [nightly]", "gates"),
        ("gates: pr", "gates"),
        ("kinds: []", "kinds"),
        ("kinds: [pods]", "kinds"),
        ("kinds: [Apps/Deployment]", "kinds"),
        ("scope: file", "scope"),
        ("remediation: ' '", "remediation"),
        ("since: 1.0", "since"),
        ("params: limits.cpu", "params"),
        ("deprecated: 'yes'", "deprecated"),
        ("stage: beta", "stage"),
        ("effective_on: 20260101", "effective_on"),
        ("time_zone: [Europe/Berlin]", "time_zone"),
        ("sensitive: 1", "sensitive"),
    ],
)
def test_each_value_that_is_not_acceptable_is_named(line: str, key: str) -> None:
    kept = [other for other in RULE.splitlines() if not other.startswith(f"#   {key}:")]
    kept.insert(kept.index("# custom:") + 1, f"#   {line}")
    assert refused("\n".join(kept)) == f"METADATA's `custom.{key}` is not acceptable"


@pytest.mark.parametrize("value", ["[a]", "{a: b}", "7", "true"])
@pytest.mark.parametrize("key", ["title", "description"])
def test_a_title_or_description_that_is_no_text_is_refused(key: str, value: str) -> None:
    lines = [line for line in RULE.splitlines() if "They have" not in line and "the node" not in line]
    text = "\n".join(f"# {key}: {value}" if line.startswith(f"# {key}:") else line for line in lines)
    text = text.replace("description: >-", "description: text")
    assert refused(text) == f"METADATA's `{key}` must be a text"


def test_two_rules_of_one_id_are_refused() -> None:
    other = RULE.replace("kubernetes.privileged", "kubernetes.other")
    with pytest.raises(
        PolicyError, match=r"^b\.rego: two rules have the ID GL-K8S-001 \(IDs are never reused\)"
    ):
        build([("a.rego", RULE), ("b.rego", other)])


def test_the_catalogue_is_in_the_order_of_the_ids() -> None:
    first = RULE.replace("GL-K8S-001", "GL-AAA-001").replace("kubernetes.privileged", "kubernetes.other")
    assert list(build([("b", RULE), ("a", first), ("c", "package gatelib.lib.x\n")])) == [
        "GL-AAA-001",
        "GL-K8S-001",
    ]


# What ships


def test_the_generated_catalogue_is_current() -> None:
    generated = runpy.run_path(str(ROOT / "tools" / "generate.py"))["generated"]()
    path = resources.rego() / "gatelib" / "catalog" / "core" / "data.json"
    assert path.read_text("utf-8") == generated[path]


def test_every_rule_has_a_page_that_begins_with_its_id_and_title() -> None:
    for rule, entry in shipped().catalog.items():
        page = resources.rule_page(rule)
        assert page.is_file(), rule
        assert page.read_text("utf-8").startswith(f"# {rule} "), rule
        assert entry["title"]


def test_the_kinds_of_rules_are_spelt_as_the_documents_types_are() -> None:
    aliases = shipped().data["kinds"]["aliases"]
    for rule, entry in shipped().catalog.items():
        assert [kind for kind in entry["kinds"] if kind in aliases] == [], rule


def test_opa_reads_the_same_metadata() -> None:
    binary = need("opa")
    done = subprocess.run(
        [binary, "inspect", "-a", "-f", "json", str(resources.rego())], capture_output=True, check=True
    )
    theirs = {}
    for annotation in json.loads(done.stdout)["annotations"]:
        content = annotation["annotations"]
        path = [step["value"] for step in annotation["path"]]
        if (
            content["scope"] == "package"
            and path[1:3] == ["gatelib", "rules"]
            and not path[-1].endswith("_test")
        ):
            theirs[content["custom"]["id"]] = {
                **content["custom"],
                "title": content["title"],
                "description": content["description"],
                "package": path[3:],
            }
    assert stripped(shipped().catalog) == stripped(theirs)


def stripped(entries: object) -> object:
    """Without white space at the ends of texts, which YAML's block forms leave."""
    if isinstance(entries, dict):
        return {key: stripped(value) for key, value in entries.items()}
    if isinstance(entries, list):
        return [stripped(value) for value in entries]
    return entries.strip() if isinstance(entries, str) else entries


def test_severities_gates_and_scopes_are_what_the_documents_say() -> None:
    assert catalog.SEVERITIES == ("critical", "high", "medium", "low")
    assert catalog.GATES == ("pr", "pre-promote", "admission", "publish")
    assert catalog.SCOPES == ("document", "set")


EFFECTIVE = {
    "2026-12-01": "2026-12-01T00:00:00Z",
    "2026-12-01T09:00:00Z": "2026-12-01T09:00:00Z",
    "2026-12-01t09:00:00.5+01:00": "2026-12-01t09:00:00.5+01:00",
    "2026-12-01 Europe/Berlin": "2026-12-01T00:00:00+01:00",
    "2026-07-01 Europe/Berlin": "2026-07-01T00:00:00+02:00",
    "2026-07-01 UTC": "2026-07-01T00:00:00+00:00",
    # Clocks go from 2:00 to 3:00 on 29 March, and back on 25 October.
    "2026-03-29T01:59:59 Europe/Berlin": "2026-03-29T01:59:59+01:00",
    "2026-03-29T03:00:00 Europe/Berlin": "2026-03-29T03:00:00+02:00",
    "2026-10-25T01:59:59 Europe/Berlin": "2026-10-25T01:59:59+02:00",
    "2026-10-25T03:00:00 Europe/Berlin": "2026-10-25T03:00:00+01:00",
    "2026-07-01T08:30:00 Australia/Lord_Howe": "2026-07-01T08:30:00+10:30",
    "2100-07-01T12:00:00 America/New_York": "2100-07-01T12:00:00-04:00",
    "1971-07-01T12:00:00 Africa/Monrovia": "1971-07-01T12:44:30Z",
}


@pytest.mark.parametrize("written", EFFECTIVE)
def test_what_engines_see_of_a_date_is_a_moment(written: str) -> None:
    assert read_metadata(dated(written), "a.rego")["effective_on"] == EFFECTIVE[written]  # type: ignore[index]


UNREADABLE = {
    "some day": "`some day` is no RFC 3339 date or date-time",
    "2026-02-30": "`2026-02-30` is no RFC 3339 date or date-time",
    "2026-12-01T09:00:00": "`2026-12-01T09:00:00` is no RFC 3339 date or date-time",
    "2260-01-01": "`2260-01-01` is no RFC 3339 date or date-time",
    "2026-12-01T09:00:00Z UTC": (
        "`2026-12-01T09:00:00Z` is no date, and no time without an offset, as a time zone needs it"
    ),
    "2026-12-01T25:00:00 UTC": (
        "`2026-12-01T25:00:00` is no date, and no time without an offset, as a time zone needs it"
    ),
    "2026-03-29T02:30:00 Europe/Berlin": (
        "the clocks of `Europe/Berlin` skip 2026-03-29T02:30:00: write another time"
    ),
    "2026-10-25T02:30:00 Europe/Berlin": (
        "the clocks of `Europe/Berlin` show 2026-10-25T02:30:00 twice: write it with its offset, and no zone"
    ),
    "2026-04-24 Africa/Cairo": "the clocks of `Africa/Cairo` skip 2026-04-24T00:00:00: write another time",
    "2011-12-30 Pacific/Apia": "the clocks of `Pacific/Apia` skip 2011-12-30T00:00:00: write another time",
    **{
        f"2026-12-01 {name}": (
            f"there is no time zone `{name}`: write `Area/City` of the IANA database, which must be installed"
        )
        for name in ("Europe/Bern", "Europe", "localtime", "../etc/passwd", "/etc/localtime", "CET+1")
    },
}


@pytest.mark.parametrize("written", UNREADABLE)
def test_a_date_that_is_no_moment_is_an_error(written: str) -> None:
    assert refused(dated(written)) == f"METADATA's `custom.effective_on`: {UNREADABLE[written]}"


def test_a_time_zone_is_of_a_date() -> None:
    text = RULE.replace("package ", "#   time_zone: Europe/Berlin\npackage ", 1)
    assert refused(text) == "METADATA has `custom.time_zone` without `custom.effective_on`"


def dated(written: str) -> str:
    """Return a rule with a date, and the zone that may stand behind it."""
    date, _, zone = written.partition(" ") if written[0].isdigit() else (written, "", "")
    more = f"#   effective_on: {date}\n" + (f"#   time_zone: {zone}\n" if zone else "")
    return RULE.replace("package ", f"{more}package ", 1)
