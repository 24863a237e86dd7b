from __future__ import annotations

import re
import shutil
from collections import Counter
from pathlib import Path

import pytest
import yaml

from gatelib import controls, resources
from gatelib.controls import Framework
from gatelib.errors import ConfigError
from tests.unit.controls.files import line_of, write

FRAMEWORKS = {framework.id: framework for framework in controls.frameworks()}
CONTENTS = resources.controls() / "contents"
REQUIRED = ("gdpr", "hipaa", "iso27001", "soc2")
OPTIONAL = ("nist-800-53", "slsa")


def problems(framework: Framework) -> list[tuple[int | None, str]]:
    found = controls.check_framework(framework, controls.load(), controls.contents(framework.id))
    assert all(problem.hint for problem in found)
    return [(problem.line, problem.message) for problem in found]


def changed(folder: Path, old: str, new: str) -> tuple[Framework, Path]:
    """Return the shipped crosswalk to the GDPR with one thing changed, and its file."""
    text = (resources.controls() / "frameworks" / "gdpr.yaml").read_text("utf-8")
    assert text.count(old) == 1
    file = write(folder / "gdpr.yaml", text.replace(old, new))
    return controls.frameworks(folder)[0], file


def test_the_required_frameworks_come_first() -> None:
    assert [(framework.id, framework.optional) for framework in controls.frameworks()] == [
        *((name, False) for name in REQUIRED),
        *((name, True) for name in OPTIONAL),
    ]


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_every_clause_of_a_crosswalk_is_in_the_frameworks_own_contents(name: str) -> None:
    clauses = {clause.id for clause in FRAMEWORKS[name].clauses}
    assert clauses - controls.contents(name) == set()


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_nothing_is_wrong_with_a_shipped_crosswalk(name: str) -> None:
    assert problems(FRAMEWORKS[name]) == []


@pytest.mark.parametrize("name", REQUIRED)
def test_every_control_supports_a_clause_or_the_framework_says_why_not(name: str) -> None:
    framework = FRAMEWORKS[name]
    mapped = {control for clause in framework.clauses for control in clause.controls}
    assert mapped | dict(framework.unmapped).keys() == {control.id for control in controls.load().controls}
    assert mapped & dict(framework.unmapped).keys() == set()


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_no_control_claims_more_than_eight_clauses_of_a_framework(name: str) -> None:
    counts = Counter(control for clause in FRAMEWORKS[name].clauses for control in clause.controls)
    assert {control: count for control, count in counts.items() if count > 8} == {}


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_clauses_stand_once_and_in_the_order_of_the_contents(name: str) -> None:
    listed = yaml.safe_load((CONTENTS / f"{name}.yaml").read_text("utf-8"))["clauses"]
    order = [number for numbers in listed.values() for number in numbers]
    found = [clause.id for clause in FRAMEWORKS[name].clauses]
    assert found == sorted(found, key=order.index)
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_controls_of_a_clause_are_sorted(name: str) -> None:
    lists = [clause.controls for clause in FRAMEWORKS[name].clauses]
    assert lists == [tuple(sorted(listed)) for listed in lists]


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_a_framework_says_its_edition_its_licence_and_what_is_not_covered(name: str) -> None:
    framework = FRAMEWORKS[name]
    assert framework.edition and framework.licence and framework.beyond and framework.publisher
    assert framework.source.startswith("https://")


def test_clauses_of_a_control_are_told_by_framework() -> None:
    assert controls.clauses_of("PERF-01", controls.frameworks()) == (
        ("gdpr", "Art. 32(1)(b)"),
        ("iso27001", "8.6"),
        ("iso27001", "8.32"),
        ("soc2", "CC8.1"),
        ("soc2", "A1.1"),
        ("nist-800-53", "CM-4"),
        ("nist-800-53", "SA-11"),
    )


def test_a_control_that_no_framework_knows_has_no_clauses() -> None:
    assert controls.clauses_of("ACME-1", controls.frameworks()) == ()


# Seeded mistakes


def test_a_clause_that_there_is_not_is_found(tmp_path: Path) -> None:
    framework, file = changed(tmp_path, "Art. 32(4)", "Art. 32(5)")
    assert problems(framework) == [
        (line_of(file, "Art. 32(5)"), "General Data Protection Regulation has no clause `Art. 32(5)`")
    ]


def test_a_clause_that_stands_twice_is_found(tmp_path: Path) -> None:
    framework, file = changed(tmp_path, "Art. 32(4)", "Art. 32(2)")
    line = line_of(file, "on instruction only") - 1
    assert problems(framework) == [(line, "clause `Art. 32(2)` stands here twice")]


def test_a_control_that_there_is_not_is_found(tmp_path: Path) -> None:
    framework, file = changed(tmp_path, "[DR-01, REL-01]", "[DR-01, REL-09]")
    assert problems(framework) == [(line_of(file, "REL-09"), "there is no control `REL-09`")]


def test_a_control_without_clause_or_reason_is_found(tmp_path: Path) -> None:
    framework, file = changed(tmp_path, "  FIN-01: What", "  SC-09: What")
    assert problems(framework) == [
        (line_of(file, "SC-09"), "control `SC-09` is not in the catalogue"),
        (line_of(file, "clauses:"), "control `FIN-01` supports no clause"),
    ]


