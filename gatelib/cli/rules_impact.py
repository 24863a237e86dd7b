"""``gatelib rules impact``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
import orjson

from gatelib import engines
from gatelib.catalog import GATES
from gatelib.cli import put
from gatelib.cli.files import write_file
from gatelib.cli.params import moment, stdin, surroundings
from gatelib.errors import UsageError

if TYPE_CHECKING:
    from gatelib.authoring.impact.comparing import Checkout
    from gatelib.authoring.impact.model import Impact, Threshold
    from gatelib.authoring.impact.sides import Opener

_FILE = click.Path(path_type=Path)


@click.command(epilog="Example: gatelib rules impact --from main k8s/ --format markdown")
@click.argument("sources", nargs=-1, metavar="[SOURCE]...")
@click.option("--from", "old", metavar="POLICIES", help="A bundle, definition, folder or git revision.")
@click.option("--to", "new", metavar="POLICIES", help="The same.  [default: the work tree]")
@click.option("--policies", multiple=True, metavar="DIR", help="Where a revision has its policies.")
@click.option("--repositories", metavar="LIST", type=_FILE, help="Judge each folder in this list by itself.")
@click.option("--decision-log", "logs", multiple=True, metavar="FILE", type=_FILE, help="Of an OPA.")
@click.option("--reviews", multiple=True, metavar="FILE", type=_FILE, help="Recorded AdmissionReviews.")
@click.option(
    "--audit", "audits", multiple=True, metavar="FILE", type=_FILE, help="Of Gatekeeper; with --ready."
)
@click.option("--ready", is_flag=True, help="Say which rules on trial can deny; SOURCE is a report.")
@click.option(
    "--quiet-days", type=click.IntRange(min=1), metavar="N", help="Without a would-be denial.  [default: 14]"
)
@click.option("--min-judged", type=click.IntRange(min=0), metavar="N", help="In these days.  [default: 100]")
@click.option("--rule", "rules", multiple=True, metavar="ID", help="Only this rule; repeatable.")
@click.option("--fail-on-new", metavar="N|N%", help="Exit with 1 if more subjects are newly denied.")
@click.option("--gate", type=click.Choice(GATES), help="The moment to judge for.")
@click.option("--engine", type=click.Choice(engines.local()), help="What runs the rules.")
@click.option("--config", metavar="FILE", help="As for check.  [default: gatelib.yaml]")
@click.option("--exceptions", multiple=True, metavar="PATH", help="PolicyException records.")
@click.option("--inventory", multiple=True, metavar="PATH", help="Objects to look up, not to judge.")
@click.option("--verification-key", "keys", multiple=True, metavar="[KEYID=]FILE", help="Of bundles.")
@click.option("--scope", default="", metavar="TEXT", help="What bundles must be signed for.")
@click.option("--min-revision", metavar="REVISION", help="Refuse an older bundle.")
@click.option("--now", metavar="TIME", help="The moment, RFC 3339.  [default: the clock]")
@click.option("--jobs", type=int, metavar="N", help="Processes.  [default: one a core]")
@click.option(
    "--format", "form", type=click.Choice(["text", "json", "markdown"]), default="text", show_default=True
)
@click.option("-o", "--output", metavar="FILE", type=_FILE, help="Default: the screen.")
def impact(ready: bool, form: str, output: Path | None, **given: Any) -> int:
    """Say what a change of policies does to SOURCE.

    Exit code: 0, 1 above the threshold (or not ready), 2 usage, 3 something could not be read or judged.
    """
    text, code = _ready(form, **given) if ready else _compared(form, **given)
    if output is None:
        put(text.encode("utf-8", "backslashreplace"))
    else:
        write_file(output, text.encode("utf-8", "backslashreplace"))
    return code


def _compared(form: str, **given: Any) -> tuple[str, int]:
    from gatelib.authoring.impact.again import Recorded
    from gatelib.authoring.impact.comparing import compare
    from gatelib.settings import Settings

    if given["old"] is None:
        raise UsageError("there is nothing to compare with", hint="name it with --from, such as --from main")
    if given["audits"]:
        raise UsageError(
            "an audit says what was found, and not what was judged, so no other policy can judge it",
            hint="give the objects (`kubectl get … -o json`) to compare, or the audit to --ready",
        )
    if given["quiet_days"] is not None or given["min_judged"] is not None:
        raise UsageError("--quiet-days and --min-judged are for --ready")
    recorded = [Recorded(path, "decision_log") for path in given["logs"]]
    recorded += [Recorded(path, "reviews") for path in given["reviews"]]
    checkouts = _checkouts(given["sources"], given["repositories"])
    if not checkouts and not recorded:
        raise UsageError(
            "there is nothing to judge",
            hint="name files, folders, --repositories, --decision-log or --reviews",
        )
    at = moment(given["now"])
    opener = _opener(at, **given)
    sides = opener.open(given["old"]), opener.open(given["new"])
    settings = Settings(
        gate=given["gate"],
        rules=given["rules"],
        engine=given["engine"],
        config=given["config"] and Path(given["config"]).absolute(),
        exceptions=[str(Path(path).absolute()) for path in given["exceptions"]],
        inventory=[str(Path(path).absolute()) for path in given["inventory"]],
        now=given["now"],
        jobs=given["jobs"],
        **surroundings(),
    )
    found = compare(
        sides,
        settings=settings,
        now=at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        checkouts=checkouts,
        recorded=recorded,
        threshold=_threshold(given["fail_on_new"]),
    )
    return _rendered(found, form), found.exit_code


def _rendered(found: Impact, form: str) -> str:
    if form == "json":
        from gatelib.authoring.impact import form as as_json

        options = orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE
        return orjson.dumps(as_json.of(found), option=options).decode()
    if form == "markdown":
        from gatelib.authoring.impact import markdown

        return markdown.render(found)
    from gatelib.authoring.impact import text

    return text.render(found)


def _opener(at: Any, **given: Any) -> Opener:
    from gatelib.authoring.impact.sides import Opener
    from gatelib.cli.trust import trust_of
    from gatelib.cli.workspaces import folders

    return Opener(
        base=Path.cwd(),
        folders=lambda: folders(given["policies"]),
        trust=trust_of(
            keys=given["keys"], algorithm=None, scope=given["scope"], min_revision=given["min_revision"]
        ),
        now=at,
        access=surroundings()["access"],
    )


def _checkouts(sources: tuple[str, ...], listed: Path | None) -> list[Checkout]:
    from gatelib.authoring.impact.comparing import Checkout

    here = Path.cwd()
    content = stdin().read() if "-" in sources else None
    found = [Checkout(name=None, base=here, paths=sources, stdin=content)] if sources else []
    if listed is None:
        return found
    try:
        lines = listed.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError):
        raise UsageError("the list of repositories cannot be read", file=str(listed)) from None
    names = [line.strip() for line in lines if line.strip() and not line.lstrip().startswith("#")]
    if not names:
        raise UsageError("the list names no repository", file=str(listed), hint="a folder a line")
    for name in dict.fromkeys(names):
        base = (listed.parent / name).absolute()
        if not base.is_dir():
            raise UsageError(
                f"there is no folder `{name}`",
                file=str(listed),
                line=lines.index(name) + 1 if name in lines else None,
            )
        found.append(Checkout(name=name, base=base, paths=(".",)))
    return found


def _threshold(given: str | None) -> Threshold | None:
    if given is None:
        return None
    from gatelib.authoring.impact.model import Threshold

    match = re.fullmatch(r"(\d{1,9}(?:\.\d{1,3})?)(%?)", given, re.ASCII)
    if match is None or ("." in match[1] and not match[2]):
        raise UsageError(f"`{given}` is no number of subjects", hint="such as 0, 25 or 2.5%")
    return Threshold(text=given, value=float(match[1]), is_share=bool(match[2]))


def _ready(form: str, **given: Any) -> tuple[str, int]:
    from gatelib.authoring.impact import audits, readiness, ready_pages, trials
    from gatelib.authoring.impact.owners import Owners
    from gatelib.loader import Limits
    from gatelib.normalize import Kinds
    from gatelib.policy import shipped

    for option in ("old", "repositories", "reviews", "fail_on_new"):
        if given[option]:
            name = {"old": "from"}.get(option, option.replace("_", "-"))
            raise UsageError(f"--{name} is for comparing, and not for --ready")
    if not (given["sources"] or given["logs"] or given["audits"]):
        raise UsageError("there is nothing to read", hint="name reports, --decision-log or --audit")
    at = moment(given["now"])
    policy = shipped() if given["new"] is None else _opener(at, **given).open(given["new"]).policy
    days = readiness.QUIET_DAYS if given["quiet_days"] is None else given["quiet_days"]
    least = readiness.MIN_JUDGED if given["min_judged"] is None else given["min_judged"]
    ledger = readiness.Ledger(now=at, quiet_days=days)
    ledger.on_trial |= trials.on_trial(policy)
    owners = Owners(Path.cwd(), (), Kinds.of(policy.data["kinds"]), None, Limits())
    trials.of_reports([Path(path) for path in given["sources"]], ledger, owners.of)
    trials.of_logs(given["logs"], ledger, owners.of, policy)
    audits.of_audits(given["audits"], ledger, owners.of)
    found = readiness.weigh(ledger, given["rules"], min_judged=least)
    return ready_pages.render(found, form), found.exit_code
