"""How an attestation looks: what its pages say, and that no text of a release changes them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from itertools import pairwise
from typing import Any, Final

import pytest
from markdown_it import MarkdownIt
from markdown_it.token import Token

from gatelib.attestation import pages
from gatelib.attestation.pages.wording import natural
from gatelib.errors import EvidenceError
from tests.unit.attestation.sample import CONTROLS, mixed, passing, with_text

Attestation = dict[str, Any]

FORMS: Final = {"html": pages.html, "markdown": pages.markdown}
RELEASE_TEXT: Final = 125_000
"""Characters that GitHub takes as a release's text."""
STATUS: Final = {
    **{row[0]: "Pass" for row in CONTROLS},
    "SC-01": "Fail",
    "DR-01": "Not evaluated",
    "TEN-01": "Not applicable",
}
"""By control of :func:`mixed`."""

HOSTILE: Final = {
    "html": "</code></td></table></style><script>alert(1)</script><img src=x onerror=y>&amp;\"' onload=z",
    "comment": "--><!-- ]]> <?php ?> <![CDATA[",
    "template": "{{ 7*7 }}{% raw %}{# # #}${x}",
    "css": "\";} * { display: none } @import url('https://example.com/x.css'); /*",
    "markdown": "| x |\n\n# heading\n- item\n> quote\n[x](javascript:alert(1)) ![y](https://example.com/y.png)",
    "forge": "@user #1 intelgraph/other#2 GH-3 4f1c2a9d0b7e https://example.com/x www.example.com",
    "details": "</details></summary> <details open>\n\n~~~\n```\n",
    "bidi": "safe\u202egnp.exe\u2066\u200b\ufeff\u2028",
    "terminal": "\x1b[31mred\x1b]8;;https://example.com\x07\x00\x08\r",
    "surrogate": "\ud800 half a character",
    "long": "x" * 10_000,
    "words": "and so on " * 1_000,
}


class Page(HTMLParser):
    """A page's elements in order, with their attributes, and the text of some."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []
        self.texts: list[tuple[tuple[str, ...], str]] = []
        """Each with the elements that it is in, and their classes."""
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes.append((tag, dict(attrs)))
        if tag != "meta":
            self._open.append(f"{tag}.{dict(attrs).get('class') or ''}")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop().partition(".")[0] == tag

    def handle_data(self, data: str) -> None:
        if data.strip():
            self.texts.append((tuple(self._open), " ".join(data.split())))

    def handle_comment(self, data: str) -> None:
        self.tags.append("#comment")

    def inside(self, name: str) -> list[str]:
        """Return the texts in elements whose tag and class begin with ``name``, without drawings' titles."""
        return [
            text
            for place, text in self.texts
            if any(entry.startswith(name) for entry in place) and "title." not in place
        ]

    def all(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes in self.attributes if name == tag)


def blocks(text: str) -> list[Token]:
    return MarkdownIt("gfm-like").parse(text)


def tables(text: str) -> list[list[list[str]]]:
    """Return the cells of each table in Markdown."""
    found: list[list[list[str]]] = []
    tokens = blocks(text)
    for index, token in enumerate(tokens):
        if token.type == "table_open":
            found.append([])
        elif token.type == "tr_open":
            found[-1].append([])
        elif token.type in ("th_open", "td_open"):
            found[-1][-1].append("".join(child.content for child in tokens[index + 1].children or []))
    return found


# What the page says


def test_the_heat_map_says_of_each_control_in_words_how_it_stands() -> None:
    page = Page(pages.html(mixed()))
    told = page.inside("ul.map")
    assert told == [text for id_, name, *_ in CONTROLS for text in (id_, name, STATUS[id_])]
    marks = {"Pass": "✅ Pass", "Fail": "❌ Fail", "Not evaluated": "⚠️ Not evaluated"}
    marks["Not applicable"] = "➖ Not applicable"  # noqa: RUF001
    assert tables(pages.markdown(mixed()))[1] == [
        ["Control", "Name", "Verdict", "Owner"],
        *([id_, name, marks[STATUS[id_]], owner] for id_, name, owner, *_ in CONTROLS),
    ]


