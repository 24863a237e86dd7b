"""The ``gatelib`` command, its groups and its exit codes.

0 pass · 1 findings that fail · 2 usage or configuration · 3 something could not be read or judged. Never
anything else.
"""

from __future__ import annotations

import gc
import io
import os
import sys
from typing import Final

import click

from gatelib._version import __version__
from gatelib.cli import complain
from gatelib.cli.lazy import LazyGroup
from gatelib.errors import BundleError, EngineError, EvidenceError, GatelibError, LoadError, RegistryError

_COMMANDS: Final = {
    "attest": ("gatelib.cli.attest", "attest", "Render, sign and verify control attestations."),
    "audit": ("gatelib.cli.audit", "audit", "Choose releases, and verify them again."),
    "bundle": ("gatelib.cli.bundle", "bundle", "Build, sign, verify, compare and ship bundles."),
    "check": ("gatelib.cli.check", "check", "Judge manifests and records: the main job."),
    "controls": ("gatelib.cli.controls", "controls", "List the controls, and what they are in frameworks."),
    "engines": ("gatelib.cli.engines", "engines", "List the engines and whether each can be used."),
    "evidence": ("gatelib.cli.evidence", "evidence", "Make, seal, verify and ship Evidence Packs."),
    "exception": ("gatelib.cli.exception", "exception", "Write, sign, verify and revoke exceptions."),
    "explain": ("gatelib.cli.explaining", "explain", "Show a rule's page."),
    "export": ("gatelib.cli.export", "export", "Write the policy in the forms that other tools enforce."),
    "init": ("gatelib.cli.initiating", "init", "Begin a repository for a team's own rules."),
    "ledger": ("gatelib.cli.ledger", "ledger", "Keep the audit ledger, and verify it."),
    "memo": ("gatelib.cli.memo", "memo", "Write the go/no-go memo of a release."),
    "metrics": ("gatelib.cli.metrics", "metrics", "Turn reports and decision logs into OpenMetrics."),
    "normalize": ("gatelib.cli.normalize", "normalize", "Print what an engine would be given."),
    "portal": ("gatelib.cli.portal", "portal", "Build the site that auditors read."),
    "rules": ("gatelib.cli.rules", "rules", "List, write, test and compare rules."),
    "schemas": ("gatelib.cli.schemas", "schemas", "Print the JSON Schemas that editors complete by."),
}


_UNJUDGED: Final = (BundleError, EngineError, EvidenceError, LoadError, RegistryError)


@click.group(
    cls=LazyGroup,
    table=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Example: gatelib check k8s/",
)
@click.version_option(__version__, prog_name="gatelib", message="%(prog)s %(version)s")
def cli() -> None:
    """Decide whether a change may ship."""


def main() -> None:
    """Run the command and leave with one of the four codes."""
    # What is built here lives until the end; looking for cycles in it would take a tenth of a short run.
    gc.disable()
    # An engine's backtraces would end up in its messages.
    os.environ["RUST_BACKTRACE"] = "0"
    sys.exit(_run())


def _run() -> int:
    try:
        code = cli.main(standalone_mode=False)
    except click.ClickException as error:
        said = io.StringIO()
        error.show(said)
        for line in said.getvalue().splitlines():
            complain(line)
        return 2
    except click.exceptions.Abort:
        click.echo("gatelib: interrupted", err=True)
        return 3
    except GatelibError as error:
        _diagnose(error)
        return 3 if isinstance(error, _UNJUDGED) else 2
    except (BrokenPipeError, SystemExit):
        # The reader went away; what it read is its own affair, the verdict is lost. Click would exit with 1.
        sys.stdout = open(os.devnull, "w")  # noqa: SIM115, PTH123 - so that nothing is flushed into the pipe
        return 3
    except KeyboardInterrupt:
        click.echo("gatelib: interrupted", err=True)
        return 3
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("gatelib: this is a bug in gatelib, not in your manifests; please report it", err=True)
        return 3
    return code if isinstance(code, int) else 0


def _diagnose(error: GatelibError) -> None:
    place = ":".join(str(part) for part in (error.file, error.line, error.column) if part is not None)
    complain(f"gatelib: {place}: {error.message}" if place else f"gatelib: {error.message}")
    if error.hint:
        complain(f"  {error.hint}")
