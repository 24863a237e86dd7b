"""The files of a team's own policy repository."""

from __future__ import annotations

from typing import Final

from gatelib._version import __version__
from gatelib.authoring import schemas
from gatelib.authoring.lint import ledger
from gatelib.authoring.scaffold.templates import render
from gatelib.policy import Policy

SCHEMAS: Final = ".gatelib/schemas"
"""Where the schemas lie that editors complete by."""

_SCHEMAS: Final = ("bundle", "config", "fixture", "parameters")
_TEMPLATES: Final = {
    "gatelib.yaml": "gatelib.yaml",
    "policies/parameters.yaml": "parameters.yaml",
    "requirements.txt": "requirements.txt",
    "README.md": "README.md",
    ".gitignore": "gitignore",
    ".pre-commit-config.yaml": "pre-commit-config.yaml",
}
_PIPELINES: Final = {
    "github": {".github/workflows/policies.yml": "github.yml"},
    "gitlab": {".gitlab-ci.yml": "gitlab-ci.yml"},
    "none": {},
}
PIPELINES: Final = tuple(_PIPELINES)
"""What may run them in CI."""


def files(team: str, prefix: str, pipeline: str, policy: Policy) -> dict[str, bytes]:
    """Return the files of a repository by their names, for one of :data:`PIPELINES`."""
    bundle = team.replace("_", "-").rstrip("-")
    values = {"team": team, "prefix": prefix, "bundle": bundle, "version": __version__}
    templates = {
        **_TEMPLATES,
        f"bundles/{bundle}.yaml": "bundle.yaml",
        **_PIPELINES[pipeline],
    }
    rendered = {name: render(f"repository/{template}", **values) for name, template in templates.items()}
    written = {f"{SCHEMAS}/{name}.json": schemas.text(name, policy) for name in _SCHEMAS}
    return dict(sorted({**rendered, **written, ledger.NAME: ledger.with_new(None, {})}.items()))