def test_a_drawing_goes_with_the_words_so_that_no_colour_tells_alone() -> None:
    page = Page(pages.html(mixed()))
    statuses = [
        attributes["class"] for attributes in page.all("span") if "status" in str(attributes["class"])
    ]
    assert len(list(page.all("svg"))) == len(statuses) + 1  # the verdict on the whole has one too
    assert {attributes["aria-hidden"] for attributes in page.all("svg")} == {"true"}


@pytest.mark.parametrize("form", FORMS)
def test_a_page_says_what_an_auditor_asks_for(form: str) -> None:
    text = FORMS[form](mixed())
    told = " ".join(part for _, part in Page(text).texts) if form == "html" else text
    attestation = mixed()
    digests = [
        attestation["pack"]["sha256"],
        attestation["release"]["sha256"],
        attestation["bundle"]["sha256"],
        attestation["config"]["sha256"],
        attestation["catalog"]["sha256"],
        attestation["reports"][0]["sha256"],
        *(file["sha256"] for control in attestation["controls"] for file in control["evidence"]),
    ]
    rules = [rule["id"] for control in attestation["controls"] for rule in control["rules"]]
    clauses = [clause["clause"] for control in attestation["controls"] for clause in control["clauses"]]
    words = [
        "2026-11-22T00:00:00Z", "4f1c2a9d0b7e6c5f8a3d2e1b0c9f8e7d6a5b4c3d", "PAY-1182", "Site Reliability",
        "reconcile-writable-root", "2026-12-15T00:00:00Z", "dana.hall@example.com", "security-approvers",
        "The service has one tenant: our own ledger.", "chaos-dr/run-*.json", "has been known for 41 days",
        "ci-pipeline", "2026.11.3", "signed by nobody", "regorus 0.13.0", "pre-promote", "Rev. 5",
        "gatelib attest verify", "cosign verify-blob-attestation", "Waived", "On trial", "Skipped", "Not run",
    ]  # fmt: skip
    assert [wanted for wanted in [*digests, *rules, *clauses, *words] if wanted not in told] == []


def test_the_matrix_names_each_clause_once_in_order_with_its_controls() -> None:
    page = Page(pages.html(mixed()))
    frameworks = [text for text in page.inside("div.framework") if text not in ("Clause", "Controls")]
    start = frameworks.index("General Data Protection Regulation")
    end = frameworks.index("HIPAA Security Rule")
    assert frameworks[start:end] == [
        "General Data Protection Regulation", "(EU) 2016/679",
        "Clauses of General Data Protection Regulation",
        "5(1)(d)", "DB-01", "Pass", "25(1)", "DLP-01", "Pass", "30(1)", "DLP-01", "Pass",
        "32(1)(a)", "SEC-01", "Pass", "32(1)(b)", "TEN-01", "Not applicable", "32(1)(c)", "DR-01",
        "Not evaluated",
    ]  # fmt: skip
    assert sorted(["A.5.10", "A.5.9", "CC7.1", "164.308(a)(1)", "A.8.1", ""], key=natural) == [
        "", "164.308(a)(1)", "A.5.9", "A.5.10", "A.8.1", "CC7.1",
    ]  # fmt: skip


# The verdict


def test_controls_that_keep_it_from_a_pass_are_named_by_their_status() -> None:
    attestation = mixed()
    attestation["controls"][3] |= {"status": "not evaluated", "pass": False}
    assert "\n".join(
        [
            "## Why this is not a pass\n",
            "- Fail: `SC-01`",
            "- Not evaluated: `REL-01`, `DR-01`",
            "- nobody vouches for the bundle whose rules ran: name a key with `--verification-key`",
        ]
    ) in pages.markdown(attestation)


def control(attestation: Attestation, **changes: Any) -> None:
    attestation["controls"][3] |= changes


