"""A memo in HTML: one file that needs no other, for a screen and for one printed page."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from html import escape
from typing import Final

from gatelib.memo.model import GateProof, Memo, Proof
from gatelib.memo.rendering import Link
from gatelib.memo.wording import SIGNERS, VERDICTS, context, reasons, short, shown, title
from gatelib.reporters.hypertext import code, linked, prose, text

_CLASSES: Final = {"proved": "good", "waived": "fair", "not proved": "bad", "GO": "good", "NO-GO": "bad"}

_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>{title}</title>
<style>
:root {{
  color-scheme: light dark;
  --ink: light-dark(#1a1d21, #e8eaed); --dim: light-dark(#555c66, #a7afba);
  --page: light-dark(#fff, #16181c); --line: light-dark(#d5d9de, #3a4048);
  --good: light-dark(#0b6b32, #6fdc97); --fair: light-dark(#7a4d00, #f2c265);
  --bad: light-dark(#ad1420, #ff8d8d);
}}
body {{
  margin: 0; background: var(--page); color: var(--ink);
  font: 13px/1.4 "Inter", "Segoe UI", "Helvetica Neue", "Liberation Sans", Arial, sans-serif;
}}
main {{ max-width: 64rem; margin: 0 auto; padding: 1rem; overflow-wrap: break-word; }}
header {{ display: flex; justify-content: space-between; align-items: baseline; gap: 1rem; }}
h1 {{ font-size: 1.4rem; margin: 0 0 .5rem; }}
h2 {{ font-size: 1rem; margin: .9rem 0 .25rem; border-bottom: 1px solid var(--line); }}
p, ul, dl, table {{ margin: .25rem 0; }}
ul {{ padding-left: 1.2rem; }}
dl {{ display: grid; grid-template-columns: 8rem 1fr; gap: 0 .5rem; }}
dt {{ color: var(--dim); }} dd {{ margin: 0; min-width: 0; }}
h1, dd, li, td, p {{ overflow-wrap: anywhere; }}
table {{ width: 100%; border-collapse: collapse; }}
th, td {{ text-align: left; vertical-align: top; padding: .15rem .5rem .15rem 0; }}
tr {{ border-bottom: 1px solid var(--line); }}
.gates {{ table-layout: fixed; }} .gates th:first-child {{ width: 16%; }}
.gates th:nth-child(2) {{ width: 6.25rem; }} .gates th:last-child {{ width: 40%; }}
.gates .rule {{ display: inline-block; max-width: 100%; }}
.signatures td {{ height: 1.8rem; }}
code {{ font: .9em ui-monospace, "Cascadia Mono", Menlo, "Liberation Mono", Consolas, monospace; }}
.badge {{ font-weight: 700; white-space: nowrap; }} header .badge {{ font-size: 1.6rem; }}
.good {{ color: var(--good); }} .fair {{ color: var(--fair); }} .bad {{ color: var(--bad); }}
a {{ color: inherit; }}
footer {{ margin-top: .8rem; color: var(--dim); font-size: .85em; }}
@media screen and (max-width: 40rem) {{
  .gates, .gates tbody, .gates tr, .gates td {{ display: block; padding: 0; }}
  .gates thead {{ position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); }}
  .gates tr {{ padding: .4rem 0; }} .gates td:first-child {{ font-weight: 600; }}
}}
@page {{ size: A4; margin: 10mm; }}
@media print {{
  :root {{ color-scheme: light; }}
  body {{ font-size: 7.5pt; line-height: 1.25; }}
  .gates th:nth-child(2) {{ width: 56pt; }}
  .signatures td {{ height: 16pt; }}
  dl {{ grid-template-columns: 70pt 1fr; }}
  main {{ max-width: none; padding: 0; }}
  h1 {{ font-size: 14pt; margin: 0 0 3pt; }} h2 {{ font-size: 9pt; margin: 4pt 0 1pt; }}
  th, td {{ padding-top: 1pt; padding-bottom: 1pt; }} p, ul, dl, table {{ margin: 1pt 0; }}
  tr, h2 {{ break-inside: avoid; }} h2 {{ break-after: avoid; }}
}}
</style>
</head>
<body>
<main>
<header><h1>{title}</h1><p class="badge {class_}">{decision}</p></header>
{body}
</main>
</body>
</html>
"""


def render(memo: Memo, link: Link) -> str:
    """Return the memo."""
    parts = [
        _facts(memo),
        _section("What changed", _changes(memo)),
        _section("Risks and mitigations", _risks(memo)),
        _section("Readiness gates", _gates(memo, link)),
        _section("What else speaks against it", _objections(memo)),
        _section("Waivers", _waivers(memo)),
        _section("Rollback", _rollback(memo)),
        _section("Decision", _signatures(memo)),
        "<footer><dl>"
        + "".join(_term(name, code(value)) for name, value in context(memo))
        + "</dl></footer>",
    ]
    return _PAGE.format(
        title=text(title(memo)),
        decision=memo.decision,
        class_=_CLASSES[memo.decision],
        body="\n".join(part for part in parts if part),
    )


