"""The options that say which policies and fixtures a rule author works on."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import click

from gatelib.errors import ConfigError, UsageError

if TYPE_CHECKING:
    from gatelib.authoring.workspace import Workspace

_CONFIG: Final = "gatelib.yaml"
_FIXTURES: Final = "fixtures"
_CORE: Final = Path("rego", "gatelib", "main.rego")


class Located(NamedTuple):
    """Where a workspace is."""

    base: Path
    policies: list[Path]
    fixtures: list[Path]


def workspace_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add ``--policies`` and ``--fixtures``, given as tuples of texts."""
    for option in (
        click.option("--fixtures", multiple=True, metavar="DIR", help="Fixtures; repeatable."),
        click.option(
            "--policies",
            multiple=True,
            metavar="DIR",
            help="Policies that you write; repeatable. Without it, those of the nearest gatelib.yaml.",
        ),
    ):
        command = option(command)
    return command


def opened(policies: tuple[str, ...], fixtures: tuple[str, ...]) -> Workspace:
    """Return the workspace that the options name, or else the one that this folder is in.

    Raises:
        UsageError: neither leads to a folder of policies.

    """
    from gatelib.authoring import workspace

    place = located(policies, fixtures)
    return workspace.open_(place.policies, place.fixtures, place.base)


def located(policies: tuple[str, ...], fixtures: tuple[str, ...]) -> Located:
    """Return where the workspace is that the options name, or else the one that this folder is in.

    Raises:
        UsageError: neither leads to a folder of policies.

    """
    here = Path.cwd()
    if policies:
        return Located(here, _absolute(here, policies), _absolute(here, fixtures))
    base, found = _nearest(here)
    given = _absolute(here, fixtures) if fixtures else [base / _FIXTURES] * (base / _FIXTURES).is_dir()
    return Located(base, found, given)


def folders(policies: tuple[str, ...]) -> tuple[Path, list[Path]]:
    """Return what names are relative to, and the folders of policies: those of the option, or the nearest.

    Raises:
        UsageError: there are none.

    """
    here = Path.cwd()
    return (here, _absolute(here, policies)) if policies else _nearest(here)


def _absolute(base: Path, folders: tuple[str, ...]) -> list[Path]:
    return [Path(os.path.normpath(base / folder)) for folder in folders]


def _nearest(here: Path) -> tuple[Path, list[Path]]:
    """Return the folder of the nearest workspace upwards, and its folders of policies."""
    for folder in (here, *here.parents):
        if (folder / _CORE).is_file():
            return folder, [folder / "rego"]
        listed = _policies_of(folder / _CONFIG)
        if listed:
            return folder, [Path(os.path.normpath(folder / entry)) for entry in listed]
    raise UsageError(
        "there are no policies here, or in any folder above",
        hint="name them by `--policies DIR`, or begin with `gatelib init`",
    )


def _policies_of(path: Path) -> list[str]:
    """Return the folders that a configuration names; all of it is read by its schema where a gate runs.

    Raises:
        ConfigError: it cannot be read: the next one upwards is of somebody else.

    """
    from gatelib.loader import load
    from gatelib.validation import at

    try:
        content = path.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return []
    except OSError as error:
        raise ConfigError(f"cannot be read: {error.strerror}", file=str(path)) from None
    loaded = load(content)
    if loaded.error is not None:
        raise ConfigError(loaded.error.message, file=str(path), line=loaded.error.line)
    value: Any = loaded.documents[0].value if loaded.documents else None
    listed = value.get("policies") if isinstance(value, dict) else None
    if listed is None:
        return []
    if not isinstance(listed, list) or not all(isinstance(entry, str) for entry in listed):
        raise at(("policies",), "`policies` must be a list of folders", content, str(path))
    return listed