NO_PASS: Final[dict[str, tuple[Callable[[Attestation], object], str]]] = {
    "fail": (lambda it: control(it, status="fail", **{"pass": False}), "Fail: REL-01"),
    "not evaluated": (lambda it: control(it, status="not evaluated"), "Not evaluated: REL-01"),
    "contradictory": (lambda it: control(it, **{"pass": False}), "Pass, which is not borne out: REL-01"),
    "no boolean": (lambda it: control(it, **{"pass": "true"}), "Pass, which is not borne out: REL-01"),
    "unknown": (lambda it: control(it, status="PASSED"), "PASSED: REL-01"),
    "not applicable": (
        lambda it: control(it, status="not applicable"),
        "Not applicable, which is not borne out: REL-01",
    ),
    "unsigned": (
        lambda it: control(
            it,
            status="not applicable",
            not_applicable={"reason": "x", "approver": "y", "signed_by": ""},
        ),
        "Not applicable, which is not borne out: REL-01",
    ),
    "objection": (lambda it: it["objections"].append("rules were skipped"), "rules were skipped"),
    "no control": (lambda it: it["controls"].clear(), "no control was judged"),
    "only said": (
        lambda it: it.update(overall=False),
        "the attestation calls itself no pass, and gives no reason",
    ),
}


@pytest.mark.parametrize("case", NO_PASS)
def test_a_page_calls_nothing_a_pass_that_does_not_bear_it_out(case: str) -> None:
    change, reason = NO_PASS[case]
    attestation = passing()
    change(attestation)
    page = Page(pages.html(attestation))
    assert page.inside("p.overall") == ["NOT A PASS"]
    assert " ".join(page.inside("section.reasons")[1:]) == reason
    text = pages.markdown(attestation)
    assert "❌ **NOT A PASS**" in text
    assert f"## Why this is not a pass\n\n- {reason}\n" in text.replace("`", "")


def test_a_page_calls_a_pass_what_passes_or_is_signed_not_applicable() -> None:
    attestation = passing()
    control(
        attestation,
        status="not applicable",
        not_applicable={"reason": "none", "approver": "y", "signed_by": "y"},
    )
    for made in (passing(), attestation):
        page = Page(pages.html(made))
        assert page.inside("p.overall") == ["PASS"]
        assert page.inside("section.reasons") == []
        assert "✅ **PASS**" in pages.markdown(made)
        assert "Why this is not" not in pages.markdown(made)


# Its form


def test_the_page_needs_no_other_file() -> None:
    text = pages.html(mixed())
    page = Page(text)
    assert {"script", "link", "img", "iframe", "object", "base", "form"} & set(page.tags) == set()
    assert "url(" not in text
    assert "@import" not in text
    policies = [meta["content"] for meta in page.all("meta") if meta.get("http-equiv")]
    assert policies == ["default-src 'none'; style-src 'unsafe-inline'"]


