"""What ``rules impact`` makes of policies, recorded requests and owners."""

from __future__ import annotations

import gzip
import json
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from gatelib.authoring.impact import matching
from gatelib.authoring.impact.model import Found, Owner, Place, Threshold
from gatelib.authoring.impact.owners import Owners
from gatelib.loader import Limits
from gatelib.normalize import Kinds
from gatelib.policy import shipped
from gatelib.report import Resource
from tests.acceptance.command import NOW, Done, gatelib, pod, privileged, stream, write
from tests.engines import need
from tests.signing import pair

RULE: Final = """\
# METADATA
# title: Pods must be named well
# description: A name says what a Pod is for.
# custom:
#   id: ACME-001
#   severity: {severity}
#   controls: []
#   gates: [pr, admission]
#   kinds: [workloads]
#   scope: document
#   remediation: Name it.
#   since: 1.0.0
{more}package gatelib.rules.acme.named

import data.gatelib.lib.workloads

subjects contains workload.index if some workload in workloads.all

deny contains {{
	"id": "ACME-001",
	"msg": "{message}",
	"document": workload.index,
	"path": ["metadata", "name"],
}} if {{
	some workload in workloads.all
	{condition}
}}
"""


def rule(
    condition: str = "true", *, severity: str = "high", message: str = "the name is bad", more: str = ""
) -> str:
    return RULE.format(condition=condition, severity=severity, message=message, more=more)


def acme(folder: Path, name: str, text: str) -> Path:
    return write(folder / name, {"acme/named/named.rego": text})


def impact(cwd: Path, *arguments: str | Path) -> Done:
    given = () if "--format" in arguments else ("--format", "json")
    return gatelib("rules", "impact", *arguments, *given, "--now", NOW, cwd=cwd)


def changes(done: Done) -> list[tuple[str, list[str], str]]:
    """Return what became of each subject: rule, kinds, name."""
    found = json.loads(done.out)["changes"]
    return [(one["rule"], one["kinds"], one["resource"]["name"]) for one in found]


ONLY: Final = ("--rule", "ACME-001")


@pytest.mark.parametrize(
    ("new", "expected"),
    [
        (rule('workload.content.metadata.name == "a"'), [("ACME-001", ["newly_passes"], "b")]),
        (
            rule(severity="low", message="no"),
            [("ACME-001", ["severity", "message"], "a"), ("ACME-001", ["severity", "message"], "b")],
        ),
        (
            rule(more="#   stage: canary\n"),
            [("ACME-001", ["action"], "a"), ("ACME-001", ["action"], "b")],
        ),
        (rule(), []),
    ],
    ids=["condition", "severity", "stage", "same"],
)
def test_it_says_what_became_of_each_subject(
    tmp_path: Path, new: str, expected: list[tuple[str, list[str], str]]
) -> None:
    acme(tmp_path, "old", rule())
    acme(tmp_path, "new", new)
    write(tmp_path, {"k8s/pods.yaml": stream(pod("a"), pod("b"))})
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "k8s")
    assert (done.code, changes(done)) == (0, expected), done.complaint


def test_the_threshold_counts_subjects_that_are_newly_denied(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule(more="#   stage: canary\n"))
    acme(tmp_path, "new", rule())
    write(tmp_path, {"k8s/pods.yaml": stream(pod("a"), pod("b"), pod("c"), pod("d"))})
    asked = ("--from", "old", "--to", "new", *ONLY, "k8s", "--fail-on-new")
    codes = {limit: impact(tmp_path, *asked, limit).code for limit in ("4", "3", "100%", "99%", "x", "1.5")}
    assert codes == {"4": 0, "3": 1, "100%": 0, "99%": 1, "x": 2, "1.5": 2}
    back = impact(tmp_path, "--from", "new", "--to", "old", *ONLY, "k8s", "--fail-on-new", "0")
    assert (back.code, json.loads(back.out)["threshold"]) == (0, {"given": "0", "newly_denied": 0})


def test_of_nothing_that_was_judged_any_denied_subject_is_too_many() -> None:
    assert Threshold(text="100%", value=100, is_share=True).is_exceeded(1, 0)


