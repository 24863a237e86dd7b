"""SARIF: what counts as found, how severe it is, and what a file cannot hide."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.evidence.reduced import EVIDENCE, facts, problem

SARIF = EVIDENCE / "sarif"
DIGEST = f"sha256:{'a' * 64}"


def log(*runs: Any, **more: Any) -> dict[str, Any]:
    return {"version": "2.1.0", "runs": list(runs), **more}


def run(*results: Any, rules: Any = (), extensions: Any = (), **more: Any) -> dict[str, Any]:
    driver = {"name": "Scanner", "version": "1.0", "rules": list(rules)}
    return {"tool": {"driver": driver, "extensions": list(extensions)}, "results": list(results), **more}


def result(id_: str = "A", **more: Any) -> dict[str, Any]:
    return {"ruleId": id_, "message": {"text": "found"}, **more}


def scan(results: int, suppressed: int = 0, **more: Any) -> dict[str, Any]:
    return {
        "type": "scan",
        "tool": "Scanner",
        "version": "1.0",
        "target": "",
        "digest": "",
        "results": results,
        "suppressed": suppressed,
    } | more


def vulnerability(id_: str, severity: str, **more: Any) -> dict[str, Any]:
    return {
        "type": "vulnerability",
        "tool": "Scanner",
        "id": id_,
        "severity": severity,
        "package": "",
        "image": "",
        "count": 1,
        "location": "",
        "message": "",
    } | more


def counted(severity: str, count: int, *ids: str, tool: str = "Scanner") -> dict[str, Any]:
    return {"type": "vulnerabilities", "tool": tool, "severity": severity, "count": count, "ids": list(ids)}


def severity(found: dict[str, Any], *rules: dict[str, Any]) -> str:
    """Return the severity of one result."""
    _, fact = facts("sarif", log(run(found, rules=rules)))
    return str(fact["severity"])


def scored(score: object) -> dict[str, Any]:
    return {"properties": {"security-severity": score}}


@pytest.mark.parametrize(
    ("score", "expected"),
    [
        ("10.0", "critical"),
        ("9.0", "critical"),
        ("8.99", "high"),
        ("7.0", "high"),
        (7, "high"),
        ("6.9", "medium"),
        ("4", "medium"),
        ("3.9", "low"),
        ("0.1", "low"),
    ],
)
def test_the_score_of_a_rule_decides_over_its_level(score: object, expected: str) -> None:
    rule = {"id": "A", "defaultConfiguration": {"level": "error"}, **scored(score)}
    assert severity(result(level="error"), rule) == expected


@pytest.mark.parametrize("score", ["0.0", "-1", "nan", "none", "", True, None, [], {}])
def test_a_score_that_is_none_leaves_it_to_the_level(score: object) -> None:
    assert severity(result(level="error"), {"id": "A", **scored(score)}) == "high"


def test_the_higher_of_two_scores_counts() -> None:
    assert severity(result(**scored("2.0")), {"id": "A", **scored("9.8")}) == "critical"
    assert severity(result(**scored("9.8")), {"id": "A", **scored("2.0")}) == "critical"
    assert severity(result(**scored("9.8")), {"id": "A", **scored("NaN")}) == "critical"


@pytest.mark.parametrize(
    ("level", "expected"),
    [("error", "high"), ("warning", "medium"), ("note", "low"), ("none", "low"), ("grave", "medium")],
)
def test_without_a_score_the_level_counts(level: str, expected: str) -> None:
    assert severity(result(level=level), {"id": "A", "defaultConfiguration": {"level": "error"}}) == expected


def test_without_a_level_the_rules_default_counts_and_else_it_is_a_warning() -> None:
    assert severity(result(), {"id": "A", "defaultConfiguration": {"level": "error"}}) == "high"
    assert severity(result(), {"id": "A"}) == "medium"
    assert severity(result()) == "medium"


def test_a_word_makes_a_severity_higher_and_never_lower() -> None:
    assert severity(result(level="error", properties={"severity": "CRITICAL"})) == "critical"
    assert severity(result(level="error", properties={"issue_severity": "LOW"})) == "high"
    assert severity(result(level="note"), {"id": "A", **scored("High")}) == "high"


@pytest.mark.parametrize(
    "reference",
    [
        {"ruleIndex": 1},
        {"ruleId": "B"},
        {"ruleId": "B", "ruleIndex": 1},
        {"ruleId": "B", "ruleIndex": 0},
        {"ruleId": "B", "ruleIndex": 7},
        {"ruleId": "B/child/of", "ruleIndex": 1},
        {"ruleId": "B/child/of"},
        {"rule": {"id": "B"}},
        {"rule": {"index": 1}},
        {"rule": {"guid": "b"}},
    ],
)
def test_a_rule_is_found_in_every_way_that_a_result_may_name_it(reference: dict[str, Any]) -> None:
    rules = [{"id": "A", **scored("1")}, {"id": "B", "guid": "b", **scored("9")}]
    assert severity({"message": {"text": "found"}, **reference}, *rules) == "critical"


def test_of_rules_with_one_id_the_index_tells_which() -> None:
    rules = [{"id": "A", **scored("1")}, {"id": "A", **scored("9")}]
    assert severity(result("A", ruleIndex=1), *rules) == "critical"
    assert severity(result("A", ruleIndex=0), *rules) == "low"


def test_an_extension_that_is_not_there_is_looked_for_by_the_rules_id() -> None:
    queries = {"name": "Queries", "rules": [{"id": "A", **scored("9")}]}
    found = result("A", rule={"toolComponent": {"index": 1}})
    assert facts("sarif", log(run(found, extensions=[queries]))) == [scan(1), vulnerability("A", "critical")]


@pytest.mark.parametrize(
    "component", [{"index": 0}, {"name": "Queries"}, {"guid": "q"}, {"name": "Queries", "index": -1}]
)
def test_a_rule_of_an_extension_is_found(component: dict[str, Any]) -> None:
    queries = {"name": "Queries", "guid": "q", "rules": [{"id": "A", **scored("9")}]}
    found = {"message": {"text": "x"}, "rule": {"index": 0, "toolComponent": component}}
    assert facts("sarif", log(run(found, rules=[{"id": "Z", **scored("1")}], extensions=[queries]))) == [
        scan(1),
        vulnerability("A", "critical"),
    ]


def test_only_results_that_report_a_problem_of_this_run_count() -> None:
    found = [
        result("1"),
        result("2", kind="fail"),
        result("3", kind="open"),
        result("4", kind="review"),
        result("5", kind="pass"),
        result("6", kind="notApplicable"),
        result("7", kind="informational"),
        result("8", baselineState="absent"),
        result("9", baselineState="unchanged"),
        result("10", kind="whatever"),
    ]
    assert facts("sarif", log(run(*found))) == [scan(6), counted("medium", 6, "1", "10", "2", "3", "4", "9")]


def test_suppressions_are_counted_and_hide_nothing() -> None:
    hidden = result(level="error", suppressions=[{"kind": "inSource"}])
    assert facts("sarif", log(run(hidden, result(level="error", suppressions=[])))) == [
        scan(2, suppressed=1),
        vulnerability("A", "high", count=2),
    ]


def test_a_clean_scan_says_so() -> None:
    assert facts("sarif", log(run())) == [scan(0)]


MALFORMED = "is no SARIF: a result in it is malformed"


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (log(), "has no run: nothing was scanned"),
        (log(run()) | {"version": "2.0.0"}, "SARIF 2.1.0 is read, and this is another version"),
        (log(run() | {"results": None}), "has a run without results: the scan did not succeed"),
        (log({"tool": run()["tool"]}), "has a run without results: the scan did not succeed"),
        (log({"tool": {}, "results": []}), "has a run that does not name its tool"),
        (
            log(run(invocations=[{"executionSuccessful": True}, {"executionSuccessful": False}])),
            "the scan did not succeed: an invocation says that it failed",
        ),
        (
            log(
                run(
                    invocations=[
                        {"executionSuccessful": True, "toolExecutionNotifications": [{"level": "error"}]}
                    ]
                )
            ),
            "the scan did not succeed: `toolExecutionNotifications` has an error",
        ),
        (
            log(run(externalPropertyFileReferences={"results": [{"location": {"uri": "more.sarif"}}]})),
            "keeps results in other files, `externalPropertyFileReferences`",
        ),
        (
            log(run(), inlineExternalProperties=[{"results": [result(level="error")]}]),
            "keeps results beside its runs, in `inlineExternalProperties`",
        ),
        (log(run("text")), MALFORMED),
        (log(run(result(level=["error"]))), MALFORMED),
        (log(run(result(properties="x"))), MALFORMED),
        (log(run(result(rule="A"))), MALFORMED),
        (log(run({"ruleId": 7})), "is no SARIF: the ID of a rule in it is no short text"),
        (log(run(result("A" * 501))), "is no SARIF: the ID of a rule in it is no short text"),
        (log(run(), 7), "is no SARIF: it has something else where a list of objects belongs"),
    ],
)
def test_a_scan_that_did_not_succeed_or_is_not_all_there_is_an_error(content: Any, message: str) -> None:
    assert problem("sarif", content).message == message


def test_warnings_of_the_tool_are_no_failure() -> None:
    told = [{"executionSuccessful": True, "toolExecutionNotifications": [{"level": "warning"}, {}]}]
    assert facts("sarif", log(run(invocations=told))) == [scan(0)]


def trivy(package: str, **more: Any) -> dict[str, Any]:
    text = f"Package: {package}\nInstalled Version: 1.1.1c-r0\nVulnerability CVE-2019-1549\nSeverity: HIGH"
    at = {
        "message": {"text": f"library/alpine: {package}@1.1.1c-r0"},
        "physicalLocation": {
            "artifactLocation": {"uri": "library/alpine", "uriBaseId": "ROOTPATH"},
            "region": {"startLine": 1},
        },
    }
    return result("CVE-2019-1549", level="error", locations=[at]) | {"message": {"text": text}} | more


def test_trivy_names_package_image_and_digest() -> None:
    about = {"imageName": "alpine:3.10", "repoDigests": [f"alpine@{DIGEST}"], "repoTags": ["alpine:3.10"]}
    rule = {"id": "CVE-2019-1549", "shortDescription": {"text": "openssl:  information\ndisclosure"}}
    scanned = run(
        trivy("libssl1.1"), trivy("libcrypto1.1"), trivy("libssl1.1"), rules=[rule], properties=about
    )
    expected = vulnerability(
        "CVE-2019-1549",
        "high",
        image="alpine:3.10",
        location="library/alpine:1",
        message="openssl: information disclosure",
    )
    assert facts("sarif", log(scanned)) == [
        scan(3, target="alpine:3.10", digest=DIGEST),
        expected | {"package": "libcrypto1.1"},
        expected | {"package": "libssl1.1", "count": 2},
    ]


@pytest.mark.parametrize(
    ("text", "package", "image"),
    [
        (
            "A critical vulnerability in deb package: libc6, version 2.36-9 was found in image shop:1 at: /x",
            "libc6",
            "shop:1",
        ),
        ("A high vulnerability in npm package: @x/y, version 1.0.0 was found at: /p.json", "@x/y", ""),
        ("Package 'regex@1.5.1' is vulnerable to 'CVE-2022-24713'.", "regex", ""),
        ("Package '@x/y@1.5.1' is vulnerable to 'CVE-2022-24713'.", "@x/y", ""),
        (
            "This file introduces a vulnerable lodash package with a high severity vulnerability.",
            "lodash",
            "",
        ),
        ("The path x reports zlib at version 1.2  which is a vulnerable (deb) package", "zlib", ""),
        ("something else", "", ""),
    ],
)
def test_other_scanners_name_the_package_in_their_message(text: str, package: str, image: str) -> None:
    assert facts("sarif", log(run(result(level="error") | {"message": {"text": text}}))) == [
        scan(1),
        vulnerability("A", "high", package=package, image=image),
    ]


def test_where_the_message_does_not_tell_the_package_trivys_location_does() -> None:
    found = trivy("libssl1.1", message={"text": "a custom template"})
    assert facts("sarif", log(run(found))) == [
        scan(1),
        vulnerability("CVE-2019-1549", "high", package="libssl1.1", location="library/alpine:1"),
    ]


def test_the_worst_result_of_a_vulnerability_gives_its_severity() -> None:
    found = [result(level="error"), result(**scored("9.9")), result(level="error")]
    assert facts("sarif", log(run(*found))) == [scan(3), vulnerability("A", "critical", count=3)]


def test_more_than_a_thousand_different_scans_are_an_error() -> None:
    runs = [run(properties={"imageName": f"shop:{number}"}) for number in range(1_001)]
    assert len(facts("sarif", log(*runs[1:]))) == 1_000
    assert problem("sarif", log(*runs)).message == "has more than 1,000 scans"


def test_grypes_id_is_the_vulnerabilitys_without_its_package() -> None:
    text = "A high vulnerability in deb package: libc6, version 2 was found in image shop:1 at: /var/lib"
    scanned = run(result("CVE-2020-1-libc6", level="error") | {"message": {"text": text}})
    scanned["tool"]["driver"]["name"] = "grype"
    assert facts("sarif", log(scanned)) == [
        scan(1, tool="grype"),
        vulnerability("CVE-2020-1", "high", tool="grype", package="libc6", image="shop:1"),
    ]


def test_an_id_of_another_scanner_that_ends_in_a_packages_name_stays_whole() -> None:
    text = "This file introduces a vulnerable lodash package with a high severity vulnerability."
    found = result("SNYK-JS-lodash", level="error") | {"message": {"text": text}}
    assert facts("sarif", log(run(found))) == [
        scan(1),
        vulnerability("SNYK-JS-lodash", "high", package="lodash"),
    ]


def test_a_message_is_the_rules_and_never_the_results_which_may_quote_a_secret() -> None:
    found = result(level="error") | {"message": {"text": "password: 'hunter2'"}}
    rules: list[tuple[dict[str, Any], str]] = [
        ({"shortDescription": {"text": "A password"}, "name": "B105"}, "A password"),
        ({"fullDescription": {"text": "A password"}}, "A password"),
        ({"name": "hardcoded_password"}, "hardcoded_password"),
        ({}, ""),
    ]
    for rule, message in rules:
        assert facts("sarif", log(run(found, rules=[{"id": "A", **rule}]))) == [
            scan(1),
            vulnerability("A", "high", message=message),
        ]


def test_places_are_found_where_they_are_written() -> None:
    file = {"physicalLocation": {"artifactLocation": {"index": 1}, "region": {"startLine": 7}}}
    logical = {"logicalLocations": [{"fullyQualifiedName": "shop.Basket.add"}]}
    nowhere = {"physicalLocation": {"artifactLocation": {"index": 2}, "region": {"startLine": True}}}
    artifacts = [{"location": {"uri": "a.py"}}, {"location": {"uri": "b.py"}}]
    found = run(
        result("A", level="error", locations=[file]),
        result("B", level="error", locations=[logical]),
        result("C", level="error", locations=[nowhere]),
        artifacts=artifacts,
    )
    assert facts("sarif", log(found)) == [
        scan(3),
        vulnerability("A", "high", location="b.py:7"),
        vulnerability("B", "high", location="shop.Basket.add"),
        vulnerability("C", "high"),
    ]


def test_beyond_a_thousand_vulnerabilities_the_rest_is_counted_with_their_severity() -> None:
    rules = [{"id": "worst", **scored("9.9")}]
    found = [result(f"{number:04}", level="error") for number in range(1_002)]
    found += [result("0000", level="error"), result("worst")]
    assert facts("sarif", log(run(*found, rules=rules))) == [
        scan(1_004),
        vulnerability("worst", "critical"),
        vulnerability("0000", "high", count=2),
        *(vulnerability(f"{number:04}", "high") for number in range(1, 999)),
        counted("high", 3, "0999", "1000", "1001"),
    ]


def test_runs_that_scan_the_same_are_one_scan_and_others_are_not() -> None:
    other = run(result(level="error"), properties={"imageName": f"shop@{DIGEST}"})
    assert facts("sarif", log(run(result()), run(result()), other)) == [
        scan(2),
        scan(1, target=f"shop@{DIGEST}", digest=DIGEST),
        vulnerability("A", "high", image=f"shop@{DIGEST}"),
        counted("medium", 2, "A"),
    ]


def test_semgrep_is_read() -> None:
    tool = "Semgrep OSS"
    assert facts("sarif", SARIF / "semgrep.sarif") == [
        scan(4, tool=tool, version="1.182.0"),
        vulnerability(
            "rules.shell-true",
            "high",
            tool=tool,
            count=2,
            location="src/shop.py:7",
            message="Semgrep Finding: rules.shell-true",
        ),
        counted("medium", 1, "rules.pickle", tool=tool),
        counted("low", 1, "rules.tmp-path", tool=tool),
    ]


def test_bandit_is_read_without_the_token_that_it_quotes() -> None:
    found = facts("sarif", SARIF / "bandit.sarif")
    assert found == [
        scan(7, tool="Bandit", version="1.9.4"),
        vulnerability("B324", "high", tool="Bandit", location="src/shop.py:15", message="hashlib"),
        vulnerability(
            "B602",
            "high",
            tool="Bandit",
            location="src/shop.py:7",
            message="subprocess_popen_with_shell_equals_true",
        ),
        counted("medium", 2, "B108", "B301", tool="Bandit"),
        counted("low", 3, "B105", "B403", "B404", tool="Bandit"),
    ]
    assert b"the-token" in (SARIF / "bandit.sarif").read_bytes()
    assert "the-token" not in str(found)


def test_checkov_is_read() -> None:
    named = {
        "CKV_K8S_10": "CPU requests should be set",
        "CKV_K8S_11": "CPU limits should be set",
        "CKV_K8S_12": "Memory requests should be set",
        "CKV_K8S_37": "Minimize the admission of containers with capabilities assigned",
        "CKV_K8S_43": "Image should use digest",
        "CKV_K8S_9": "Readiness Probe Should be Configured",
    }
    at = "k8s/k8s/pod.yaml:1"
    assert facts("sarif", SARIF / "checkov.sarif") == [
        scan(6, tool="Checkov", version="3.3.30"),
        *(
            vulnerability(id_, "high", tool="Checkov", location=at, message=message)
            for id_, message in named.items()
        ),
    ]


def test_gitleaks_sarif_tells_the_secrets_too_and_none_of_their_values() -> None:
    commit = "9fdded22e0539d7eb99793906ae8cbdda5d89ad0"
    secret = {"type": "secret", "file": "src/settings.py", "commit": commit, "count": 1}
    found = facts("sarif", SARIF / "gitleaks.sarif")
    assert found == [
        scan(2, tool="gitleaks", version="v8.0.0"),
        counted("medium", 2, "aws-access-token", "github-pat", tool="gitleaks"),
        secret | {"rule": "aws-access-token", "line": 3},
        secret | {"rule": "github-pat", "line": 2},
    ]
    assert facts("sarif", SARIF / "gitleaks-clean.sarif") == [scan(0, tool="gitleaks", version="v8.0.0")]