def test_the_page_can_be_found_through_by_headings_landmarks_and_tables() -> None:
    page = Page(pages.html(mixed()))
    levels = [int(tag[1]) for tag in page.tags if tag[0] == "h" and tag[1:].isdigit()]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))
    assert [page.tags.count(tag) for tag in ("header", "nav", "main", "footer")] == [1, 1, 1, 1]
    assert page.tags.count("table") == page.tags.count("caption")
    assert {attributes.get("scope") for attributes in page.all("th")} == {"row", "col"}
    ids = [attributes["id"] for _, attributes in page.attributes if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = [attributes["aria-labelledby"] for tag in ("section", "article") for attributes in page.all(tag)]
    links = [str(attributes["href"]) for attributes in page.all("a")]
    assert set(named) <= set(ids)
    assert {link[1:] for link in links if link[0] == "#"} <= set(ids)
    assert [link for link in links if link[0] != "#"] == [
        "https://tickets.example.com/PAY-1182",
        "https://tickets.example.com/SEC-771",
    ]


# Hostile text


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_changes_the_elements_of_the_page(kind: str) -> None:
    made, twin = (Page(pages.html(with_text(text))) for text in (HOSTILE[kind], "harmless"))
    code = {"code"}  # which a sentence may have
    assert [tag for tag in made.tags if tag not in code] == [tag for tag in twin.tags if tag not in code]
    shapes = [sorted(attributes) for tag, attributes in made.attributes if tag not in code]
    assert shapes == [sorted(attributes) for tag, attributes in twin.attributes if tag not in code]
    assert [attributes.get("href") for attributes in made.all("a")] == [
        attributes.get("href") for attributes in twin.all("a")
    ]


@pytest.mark.parametrize("kind", HOSTILE)
def test_no_text_changes_the_blocks_of_the_markdown(kind: str) -> None:
    made, twin = (blocks(pages.markdown(with_text(text))) for text in (HOSTILE[kind], "harmless"))
    assert [(token.type, token.level) for token in made] == [(token.type, token.level) for token in twin]
    assert [token.content for token in made if token.type in ("html_block", "fence")] == [
        token.content for token in twin if token.type in ("html_block", "fence")
    ]
    inline = {child.type for token in made for child in token.children or []}
    assert inline <= {"text", "code_inline", "strong_open", "strong_close"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("kind", HOSTILE)
def test_nothing_on_a_page_is_obeyed_by_an_eye_or_a_terminal(kind: str, form: str) -> None:
    text = FORMS[form](with_text(HOSTILE[kind]))
    assert [char for char in text if not char.isprintable() and char != "\n"] == []
    text.encode("utf-8")


def test_nothing_of_a_release_gets_out_of_a_string_of_the_style_sheet() -> None:
    for text in HOSTILE.values():
        page = pages.html(with_text(text))
        style = page[page.index("<style>") : page.index("</style>")]
        rule = style[style.rindex("@page") :].splitlines()
        assert [line.count('"') for line in rule] == [0, 2, 2, 2, 0]
        assert "@import" not in style


# Length


def test_markdown_fits_into_the_text_of_a_release_and_counts_what_does_not() -> None:
    attestation = passing()
    rules = [
        {"id": f"GL-X-{index}", "status": "fail", "judged": 1, "findings": 1, "why": "word " * 200}
        for index in range(60)
    ]
    attestation["controls"] = [
        {**entry, "id": f"{entry['id']}-{index}", "rules": rules}
        for index in range(20)
        for entry in attestation["controls"]
    ]
    text = pages.markdown(attestation)
    assert RELEASE_TEXT * 0.8 < len(text) < RELEASE_TEXT
    assert "and 140 more, which attestation.json has" in text  # of 240 controls on the heat map
    assert "more left out for the length of this page; attestation.json has all." in text
    assert "cosign verify-blob-attestation" in text


def test_a_long_list_of_the_page_is_cut_and_counted() -> None:
    attestation = passing()
    first = attestation["controls"][0]
    first["evidence"] = [{**first["evidence"][0], "file": f"scans/{index}.json"} for index in range(503)]
    text = pages.html(attestation)
    assert "and 3 more, which attestation.json has" in text
    assert "scans/499.json" in text
    assert "scans/500.json" not in text


# What is no attestation


@pytest.mark.parametrize("form", FORMS)
def test_what_is_no_attestation_is_an_error_and_no_page(form: str) -> None:
    whole = passing()
    broken = [{**whole, "schema": "gatelib.dev/attestation/v2"}, {}]
    broken += [{key: value for key, value in whole.items() if key != left_out} for left_out in whole]
    broken += [{**whole, "controls": [{**whole["controls"][0], "rules": None}]}]
    broken += [{**whole, key: 7} for key in ("release", "controls", "reports", "bundle", "waivers")]
    for value in broken:
        with pytest.raises(EvidenceError, match="this is no attestation"):
            FORMS[form](json.loads(json.dumps(value)))