def _facts(memo: Memo) -> str:
    record = memo.record
    rows = [
        ("Service", [record.service]),
        ("Version", [record.version]),
        ("Commit", [record.commit]),
        ("Images", list(record.images)),
        ("Evidence Pack", [f"sha256:{record.pack}" if record.pack else "", record.location]),
    ]
    return (
        "<dl>"
        + "".join(
            _term(name, "<br>".join(code(value) for value in values if value) or "not named")
            for name, values in rows
        )
        + "</dl>"
    )


def _changes(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.record.changes, "changes")
    if not entries:
        yield "<p>None is named.</p>"
        return
    yield _list(
        [
            ": ".join(part for part in (linked(change.id, change.url), text(change.summary)) if part)
            for change in entries
        ],
        more,
    )


def _risks(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.record.risks, "risks")
    if not entries:
        yield "<p>None is named.</p>"
        return
    yield _table(("Risk", "Mitigation", "Owner"), ([text(value) for value in risk] for risk in entries))
    if more:
        yield f"<p>{more}</p>"


def _gates(memo: Memo, link: Link) -> Iterator[str]:
    yield _table(
        ("Gate", "Verdict", "Rules", "Evidence"),
        (
            [
                f"{gate.id} {gate.title}" if gate.id.isdigit() else gate.title,
                f'<span class="badge {_CLASSES[gate.standing]}">{VERDICTS[gate.standing]}</span>',
                f"{len(gate.proofs)}: {_rules(gate)}",
                _evidence(memo, gate, link),
            ]
            for gate in memo.gates
        ),
        class_="gates",
    )


def _rules(gate: GateProof) -> str:
    if not gate.lacks and gate.standing == "proved":
        return " ".join(_rule(proof) for proof in gate.proofs)
    entries, more = reasons(gate)
    parts = [f"{_rule(proof)} {prose(proof.why, 160)}" for proof in entries]
    return "; ".join([*parts, *(prose(lack, 160) for lack in gate.lacks), *([more] if more else [])])


def _rule(proof: Proof) -> str:
    return f'<span class="rule">{code(proof.rule)}</span>'


def _evidence(memo: Memo, gate: GateProof, link: Link) -> str:
    entries, more = shown(gate.evidence, "evidence")
    parts = []
    for file in entries:
        place, name = link(file.file), code(short(memo, file.file))
        parts.append(f'<a href="{escape(place)}">{name}</a>' if place else name)
    return ", ".join([*parts, *([more] if more else [])])


def _objections(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.objections, "objections")
    if entries:
        yield _list([prose(objection, 300) for objection in entries], more)


def _waivers(memo: Memo) -> Iterator[str]:
    entries, more = shown(memo.waivers, "waivers")
    if entries:
        yield _list(
            [
                f"{code(waiver.name)} by {code(waiver.approver)} until {code(waiver.expires)}: "
                f"{text(waiver.reason, 200)}"
                for waiver in entries
            ],
            more,
        )


def _rollback(memo: Memo) -> Iterator[str]:
    rollback = memo.record.rollback
    yield f"<p>{text(rollback.plan) or 'No plan is named.'}</p>"
    where = f" ({linked('more', rollback.url)})" if rollback.url else ""
    yield f"<p>Owner: {text(rollback.owner) or 'nobody is named'}{where}</p>"


def _signatures(memo: Memo) -> Iterator[str]:
    yield f'<p class="badge {_CLASSES[memo.decision]}">{memo.decision}</p>'
    rows = ([text(name), text(role), "", ""] for name, role in memo.record.approvers or SIGNERS)
    yield _table(("Name", "As", "Signature", "Date"), rows, class_="signatures")


def _term(name: str, value: str) -> str:
    return f"<dt>{name}</dt><dd>{value}</dd>"


def _list(entries: Iterable[str], more: str) -> str:
    rest = [more] if more else []
    return "<ul>" + "".join(f"<li>{entry}</li>" for entry in [*entries, *rest]) + "</ul>"


def _table(heads: Iterable[str], rows: Iterable[Iterable[str]], class_: str = "") -> str:
    """Return a table that stays one for a screen reader where a narrow screen shows it as blocks."""
    named = f' class="{class_}"' if class_ else ""
    head = "".join(f'<th scope="col" role="columnheader">{text}</th>' for text in heads)
    cells = ("".join(f'<td role="cell">{value}</td>' for value in row) for row in rows)
    body = "".join(f'<tr role="row">{text}</tr>' for text in cells)
    return (
        f'<table role="table"{named}><thead role="rowgroup"><tr role="row">{head}</tr></thead>'
        f'<tbody role="rowgroup">{body}</tbody></table>'
    )


def _section(heading: str, parts: Iterator[str]) -> str:
    text = "\n".join(parts)
    return f"<section><h2>{heading}</h2>\n{text}</section>" if text else ""
