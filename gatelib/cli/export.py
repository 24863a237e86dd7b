"""``gatelib export``."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from gatelib.bundle import loading
from gatelib.cli.keys import verifying
from gatelib.cli.params import moment
from gatelib.cli.trust import trust_of, trust_of_evidence
from gatelib.errors import UsageError
from gatelib.export import folder as place
from gatelib.policy import Policy

_BUNDLE = click.Path(dir_okay=False, path_type=Path)
_TRUST = "Whose `trust` says whose signatures count."
_FOLDER = click.Path(file_okay=False, path_type=Path)


@click.group(epilog="Example: gatelib export conftest pr.tar.gz gate/")
def export() -> None:
    """Write a bundle's policy in the forms that other tools enforce."""


@export.command(epilog="Example: gatelib export conftest pr.tar.gz gate/ && cd gate && conftest test ../k8s")
@click.argument("bundle", type=_BUNDLE)
@click.argument("folder", type=_FOLDER)
@click.option("--exceptions", multiple=True, metavar="PATH", help="PolicyExceptions for the data.")
@click.option("--evidence", multiple=True, metavar="PATH", help="Evidence for the data.")
@click.option("--config", metavar="FILE", help=_TRUST)
@verifying
def conftest(
    bundle: Path,
    folder: Path,
    exceptions: tuple[str, ...],
    evidence: tuple[str, ...],
    config: str | None,
    **given: Any,
) -> None:
    """Write a folder with which `conftest test` gives the same decision, without Python.

    The folder must be empty, not there, or an older export, which is replaced.
    """
    from gatelib.export import conftest as form

    policy = _with_records(_policy(bundle, **given), exceptions, evidence, config)
    _write(form.files(policy), folder, policy)


@export.command(epilog="Example: gatelib export gatekeeper admission.tar.gz gatekeeper/")
@click.argument("bundle", type=_BUNDLE)
@click.argument("folder", type=_FOLDER)
@click.option("--exceptions", multiple=True, metavar="PATH", help="PolicyExceptions for the Constraints.")
@click.option("--evidence", multiple=True, metavar="PATH", help="ImageEvidence for the Constraints.")
@click.option("--config", metavar="FILE", help=_TRUST)
@click.option("--fixtures", type=_FOLDER, help="Fixtures to make suites for `gator verify` of.")
@verifying
def gatekeeper(
    bundle: Path,
    folder: Path,
    exceptions: tuple[str, ...],
    evidence: tuple[str, ...],
    config: str | None,
    fixtures: Path | None,
    **given: Any,
) -> None:
    """Write a ConstraintTemplate, its Constraints and what Gatekeeper must sync for it.

    The folder must be empty, not there, or an older export, which is replaced.
    """
    from gatelib.export import gatekeeper as form

    policy = _with_records(_policy(bundle, **given), exceptions, evidence, config)
    files = form.files(policy)
    if fixtures is not None:
        from gatelib.export.gatekeeper import suites

        made = suites.build(policy, fixtures)
        files |= made.files
        for name, reason in made.left_out.items():
            click.echo(f"left out: {name}: {reason}")
        click.echo(f"{len(made.carried)} of {len(made.carried) + len(made.left_out)} fixtures are in suites")
    _write(files, folder, policy)


def _policy(bundle: Path, **given: Any) -> Policy:
    """Return the policy of a bundle that has proved what the options ask."""
    return loading.policy(loading.read(bundle, trust_of(**given), now=moment(None)))


def _with_records(
    policy: Policy, exceptions: tuple[str, ...], evidence: tuple[str, ...], config: str | None
) -> Policy:
    """Return the policy with exceptions and evidence, and what was verified of them, in its data."""
    if not exceptions and not evidence:
        return policy
    from gatelib.bundle import given as records

    trust = trust_of_evidence(config, evidence)
    found = records.read(exceptions, evidence, base=Path.cwd(), now=moment(None), trust=trust)
    beside = {
        "exceptions": found.exceptions,
        "evidence": found.evidence,
        "verifications": found.verifications,
    }
    return replace(policy, data={**policy.data, **beside})


def _write(files: Mapping[str, bytes], folder: Path, policy: Policy) -> None:
    target = Path(os.path.normpath(folder.absolute()))
    if Path.cwd().is_relative_to(target):
        raise UsageError("an export replaces its folder, and you are in it", hint="name another folder")
    place.write(files, target)
    click.echo(f"{folder}: {len(policy.catalog)} rules of {policy.data['bundle']['revision']}")