def test_what_cannot_be_judged_is_never_without_impact(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule())
    acme(tmp_path, "new", rule('startswith(workload.content.metadata.labels, "x")'))
    write(
        tmp_path,
        {"k8s/a.yaml": stream(pod("a")), "k8s/b.yaml": "a: [", "l/a.yaml": stream({**pod("a")})},
    )
    done = impact(tmp_path, "--from", "old", "--to", "old", *ONLY, "k8s")
    found = json.loads(done.out)
    assert (done.code, found["outcome"], found["changes"]) == (3, "error", [])
    assert [(error["side"], error["file"]) for error in found["errors"]] == [("both", "k8s/b.yaml")]
    doubts = rule().replace(
        "deny contains",
        'unjudged contains {"document": workload.index, "path": [], "msg": "doubt"} if '
        "some workload in workloads.all\n\ndeny contains",
    )
    acme(tmp_path, "new", doubts)
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "l")
    errors = [(error["side"], error["code"]) for error in json.loads(done.out)["errors"]]
    assert (done.code, errors) == (3, [("to", "GL-ERR-005")])


def test_a_rule_that_one_side_lacks_newly_fails_where_it_denies(tmp_path: Path) -> None:
    write(tmp_path, {"old/readme.txt": "", "k8s/pods.yaml": stream(pod("a"))})
    acme(tmp_path, "new", rule())
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "k8s")
    assert changes(done) == [("ACME-001", ["newly_fails"], "a")]
    assert [(one["from"], one["to"]) for one in json.loads(done.out)["rules"]] == [(False, True)]
    assert impact(tmp_path, "--from", "old", "--to", "new", "--rule", "ACME-002", "k8s").code == 2


def test_a_configuration_adds_no_policies_of_its_own_to_both_sides(tmp_path: Path) -> None:
    acme(tmp_path, "policies", rule())
    acme(tmp_path, "old", rule("false"))
    files = {"gatelib.yaml": "policies: [policies]\nskip: [GL-K8S-001]\n"}
    write(tmp_path, {**files, "k8s/pods.yaml": stream(privileged("a"))})
    done = impact(tmp_path, "--from", "old", "--to", "policies", "k8s")
    assert changes(done) == [("ACME-001", ["newly_fails"], "a")]
    assert "GL-K8S-001" not in {one["id"] for one in json.loads(done.out)["rules"]}


def test_each_checkout_is_judged_by_itself(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule())
    acme(tmp_path, "new", rule('workload.content.metadata.name == "a"'))
    write(
        tmp_path,
        {
            "one/k8s/pods.yaml": stream(pod("a"), pod("b")),
            "one/CODEOWNERS": "* @all\n/k8s/ @platform @second # a remark\n",
            "two/pods.yaml": stream({**pod("b"), "metadata": {"name": "b", "labels": {"team": "blue"}}}),
            "three/gatelib.yaml": "nothing: true\n",
            "three/pods.yaml": stream(pod("b")),
            "list": "# ours\none\ntwo\nthree\n",
        },
    )
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "--repositories", "list")
    found = json.loads(done.out)
    assert [(one["repository"], one["file"], one["owner"]) for one in found["changes"]] == [
        ("one", "k8s/pods.yaml", {"name": "@platform @second", "by": "codeowners"}),
        ("two", "pods.yaml", {"name": "blue", "by": "label"}),
    ]
    errors = [(error["repository"], error["side"], error["file"]) for error in found["errors"]]
    assert (done.code, errors) == (3, [("three", "both", "gatelib.yaml")])
    assert [(one["name"], one["newly_passes"]) for one in found["owners"]] == [
        ("@platform @second", 1),
        ("blue", 1),
    ]


def finding(**given: Any) -> Found:
    values: dict[str, Any] = {
        "rule": "ACME-001",
        "action": "deny",
        "severity": "high",
        "message": "bad",
        "fingerprint": "f",
        "resource": Resource(api_version="v1", kind="Pod", namespace="shop", name="a"),
        "place": Place(file="a.yaml", document=0, line=1),
    }
    return Found(**{**values, **given})


def owner(found: Found) -> Owner:
    return Owner(name="", by="none")


def test_a_finding_that_stands_on_another_line_is_no_change() -> None:
    moved = finding(place=Place(file="a.yaml", document=0, line=9))
    assert matching.changes([finding()], [moved], owner) == ()


