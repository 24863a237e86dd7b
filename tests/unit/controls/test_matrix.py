from __future__ import annotations

import csv
from html.parser import HTMLParser
from io import StringIO

import pytest
from markdown_it import MarkdownIt

from gatelib import controls
from gatelib.controls import Catalogue, Clause, Control, EvidencePath, Framework
from gatelib.controls.matrix import FORMATS, render
from gatelib.policy import shipped

RULES = shipped().catalog
FRAMEWORKS = controls.frameworks()
HOSTILE = "=HYPERLINK(1)|<script>alert(1)</script>[x](javascript:1)\x1b[31m\u202e`"


def control(text: str) -> Control:
    return Control(
        id="A-1",
        name=text,
        statement=text,
        owner=text,
        evidence=(EvidencePath(path="sbom/*.json", roles=("sbom",), exact=False),),
        rules=("GL-REL-023",),
        subjects=("workloads",),
    )


def framework(text: str = "Some text.") -> Framework:
    return Framework(
        id="soc2",
        name="SOC 2",
        edition="2017",
        publisher="AICPA",
        source="https://example.com/soc2",
        licence="Theirs.",
        optional=False,
        clauses=(Clause(id="CC7.1", text=text, controls=("A-1",)),),
        beyond="The rest.",
        unmapped=(("A-2", "It is about other things."),),
    )


def rows(text: str) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(text)))


class Page(HTMLParser):
    """The elements of a page with their attributes, and its text."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text: list[str] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in ("meta", "link", "br"):
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]


# CSV


def test_the_csv_has_a_line_for_each_control_and_clause() -> None:
    catalogue = Catalogue(controls=(control("Bills"),), sha256="")
    assert rows(render("csv", catalogue, (framework(),), RULES)) == [
        {
            "control": "A-1",
            "name": "Bills",
            "owner": "Bills",
            "framework": "SOC 2",
            "edition": "2017",
            "clause": "CC7.1",
            "what it asks for, or why there is none": "Some text.",
            "rules": "GL-REL-023",
            "evidence": "sbom/*.json",
            "documents": "workloads",
        }
    ]


def test_the_csv_of_all_has_each_clause_of_each_control() -> None:
    found = [
        (row["control"], row["framework"], row["clause"])
        for row in rows(render("csv", controls.load(), FRAMEWORKS, RULES))
        if row["clause"]
    ]
    assert found == [
        (entry.id, mapped.name, clause.id)
        for entry in controls.load().controls
        for mapped in FRAMEWORKS
        for clause in mapped.clauses
        if entry.id in clause.controls
    ]


def test_the_csv_says_why_a_control_supports_no_clause() -> None:
    gdpr = tuple(entry for entry in FRAMEWORKS if entry.id == "gdpr")
    found = [row for row in rows(render("csv", controls.load(), gdpr, RULES)) if not row["clause"]]
    assert [(row["control"], row["what it asks for, or why there is none"]) for row in found] == [
        ("FIN-01", "What a release costs says nothing about the protection of personal data.")
    ]


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", " =1", "\r=1"])
def test_no_cell_of_the_csv_is_a_formula(text: str) -> None:
    catalogue = Catalogue(controls=(control(text),), sha256="")
    row = rows(render("csv", catalogue, (framework(),), RULES))[0]
    assert not row["name"].lstrip().startswith(("=", "+", "-", "@"))


# HTML


def test_the_page_needs_no_other_file() -> None:
    page = Page(render("html", controls.load(), FRAMEWORKS, RULES))
    assert [page.all(tag) for tag in ("script", "link", "img", "iframe")] == [[], [], [], []]
    links = {str(link["href"]) for link in page.all("a")}
    assert {link for link in links if not link.startswith("#")} == {entry.source for entry in FRAMEWORKS}
    assert "@import" not in "".join(page.text) and "url(" not in "".join(page.text)


def test_every_link_inside_the_page_leads_somewhere() -> None:
    page = Page(render("html", controls.load(), FRAMEWORKS, RULES))
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    links = {str(link["href"])[1:] for link in page.all("a") if str(link["href"]).startswith("#")}
    assert links - {*names} == set()
    assert len(names) == len({*names})


def test_tables_can_be_read_aloud() -> None:
    page = Page(render("html", controls.load(), FRAMEWORKS, RULES))
    assert page.all("html") == [{"lang": "en"}]
    assert len(page.all("caption")) == len(page.all("table")) == 1 + len(FRAMEWORKS)
    assert {cell.get("scope") for cell in page.all("th")} == {"row", "col"}
    assert len(page.all("title")) == len(page.all("h1")) == len(page.all("main")) == 1
    assert page.open == []


def test_the_page_has_styles_for_dark_screens_and_for_paper() -> None:
    text = render("html", controls.load(), FRAMEWORKS, RULES)
    assert "prefers-color-scheme: dark" in text and "@media print" in text


# What all formats have


@pytest.mark.parametrize("form", FORMATS)
def test_every_control_clause_rule_and_path_is_in_each_format(form: str) -> None:
    text = render(form, controls.load(), FRAMEWORKS, RULES)
    shown = "".join(Page(text).text) if form == "html" else text
    wanted = {
        *(entry.id for entry in controls.load().controls),
        *(rule for entry in controls.load().controls for rule in entry.rules),
        *(evidence.path for entry in controls.load().controls for evidence in entry.evidence),
        *(clause.id for mapped in FRAMEWORKS for clause in mapped.clauses),
    }
    assert {text for text in wanted if text not in shown} == set()


@pytest.mark.parametrize("form", ["markdown", "html"])
def test_each_framework_says_what_it_is_and_what_is_left_open(form: str) -> None:
    text = render(form, controls.load(), FRAMEWORKS, RULES)
    shown = "".join(Page(text if form == "html" else MarkdownIt().render(text)).text)
    told = [(entry.edition, entry.licence, entry.beyond) for entry in FRAMEWORKS]
    assert [part for parts in told for part in parts if part not in shown] == []


@pytest.mark.parametrize("form", FORMATS)
def test_texts_of_a_catalogue_command_nothing(form: str) -> None:
    catalogue = Catalogue(controls=(control(HOSTILE),), sha256="")
    text = render(form, catalogue, (framework(),), RULES)
    assert "\x1b" not in text and "\u202e" not in text
    if form != "csv":
        page = Page(text if form == "html" else MarkdownIt("commonmark").enable("table").render(text))
        assert page.all("script") == []
        assert [link for link in page.all("a") if str(link["href"]).startswith("javascript")] == []


def test_a_table_in_markdown_keeps_its_columns_whatever_a_name_has_in_it() -> None:
    catalogue = Catalogue(controls=(control("a|b|c"),), sha256="")
    html = (
        MarkdownIt("commonmark").enable("table").render(render("markdown", catalogue, (framework(),), RULES))
    )
    first = html[html.index("<tbody>") : html.index("</tbody>")]
    assert first.count("<td") == 4
    assert "a|b|c" in first


def test_rules_link_to_their_pages_where_these_are() -> None:
    catalogue = Catalogue(controls=(control("Bills"),), sha256="")
    text = render("markdown", catalogue, (framework(),), RULES, pages="rules/")
    assert "[GL-REL-023](rules/GL-REL-023.md)" in text
    assert "](" not in render("markdown", catalogue, (framework(),), RULES)
