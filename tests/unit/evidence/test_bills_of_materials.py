"""CycloneDX and SPDX: what a bill is about, and the licences of what it lists."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.evidence.reduced import EVIDENCE, facts, problem

SHA = "0123456789abcdef" * 4
DIGEST = f"sha256:{SHA}"
SHOP = [
    ("ISC", 3, ["lru-cache@6.0.0", "semver@7.5.1", "yallist@4.0.0"]),
    ("Public Domain", 1, ["jsonify@0.0.1"]),
    ("WTFPL", 1, ["left-pad@1.3.0"]),
]


def sbom(spec: str, version: str, components: int, **more: str) -> dict[str, Any]:
    about = {"type": "sbom", "spec": spec, "version": version, "components": components}
    return about | {"name": "", "digest": "", "created": ""} | more


def license_(expression: str, count: int, components: list[str], any_of: Any = None) -> dict[str, Any]:
    return {
        "type": "license",
        "expression": expression,
        "any_of": any_of if any_of is not None else [[expression]],
        "count": count,
        "components": components,
    }


def cyclonedx(*components: Any, **more: Any) -> dict[str, Any]:
    return {"bomFormat": "CycloneDX", "specVersion": "1.6", "components": list(components), **more}


def component(name: str, *licenses: Any, **more: Any) -> dict[str, Any]:
    return {"type": "library", "name": name, "version": "1", "licenses": list(licenses), **more}


def spdx(*packages: Any, **more: Any) -> dict[str, Any]:
    return {"spdxVersion": "SPDX-2.3", "SPDXID": "SPDXRef-DOCUMENT", "packages": list(packages), **more}


def package(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "SPDXID": f"SPDXRef-{name}", "versionInfo": "1", **more}


def test_cyclonedx_npm_is_read() -> None:
    assert facts("cyclonedx", EVIDENCE / "cyclonedx" / "cyclonedx-npm.json") == [
        sbom("CycloneDX", "1.6", 5, name="shop-web", created="2026-11-22T11:25:30.137Z"),
        *(license_(*told) for told in SHOP),
    ]


def test_npms_cyclonedx_is_read_and_leaves_out_a_licence_that_is_no_expression() -> None:
    assert facts("cyclonedx", EVIDENCE / "cyclonedx" / "npm.json") == [
        sbom("CycloneDX", "1.5", 5, name="app-js", created="2026-11-22T11:25:27.311Z"),
        license_("", 1, ["jsonify@0.0.1"], []),
        license_(*SHOP[0]),
        license_(*SHOP[2]),
    ]


def test_cyclonedx_py_is_read() -> None:
    assert facts("cyclonedx", EVIDENCE / "cyclonedx" / "cyclonedx-py.json") == [
        sbom("CycloneDX", "1.6", 6, created="2026-11-22T11:25:33.198076Z"),
        license_("Apache-2.0 OR BSD-2-Clause", 1, ["packaging@26.3"], [["Apache-2.0"], ["BSD-2-Clause"]]),
        license_("BSD-2-Clause", 1, ["Pygments@2.21.0"]),
        license_("MIT", 3, ["iniconfig@2.3.1", "pluggy@1.7.0", "pytest@9.2.0"]),
        license_("MPL-2.0", 1, ["pytest-rerunfailures@16.7"]),
    ]


def test_npms_spdx_is_read() -> None:
    assert facts("spdx", EVIDENCE / "spdx" / "npm.json") == [
        sbom("SPDX", "2.3", 5, name="shop-web", created="2026-11-22T11:25:28.125Z"),
        *(license_(*told) for told in SHOP),
    ]


def test_an_empty_bill_lists_nothing() -> None:
    assert facts("cyclonedx", cyclonedx()) == [sbom("CycloneDX", "1.6", 0)]
    assert facts("cyclonedx", {"bomFormat": "CycloneDX", "specVersion": "1.4"}) == [
        sbom("CycloneDX", "1.4", 0)
    ]
    assert facts("spdx", spdx()) == [sbom("SPDX", "2.3", 0)]


def test_several_licences_of_a_component_hold_together() -> None:
    bill = cyclonedx(
        component("a", {"license": {"id": "MIT"}}, {"license": {"name": "Our own licence"}}),
        component("b", {"expression": "MIT OR ISC"}, {"license": {"id": "Zlib"}}),
        component("c", {"license": {"id": "MIT"}}, {"license": {"id": "MIT"}}),
        component("d", {"license": {"url": "https://example.com/terms"}}, group="org.example"),
        component("e", {"license": {}}),
    )
    assert facts("cyclonedx", bill) == [
        sbom("CycloneDX", "1.6", 5),
        license_("(MIT OR ISC) AND Zlib", 1, ["b@1"], [["ISC", "Zlib"], ["MIT", "Zlib"]]),
        license_("MIT", 1, ["c@1"]),
        license_("MIT AND Our own licence", 1, ["a@1"], [["MIT", "Our own licence"]]),
        license_("a licence without a name", 1, ["e@1"]),
        license_("https://example.com/terms", 1, ["org.example/d@1"]),
    ]


def test_components_inside_components_and_inside_the_subject_count() -> None:
    deep = component("a", components=[component("b", components=[component("c")])])
    bill = cyclonedx(deep, metadata={"component": {"name": "shop", "components": [component("d")]}})
    assert facts("cyclonedx", bill) == [
        sbom("CycloneDX", "1.6", 4, name="shop"),
        license_("", 4, ["a@1", "b@1", "c@1", "d@1"], []),
    ]


def test_files_and_systems_need_no_licence_and_libraries_do() -> None:
    kinds = ["file", "operating-system", "library", "application", "framework", "container"]
    bill = cyclonedx(*(component(kind, type=kind) for kind in kinds))
    assert facts("cyclonedx", bill) == [
        sbom("CycloneDX", "1.6", 6),
        license_("", 4, ["application@1", "container@1", "framework@1", "library@1"], []),
    ]


@pytest.mark.parametrize(
    "subject",
    [
        {"purl": f"pkg:oci/shop@sha256%3A{SHA}?repository_url=registry.example.com%2Fshop"},
        {"purl": f"pkg:oci/shop@sha256:{SHA}"},
        {"version": DIGEST},
        {"hashes": [{"alg": "SHA-1", "content": "0" * 40}, {"alg": "SHA-256", "content": SHA}]},
        {"properties": [{"name": "aquasecurity:trivy:RepoDigest", "value": f"shop@{DIGEST}"}]},
    ],
)
def test_the_digest_of_a_cyclonedx_image_is_found_where_tools_write_it(subject: dict[str, Any]) -> None:
    bill = cyclonedx(metadata={"component": {"type": "container", "name": "shop", **subject}})
    assert facts("cyclonedx", bill) == [sbom("CycloneDX", "1.6", 0, name="shop", digest=DIGEST)]


@pytest.mark.parametrize(
    "subject",
    [
        {
            "externalRefs": [
                {"referenceType": "purl", "referenceLocator": f"pkg:oci/shop@sha256:{SHA}?arch=x"}
            ]
        },
        {"versionInfo": DIGEST},
        {"checksums": [{"algorithm": "SHA256", "checksumValue": SHA}]},
    ],
)
@pytest.mark.parametrize("by", ["list", "DESCRIBES", "DESCRIBED_BY"])
def test_the_digest_of_an_spdx_image_is_found_where_tools_write_it(by: str, subject: dict[str, Any]) -> None:
    ends = ["SPDXRef-DOCUMENT", "SPDXRef-shop"]
    first, second = ends if by == "DESCRIBES" else reversed(ends)
    relationship = {"spdxElementId": first, "relationshipType": by, "relatedSpdxElement": second}
    about: dict[str, Any] = (
        {"documentDescribes": ["SPDXRef-shop"]} if by == "list" else {"relationships": [relationship]}
    )
    assert facts("spdx", spdx(package("shop", **subject), package("a"), **about)) == [
        sbom("SPDX", "2.3", 1, name="shop", digest=DIGEST),
        license_("", 1, ["a@1"], []),
    ]


def test_a_concluded_licence_counts_before_a_declared_one_and_no_assertion_is_none() -> None:
    bill = spdx(
        package("a", licenseConcluded="MIT", licenseDeclared="GPL-3.0-only"),
        package("b", licenseConcluded="NOASSERTION", licenseDeclared="ISC"),
        package("c", licenseConcluded="NOASSERTION", licenseDeclared="NONE"),
        package("d"),
        name="the document",
    )
    assert facts("spdx", bill) == [
        sbom("SPDX", "2.3", 4, name="the document"),
        license_("", 2, ["c@1", "d@1"], []),
        license_("ISC", 1, ["b@1"]),
        license_("MIT", 1, ["a@1"]),
    ]


def test_a_document_that_describes_all_its_packages_hides_none() -> None:
    bill = spdx(package("a"), package("b"), documentDescribes=["SPDXRef-a", "SPDXRef-b"])
    assert facts("spdx", bill) == [sbom("SPDX", "2.3", 2), license_("", 2, ["a@1", "b@1"], [])]


def test_what_is_described_by_another_thing_than_the_document_is_a_component() -> None:
    told = {"relationshipType": "DESCRIBES", "spdxElementId": "SPDXRef-b", "relatedSpdxElement": "SPDXRef-a"}
    assert facts("spdx", spdx(package("a"), package("b"), relationships=[told])) == [
        sbom("SPDX", "2.3", 2),
        license_("", 2, ["a@1", "b@1"], []),
    ]


@pytest.mark.parametrize(
    ("expression", "any_of"),
    [
        ("MIT", [["MIT"]]),
        ("(MIT OR Apache-2.0) AND ISC", [["Apache-2.0", "ISC"], ["ISC", "MIT"]]),
        ("MIT OR (ISC AND Zlib)", [["ISC", "Zlib"], ["MIT"]]),
        ("MIT OR MIT", [["MIT"]]),
        ("Apache-2.0 WITH LLVM-exception OR MIT", [["Apache-2.0 WITH LLVM-exception"], ["MIT"]]),
        ("GPL-2.0+", [["GPL-2.0+"]]),
        ("LicenseRef-ours AND MIT", [["LicenseRef-ours", "MIT"]]),
        ("DocumentRef-x:LicenseRef-ours", [["DocumentRef-x:LicenseRef-ours"]]),
        ("MIT AND NOASSERTION", [["MIT", "NOASSERTION"]]),
        ("Public Domain", [["Public Domain"]]),
        ("MIT/Apache-2.0", [["MIT/Apache-2.0"]]),
        ("(MIT", [["(MIT"]]),
        ("MIT OR", [["MIT OR"]]),
    ],
)
def test_an_expression_becomes_its_alternatives_and_anything_else_one_licence(
    expression: str, any_of: list[list[str]]
) -> None:
    told = facts("spdx", spdx(package("a", licenseConcluded=expression)))[1:]
    assert told == [license_(expression, 1, ["a@1"], any_of)]


def test_an_expression_that_explodes_is_an_error() -> None:
    expression = " AND ".join(f"(A{number} OR B{number})" for number in range(40))
    for name, bill in [
        ("spdx", spdx(package("a", licenseDeclared=expression))),
        ("cyclonedx", cyclonedx(component("a", {"expression": expression}))),
        (
            "cyclonedx",
            cyclonedx(component("a", *({"expression": f"A{n} OR B{n}"} for n in range(40)))),
        ),
    ]:
        assert problem(name, bill).message == "has a licence expression with more than 100 alternatives"


def test_more_than_ten_thousand_licences_are_an_error() -> None:
    packages = [package("a", licenseDeclared=f"LicenseRef-{number}") for number in range(10_001)]
    assert len(facts("spdx", spdx(package("a", licenseDeclared="MIT")))) == 2
    assert problem("spdx", spdx(*packages)).message == "has more than 10,000 licences"


def test_the_text_of_a_licence_in_place_of_its_name_is_cut_and_matches_no_name() -> None:
    cut = [[("MIT " * 50) + "…"]]
    told = facts("cyclonedx", cyclonedx(component("a", {"license": {"name": "MIT " * 100}})))[1]
    assert told["any_of"] == cut
    told = facts("spdx", spdx(package("a", licenseDeclared="MIT " * 600)))[1]
    assert told["any_of"] == cut


def test_no_assertion_is_no_licence_in_cyclonedx_either() -> None:
    bill = cyclonedx(
        component("a", {"license": {"name": "NOASSERTION"}}), component("b", {"expression": "NONE"})
    )
    assert facts("cyclonedx", bill)[1:] == [license_("", 2, ["a@1", "b@1"], [])]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("cyclonedx", cyclonedx() | {"specVersion": "2.0"}, "is no CycloneDX of a version from 1.2 to 1.7"),
        ("cyclonedx", cyclonedx("a"), "is no CycloneDX: it has something else than an object in it"),
        (
            "cyclonedx",
            cyclonedx() | {"components": {}},
            "is no CycloneDX: it has something else than a list in it",
        ),
        ("spdx", spdx() | {"spdxVersion": "SPDX-2.1"}, "is no SPDX of version 2.2 or 2.3"),
        (
            "spdx",
            {"@context": "https://spdx.org/rdf/3.0.1/spdx-context.jsonld", "@graph": []},
            "is no SPDX of version 2.2 or 2.3",
        ),
        ("spdx", spdx(7), "is no SPDX: it has something else than an object in it"),
        ("spdx", spdx() | {"packages": "a"}, "is no SPDX: it has something else than a list in it"),
    ],
)
def test_a_bill_that_is_none_is_an_error(name: str, content: Any, message: str) -> None:
    assert problem(name, content).message == message