def test_one_of_two_equal_findings_that_goes_is_a_change() -> None:
    (change,) = matching.changes([finding(), finding()], [finding()], owner)
    assert change.kinds == ("findings",)
    assert [(one.old is None, one.new is None) for one in change.differences] == [(False, True)]


def test_an_object_that_two_files_have_is_two_subjects() -> None:
    other = finding(place=Place(file="b.yaml", document=0))
    (change,) = matching.changes([finding(), other], [finding()], owner)
    assert (change.kinds, change.place.file) == (("newly_passes",), "b.yaml")


@pytest.mark.parametrize(
    ("patterns", "file", "expected"),
    [
        ("*.yaml @a", "x/y.yaml", "@a"),
        ("docs/* @a", "docs/a.yaml", "@a"),
        ("docs/* @a", "docs/b/a.yaml", "shop"),
        ("apps/ @a", "x/apps/b/c.yaml", "@a"),
        ("/apps/ @a", "x/apps/b/c.yaml", "shop"),
        ("**/logs @a", "x/logs/c.yaml", "@a"),
        ("/a/**/c.yaml @a", "a/b/d/c.yaml", "@a"),
        ("* @a\n/x/y.yaml", "x/y.yaml", "shop"),
        ("[Team] @b\n/x/", "x/y.yaml", "@b"),
        ("a\\ b.yaml @a", "a b.yaml", "@a"),
    ],
)
def test_code_owners_are_whom_the_last_pattern_names(
    tmp_path: Path, patterns: str, file: str, expected: str
) -> None:
    write(tmp_path, {".github/CODEOWNERS": patterns, file: stream(pod("a"))})
    owners = Owners(tmp_path, (".",), Kinds.of(shipped().data["kinds"]), None, Limits())
    assert owners.of(finding(place=Place(file=file, document=0))).name == expected