def test_a_reason_for_a_control_that_has_a_clause_is_found(tmp_path: Path) -> None:
    framework, file = changed(tmp_path, "unmapped:\n", "unmapped:\n  SC-01: There is none.\n")
    assert problems(framework) == [(line_of(file, "There is none."), "control `SC-01` supports a clause")]


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ("    controls: [DR-01, REL-01]\n", "    controls: []\n", "`clauses.9.controls` must not be empty"),
        ("publisher: European Union\n", "", "the document lacks `publisher`"),
        ("optional: false", "optional: maybe", "`optional` must be a boolean"),
        ("id: gdpr", "id: dsgvo", "this is no framework with the ID `gdpr`"),
        ("gatelib.dev/framework/v1", "gatelib.dev/framework/v2", "`schema` must be one of"),
        ("- id: Art. 5(2)", "- id: 5.10", "`clauses.3.id` must be a string"),
    ],
)
def test_a_crosswalk_that_breaks_its_schema_is_refused(
    tmp_path: Path, old: str, new: str, message: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        changed(tmp_path, old, new)
    assert caught.value.message.startswith(message)


def test_a_folder_without_crosswalks_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="there are no frameworks in the folder"):
        controls.frameworks(tmp_path)


def test_contents_of_another_framework_are_refused(tmp_path: Path) -> None:
    shutil.copy(CONTENTS / "gdpr.yaml", tmp_path / "soc2.yaml")
    with pytest.raises(ConfigError, match="these are no contents of `soc2`"):
        controls.contents("soc2", tmp_path)


# The frameworks' own contents, by what is known of them


def groups(name: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = yaml.safe_load((CONTENTS / f"{name}.yaml").read_text("utf-8"))["clauses"]
    return found


def sizes(name: str) -> dict[str, int]:
    return {group: len(numbers) for group, numbers in groups(name).items()}


@pytest.mark.parametrize("name", [*REQUIRED, *OPTIONAL])
def test_no_number_stands_twice_in_the_contents(name: str) -> None:
    numbers = [number for group in groups(name).values() for number in group]
    assert len(numbers) == len(set(numbers)) == len(controls.contents(name))


def test_soc2_has_thirty_three_common_criteria_and_twenty_eight_others() -> None:
    found = sizes("soc2")
    assert sum(found[series] for series in found if series.startswith("CC")) == 33
    assert {series: found[series] for series in ("A1", "C1", "PI1")} == {"A1": 3, "C1": 2, "PI1": 5}
    assert sum(size for series, size in found.items() if re.fullmatch("P[1-8]", series)) == 18
    assert sum(found.values()) == 61


@pytest.mark.parametrize("name", ["soc2", "iso27001"])
def test_numbers_in_a_series_run_from_one(name: str) -> None:
    for numbers in groups(name).values():
        series = numbers[0].rpartition(".")[0]
        assert numbers == [f"{series}.{number}" for number in range(1, len(numbers) + 1)]


def test_annex_a_has_ninety_three_controls_in_four_themes() -> None:
    assert sizes("iso27001") == {"organizational": 37, "people": 8, "physical": 14, "technological": 34}
    assert [numbers[0] for numbers in groups("iso27001").values()] == ["5.1", "6.1", "7.1", "8.1"]


def test_the_four_articles_have_their_paragraphs_and_points() -> None:
    found = controls.contents("gdpr")
    paragraphs = {number for number in found if re.fullmatch(r"Art\. \d+\(\d\)", number)}
    assert paragraphs == {
        f"Art. {article}({number})"
        for article, last in {5: 2, 25: 3, 30: 5, 32: 4}.items()
        for number in range(1, last + 1)
    }
    last_points = {"Art. 5(1)": "f", "Art. 30(1)": "g", "Art. 30(2)": "d", "Art. 32(1)": "d"}
    assert found - paragraphs == {
        f"{paragraph}({chr(letter)})"
        for paragraph, last in last_points.items()
        for letter in range(ord("a"), ord(last) + 1)
    }


def test_hipaa_has_the_standards_and_specifications_of_its_matrix() -> None:
    # Appendix A to Subpart C: 9, 4 and 5 standards, and 36 specifications where a standard has its own.
    assert sizes("hipaa") == {
        "administrative": 31, "physical": 12, "technical": 12, "organizational": 11, "documentation": 6
    }  # fmt: skip
    in_matrix = [n for group in ("administrative", "physical", "technical") for n in groups("hipaa")[group]]
    below = r"164\.308\((a\)\(\d\)\(ii\).*|b\)\(3\))|164\.31[02]\([a-e]\)\(2\).*"
    specifications = [number for number in in_matrix if re.fullmatch(below, number)]
    standards = [number for number in in_matrix if number not in specifications]
    assert len(specifications) == 36
    assert len(standards) == 18 + 1  # 164.308(b) is one standard, in two paragraphs


def test_nist_has_three_hundred_base_controls_without_those_withdrawn() -> None:
    assert sizes("nist-800-53") == {
        "AC": 23, "AT": 5, "AU": 15, "CA": 8, "CM": 14, "CP": 12, "IA": 13, "IR": 9, "MA": 7, "MP": 8,
        "PE": 22, "PL": 8, "PM": 32, "PS": 9, "PT": 8, "RA": 9, "SA": 17, "SC": 47, "SI": 22, "SR": 12,
    }  # fmt: skip
    assert sum(sizes("nist-800-53").values()) == 300
    withdrawn = {
        "AC-13",
        "AC-15",
        "AT-5",
        "AU-15",
        "CA-4",
        "CP-5",
        "IR-10",
        "PE-7",
        "PL-3",
        "RA-4",
        "SA-12",
        "SI-9",
    }
    assert withdrawn & controls.contents("nist-800-53") == set()


def test_slsa_has_three_levels_and_eight_requirements() -> None:
    assert sizes("slsa") == {"levels": 3, "producer": 3, "build-platform": 5}
