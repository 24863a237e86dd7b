"""Which rules on trial are ready, as text, Markdown or JSON."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import orjson

from gatelib.authoring.impact.readiness import Denial, Readiness, Trial, stamp
from gatelib.authoring.impact.wording import NOBODY
from gatelib.reporters.markdown import LIMIT
from gatelib.reporters.prose import cell, code, prose
from gatelib.reporters.show import inert, plural, visible

_NAME: Final = 160
_SENTENCE: Final = 400


def render(found: Readiness, form: str) -> str:
    """Return the page in one of the three formats."""
    if form == "json":
        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(found.to_dict(), option=options).decode()
    if form == "markdown":
        return _markdown(found)
    return "\n".join(inert(visible(line)) for line in _text(found)) + "\n"


def _text(found: Readiness) -> Iterator[str]:
    for trial in found.trials:
        yield f"{trial.rule} {'is ready' if trial.ready else 'is not ready'}: {trial.reason}"
        if trial.since and trial.last_look:
            looks = f"{stamp(trial.since)} to {stamp(trial.last_look)}"
            denied = plural(len(trial.denials), "subject")
            yield f"    {plural(trial.looks, 'look')} from {looks}, {denied} would be denied"
        yield from (f"    {_denial(denial)}" for denial in trial.denials)
    if not found.trials:
        yield "No rule is on trial, in what was given or in the policies"
    yield from (
        f"error: {problem}{f' ({problem.hint})' if problem.hint else ''}" for problem in found.problems
    )
    yield from (f"left out: {note}" for note in found.notes)


def _denial(denial: Denial) -> str:
    what = str(denial.found.resource or denial.found.place.file or denial.found.fingerprint)
    when = f"{plural(denial.times, 'time')}, last at {stamp(denial.last)}"
    return f"{what}, {denial.owner.name or NOBODY}: {denial.found.message} ({when})"


def _markdown(found: Readiness) -> str:
    lines = ["<!-- gatelib-readiness -->", f"### Rules on trial, as of {code(stamp(found.now))}", ""]
    if found.trials:
        lines += ["| Rule | Ready | Judged | Would be denied | Why |", "| --- | --- | ---: | ---: | --- |"]
    lines += [_row(trial) for trial in found.trials]
    lines += [""] if found.trials else ["No rule is on trial.", ""]
    lines += [f"- {prose(str(problem), _SENTENCE)}" for problem in found.problems]
    lines += [f"- {prose(note, _SENTENCE)}" for note in found.notes]
    head = "\n".join(lines).rstrip()
    room = LIMIT - len(head) - 200
    entries = [
        f"- {code(trial.rule)}: {prose(_denial(one), _SENTENCE)}"
        for trial in found.trials
        for one in trial.denials
    ]
    kept: list[str] = []
    for entry in entries:
        room -= len(entry) + 1
        if room < 0:
            break
        kept.append(entry)
    more = len(entries) - len(kept)
    rest = ["", f"and {more} more, left out for the length of this comment."] if more else []
    title = f"<details><summary>What they would deny ({len(entries)})</summary>"
    folded = "\n".join([title, "", *kept, *rest, "", "</details>"]) if entries else ""
    return "\n\n".join(part for part in (head, folded) if part) + "\n"


def _row(trial: Trial) -> str:
    cells = (
        code(trial.rule, _NAME),
        "yes" if trial.ready else "no",
        str(trial.judged),
        str(len(trial.denials)),
        prose(trial.reason, _SENTENCE),
    )
    return "| " + " | ".join(map(cell, cells)) + " |"