def git(place: Path, *arguments: str) -> None:
    who = ("-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "commit.gpgsign=false")
    subprocess.run([need("git"), *who, *arguments], cwd=place, check=True, capture_output=True)


def repository(place: Path, text: str) -> Path:
    acme(place, "policies", text)
    write(place, {"gatelib.yaml": "policies: [policies]\n", "k8s/pods.yaml": stream(pod("a"), pod("b"))})
    git(place, "init", "-q", "-b", "main")
    git(place, "add", "-A")
    git(place, "commit", "-qm", "one")
    return place


def test_a_revision_is_compared_with_the_work_tree_and_nothing_is_checked_out(tmp_path: Path) -> None:
    place = repository(tmp_path / "repo", rule())
    hook = place / ".git" / "hooks" / "post-checkout"
    hook.write_text(f"#!/bin/sh\ntouch {tmp_path}/ran\n")
    hook.chmod(0o755)
    changed = rule('workload.content.metadata.name == "a"')
    acme(place, "policies", changed)
    done = impact(place, "--from", "main", "k8s")
    assert changes(done) == [("ACME-001", ["newly_passes"], "b")]
    assert (place / "policies/acme/named/named.rego").read_text() == rule(
        'workload.content.metadata.name == "a"'
    )
    assert not (tmp_path / "ran").exists()
    assert impact(place, "--from", "--upload-pack=x", "k8s").code == 2
    assert impact(place, "--from", "nowhere", "k8s").code == 2


def test_a_definition_of_a_revision_brings_its_own_policies(tmp_path: Path) -> None:
    place = repository(tmp_path / "repo", rule())
    definition = "name: acme\ngate: pr\ninputs: [envelope]\npolicies: [../policies]\nrules: [ACME-001]\n"
    write(
        place, {"bundles/pr.yaml": definition + "actions: {ACME-001: {action: canary, until: 2027-01-01}}\n"}
    )
    git(place, "add", "-A")
    git(place, "commit", "-qm", "two")
    write(place, {"bundles/pr.yaml": definition})
    done = impact(place, "--from", "main:bundles/pr.yaml", "--to", "bundles/pr.yaml", "k8s")
    assert changes(done) == [("ACME-001", ["action"], "a"), ("ACME-001", ["action"], "b")]
    assert json.loads(done.out)["totals"]["newly_denied"] == 2
    assert impact(place, "--from", "main:policies/../../x.yaml", "k8s").code == 2


@pytest.mark.parametrize("kind", ["link", "submodule"])
def test_links_and_submodules_of_a_revision_are_refused(tmp_path: Path, kind: str) -> None:
    place = repository(tmp_path / "repo", rule())
    if kind == "link":
        (place / "policies" / "secret.yaml").symlink_to("/etc/passwd")
        git(place, "add", "-A")
    else:
        commit = "1" * 40
        git(place, "update-index", "--add", "--cacheinfo", f"160000,{commit},policies/sub")
    git(place, "commit", "-qm", "two")
    done = impact(place, "--from", "main", "--to", "policies", "k8s")
    assert done.code == 2
    assert "policies/s" in done.complaint
    assert ("link" if kind == "link" else "submodule") in done.complaint


def test_a_policy_of_a_revision_may_call_no_more_than_any_other(tmp_path: Path) -> None:
    condition = 'http.send({"method": "get", "url": "http://127.0.0.1:1"}).status_code == 200'
    place = repository(tmp_path / "repo", rule(condition))
    done = impact(place, "--from", "main", "k8s")
    assert done.code == 2
    assert "http.send" in done.complaint


def review(content: Any, **request: Any) -> dict[str, Any]:
    asked = {"uid": "u-1", "operation": "CREATE", "namespace": "shop", "object": content, **request}
    return {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": asked}


def event(number: int, given: Any, path: str = "gatelib/admission/review", **more: Any) -> dict[str, Any]:
    base = {"decision_id": f"d-{number}", "timestamp": NOW, "path": path, "result": {}}
    return {**base, **({} if given is None else {"input": given}), **more}


def lines(*values: Any) -> str:
    return "".join(json.dumps(value) + "\n" for value in values)


def test_recorded_reviews_are_judged_again(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule())
    acme(tmp_path, "new", rule('workload.content.metadata.name == "a"'))
    labelled = {**pod("b"), "metadata": {"name": "b", "annotations": {"gatelib.dev/owner": "blue"}}}
    write(
        tmp_path,
        {
            "reviews.jsonl": lines(
                review(pod("a")), review(labelled), review(labelled), review(None, operation="DELETE")
            )
        },
    )
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "--reviews", "reviews.jsonl")
    found = json.loads(done.out)
    assert (done.code, changes(done)) == (0, [("ACME-001", ["newly_passes"], "b")]), done.complaint
    assert found["changes"][0]["owner"] == {"name": "blue", "by": "annotation"}
    assert (found["judged"]["requests"], found["gate"]) == (2, None)
    assert found["notes"] == [
        "1 entry: brings nothing into being that a rule looks at",
        "1 entry: repeats an input that is judged already",
    ]


def test_decisions_are_judged_again_in_every_shape_and_what_is_masked_is_said(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule())
    acme(tmp_path, "new", rule('workload.content.metadata.name != "b"'))
    content = pod("b")
    envelope = {
        "gatelib": 1,
        "now": NOW,
        "gate": "pr",
        "rules": ["ACME-001", "GL-K8S-001"],
        "documents": [{"index": 0, "root": 0, "file": "x", "position": 0, "content": content}],
    }
    request = {"action": "deploy", "subject": "me", "context": {}, "artefact": content}
    log = lines(
        event(1, review(content)),
        event(2, envelope, "gatelib/main"),
        event(3, content, "gatelib/main"),
        event(4, request, "gatelib/verdict"),
        event(5, {"review": review(pod("b", "other"))["request"]}, "gatelib/main"),
        event(6, None),
        event(7, review(pod("c")), erased=["/input/request/object/spec"]),
        event(8, review(pod("b", "third")), erased=["/input/request/userInfo"]),
        event(9, content, "other/allow"),
        event(10, {"gatelib": 1}, "gatelib/main"),
        event(11, [1], "gatelib/main"),
        {"level": "info", "msg": "Received request.", "time": NOW},
    )
    (tmp_path / "opa.log.gz").write_bytes(gzip.compress(f"{log}no JSON\n".encode()))
    done = impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "--decision-log", "opa.log.gz")
    found = json.loads(done.out)
    assert [(one["request"], one["kinds"]) for one in found["changes"]] == [
        (f"d-{number}", ["newly_passes"]) for number in (1, 2, 3, 4, 5, 8)
    ]
    assert done.code == 3
    assert {error["message"] for error in found["errors"]} == {
        "request 6 cannot be judged again: the input is masked, or was not logged",
        "request 7 cannot be judged again: `/input/request/object/spec` is masked, or was not logged",
        "request 10 cannot be judged again: its input poses as an envelope",
        "request 11 cannot be judged again: its input is no object",
        "is no JSON",
    }
    assert "1 entry: is a decision of another policy" in found["notes"]
    assert "1 entry: is no decision, but another line of OPA's console" in found["notes"]
    write(tmp_path, {"other.log": lines({"level": "info", "msg": "Received request."})})
    assert impact(tmp_path, "--from", "old", "--to", "new", *ONLY, "--decision-log", "other.log").code == 3


