from __future__ import annotations

from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from gatelib.reporters.interface import Style
from gatelib.reporters.markdown import LIMIT, MarkdownReporter
from gatelib.reporters.prose import cell, code, prose
from tests.unit.reporters.samples import BROKEN, EVERYTHING, NOTHING_FOUND, PRIVILEGED, RULES, WAIVED


def test_a_comment_with_everything_is_this() -> None:
    assert MarkdownReporter().render(EVERYTHING, Style()) == (
        f"""\
<!-- gatelib -->
### Policy gate `pr` could not decide

2 failing findings, 1 error, 4 documents of 6 objects judged in 5 files.

**The configuration is not trusted**: it lies in the judged tree. \
It changes `fail_on`, `images.allowlist`, `tls`.

| Severity | Rule | Where | What |
| --- | --- | --- | --- |
| critical | `GL-K8S-001` | `k8s/api.yaml:12:17` `Deployment shop/api` | container `api` is privileged |
| high | `GL-DATA-001` | `k8s/secret.yaml:6:13` `Secret shop/db` | `data` holds 1 value in plain text |
| medium (warning) | `GL-K8S-002` | `k8s/api.yaml:9:12` `Deployment shop/api` | image `api:1` has no digest |
| high (on trial) | `GL-K8S-003` | `Deployment shop/api` | no seccomp profile |

<details open><summary>Errors (1)</summary>

- `GL-ERR-103` `k8s/broken.yaml:3:1`: This is not YAML. Check the indentation.

</details>

<details><summary>What to do (4)</summary>

- `GL-DATA-001`: Use a secret store.
- `GL-K8S-001`: Remove `securityContext.privileged`.
- `GL-K8S-002`: Pin the image by its digest.
- `GL-K8S-003`: Set `seccompProfile`.

</details>

<details><summary>Waived findings (1)</summary>

- `GL-K8S-001` `agent.yaml:7:17`: container `agent` is privileged; \
`waived by agent-2026, approved by ana, until 2026-12-31`: reads the kernel's log

</details>

<details><summary>Used waivers (1)</summary>

- `agent-2026`: 1 finding, `requested by eve, approved by ana, signed by eve, ana, \
until 2026-12-31, ticket OPS-1, \
sha256 0101010101010101010101010101010101010101010101010101010101010101`: reads the kernel's log

</details>

<details><summary>Unused waivers (1)</summary>

- `old` until `2026-11-30`

</details>

<details><summary>Rules that passed (1)</summary>

- `GL-K8S-004`: Services must stay inside

</details>

<details><summary>Rules with nothing to judge (1)</summary>

- `GL-NET-001`: Routes must use TLS

</details>

<details><summary>Rules that were skipped (1)</summary>

- `GL-K8S-009`

</details>

Engine `regorus 0.13.0`, bundle `1.0.0` (sha256 `{"ab" * 32}`), as of `2026-11-22T00:00:00Z`.
"""
    )


@pytest.mark.parametrize("length", [1, 2, 3, 5, 8, 13])
def test_a_comment_fills_its_limit_and_stays_below_it(length: int) -> None:
    report = replace(EVERYTHING, findings=(replace(PRIVILEGED, message="x" * length),) * 5000)
    assert LIMIT - 300 < len(MarkdownReporter().render(report, Style())) <= LIMIT


def test_a_comment_never_outgrows_its_limit_and_counts_what_it_leaves_out() -> None:
    huge = replace(PRIVILEGED, message="container `" + "|" * 5000 + "` is privileged")
    report = replace(
        EVERYTHING,
        findings=(huge,) * 5000 + (replace(WAIVED, message=huge.message),) * 500,
        errors=(replace(BROKEN, message="@x " * 500),) * 500,
        rules=tuple(replace(rule, id=f"{rule.id}{n}") for rule in RULES for n in range(200)),
    )
    text = MarkdownReporter().render(report, Style())
    assert LIMIT - 2000 < len(text) <= LIMIT
    shown = text.count("| critical | ")
    assert f"and {5000 - shown} more, left out for the length of this comment." in text
    assert text.count("<details") == text.count("</details>") == 8


@pytest.mark.parametrize(
    ("text", "markdown"),
    [
        ("container `api` is privileged", "container `api` is privileged"),
        ("ask @team about #1", "ask `@team` about `#1`"),
        ("see (`x`), or `y`.", "see (`x`), or `y`."),
        ("a=`x`!", "``a=`x`!``"),
        ("www.evil.example and evil@example.org", "`www.evil.example` and `evil@example.org`"),
        ("commit deadbeef is bad", "commit `deadbeef` is bad"),
        ("<b>x</b> & *y* _z_", "`<b>x</b>` `&` `*y*` `_z_`"),
        ("one ` two", "one `  two `"),
        ("1. first", "`1.` first"),
        ("  - x", "`-` x"),
    ],
)
def test_only_harmless_words_go_out_as_they_are(text: str, markdown: str) -> None:
    assert prose(text) == markdown


@pytest.mark.parametrize(
    "text", ["a", "`", "``a`", "`a`", " a", "a ", "\\", "a\\|b", "|", "<!-- -->", "]]>", "@all"]
)
def test_a_code_span_gives_the_text_back_even_in_a_table(text: str) -> None:
    (table,) = [MarkdownIt("gfm-like").parse(f"| x |\n| --- |\n| {cell(code(text))} |\n")]
    (content,) = [token for token in table if token.type == "inline"][1:]
    assert [(child.type, child.content) for child in content.children or ()] == [("code_inline", text)]


def test_nothing_found_needs_no_table() -> None:
    text = MarkdownReporter().render(NOTHING_FOUND, Style())
    assert text.startswith("<!-- gatelib -->\n### Policy gate `pr` passed\n")
    assert "| Severity" not in text
    assert "- `GL-K8S-004`: Services must stay inside" in text