def test_text_and_markdown_show_no_name_as_a_command_or_as_markup(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule("false"))
    acme(tmp_path, "new", rule())
    bad = {**pod("a"), "metadata": {"name": "a", "labels": {"team": "::error::x @all | <b>"}}}
    write(tmp_path, {"k8s/pods.yaml": stream(bad)})
    asked = ("--from", "old", "--to", "new", *ONLY, "k8s")
    text = impact(tmp_path, *asked, "--format", "text").text
    assert not any(line.lstrip().startswith("::") for line in text.splitlines())
    assert "ACME-001 newly fail: k8s/pods.yaml:2:" in text
    marked = impact(tmp_path, *asked, "--format", "markdown").text
    assert "| `::error::x @all \\| <b>` | 1 | 1 |" in marked.splitlines()
    assert marked.startswith("<!-- gatelib-impact -->\n### Policy impact: subjects change\n")


def test_an_audit_is_no_source_for_a_comparison(tmp_path: Path) -> None:
    acme(tmp_path, "old", rule())
    write(tmp_path, {"audit.json": "{}"})
    done = impact(tmp_path, "--from", "old", "--to", "old", "--audit", "audit.json")
    assert (done.code, "--ready" in done.complaint) == (2, True)


def test_a_bundle_stands_for_its_definition_and_a_signed_one_needs_its_key(tmp_path: Path) -> None:
    acme(tmp_path, "policies", rule())
    definition = "name: acme\ngate: pr\ninputs: [envelope]\npolicies: [policies]\nrules: [ACME-001]\n"
    write(tmp_path, {"pr.yaml": definition, "k8s/pods.yaml": stream(pod("a"))})
    built = gatelib("bundle", "build", "pr.yaml", "-o", "pr.tar.gz", cwd=tmp_path)
    assert built.code == 0, built.complaint
    same = impact(tmp_path, "--from", "pr.tar.gz", "--to", "pr.yaml", "k8s")
    assert (same.code, changes(same), json.loads(same.out)["gate"]) == (0, [], "pr")
    acme(tmp_path, "policies", rule("false"))
    other = impact(tmp_path, "--from", "pr.tar.gz", "--to", "pr.yaml", "k8s")
    assert changes(other) == [("ACME-001", ["newly_passes"], "a")]
    keys = pair("release", "EdDSA")
    write(tmp_path, {"release.pem": keys.private, "release.pub": keys.public})
    signed = gatelib("bundle", "sign", "pr.tar.gz", "--signing-key", "release.pem", cwd=tmp_path)
    assert signed.code == 0, signed.complaint
    asked = ("--from", "pr.tar.gz", "--to", "pr.yaml", "k8s")
    refused = impact(tmp_path, *asked)
    assert refused.code == 3
    assert refused.complaint.startswith("gatelib: pr.tar.gz: the bundle is signed")
    key = ("--verification-key", "release.pub")
    assert impact(tmp_path, *asked, *key).code == 0
    assert impact(tmp_path, *asked, *key, "--gate", "admission").code == 2


def test_the_help_fits_a_screen_and_its_example_names_options_that_exist(tmp_path: Path) -> None:
    lines = gatelib("rules", "impact", "--help", cwd=tmp_path).text.splitlines()
    assert len(lines) <= 45
    assert max(map(len, lines)) <= 80
    (example,) = [line.strip() for line in lines if line.strip().startswith("Example: gatelib rules impact ")]
    options = {word for word in example.split() if word.startswith("--")}
    assert {line.split()[0] for line in lines if line.startswith("  --")} >= options
