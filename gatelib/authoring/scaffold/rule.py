"""The files of a new rule: it runs, and denies what has a placeholder's name."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from gatelib import catalog
from gatelib.authoring.scaffold.templates import first_of, render
from gatelib.errors import UsageError

MACROS: Final = ("workloads", "*")
"""What stands for kinds, and alone."""

_VERSIONS: Final = {"argoproj.io": "v1alpha1", "autoscaling": "v2"}
_STANDS_FOR: Final = {"workloads": "apps/Deployment", "*": "ConfigMap"}
_PLACEHOLDER: Final = "replace-me"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What an author says of a new rule."""

    id: str
    team: str
    """Or the domain, of a rule of the library's own."""
    name: str
    title: str
    kinds: tuple[str, ...]
    why: str | None = None
    """Why the title must hold."""
    fix: str | None = None
    """What to do about a finding."""
    severity: str = "medium"
    gates: tuple[str, ...] = ("pr",)
    controls: tuple[str, ...] = ()
    scope: str = "document"
    since: str = "0.1.0"


def files(
    rule: Rule, *, policies: str, fixtures: str, schema: str | None, kinds: Mapping[str, Any]
) -> dict[str, bytes]:
    """Return the files of a rule by their names.

    ``policies`` and ``fixtures`` are the folders of its team; ``schema`` is where fixtures' schema lies. All
    are relative to the repository, with slashes. ``kinds`` is ``data.gatelib.kinds``.

    Raises:
        UsageError: a macro does not stand alone, or the title is no line of text.
        PolicyError: the ID or a kind is not of its form.

    """
    values = _values(rule, kinds)
    policy = f"{policies}/{rule.name}/{rule.name}"
    text = render("rule/policy.rego", **values)
    catalog.read_metadata(text.decode(), f"{policy}.rego")
    return {
        f"{policy}.rego": text,
        f"{policy}_test.rego": render("rule/tests.rego", **values),
        **_case(f"{fixtures}/{rule.name}/allow/holds", "web", values, schema),
        **_case(f"{fixtures}/{rule.name}/deny/breaks", _PLACEHOLDER, values, schema),
    }


def _values(rule: Rule, kinds: Mapping[str, Any]) -> dict[str, Any]:
    for text in (rule.title, rule.why, rule.fix):
        if text is not None and not (text.isprintable() and text.strip()):
            raise UsageError("what describes a rule is one line of text", hint="say it as a sentence")
    macro = next((kind for kind in rule.kinds if kind in MACROS), None)
    if macro and len(rule.kinds) > 1:
        raise UsageError(f"`{macro}` stands for kinds, and alone", hint="name kinds, or the one word")
    first = _STANDS_FOR[macro] if macro else rule.kinds[0]
    group, _, kind = first.rpartition("/")
    version = _VERSIONS.get(group, "v1")
    namespaced = kind not in kinds["cluster_scoped"]
    looks_up = rule.scope == "set" and namespaced
    return {
        "id": rule.id,
        "team": rule.team,
        "name": rule.name,
        "title": rule.title,
        "why": rule.why or "Write me: why this must hold, and what goes wrong where it does not.",
        "fix": rule.fix or "Write me: what to do about a finding.",
        "severity": rule.severity,
        "controls": rule.controls,
        "gates": rule.gates,
        "kinds": [
            *(f'"{kind}"' if kind == "*" else kind for kind in rule.kinds),
            *(["Namespace"] if looks_up and macro != "*" else []),
        ],
        "scope": rule.scope,
        "since": rule.since,
        "types": rule.kinds,
        "macro": macro == "workloads",
        "everything": macro == "*",
        "containers": macro == "workloads" and rule.scope == "document",
        "looks_up": looks_up,
        "namespaced": namespaced,
        "api_version": f"{group}/{version}" if group else version,
        "kind": kind,
    }


def _case(name: str, called: str, values: Mapping[str, Any], schema: str | None) -> dict[str, bytes]:
    """Return a fixture's manifest and what is expected of it."""
    group, _, _ = values["api_version"].rpartition("/")
    own = f"manifests/{group}_{values['kind']}.yaml" if group else f"manifests/{values['kind']}.yaml"
    about = {key: values[key] for key in ("api_version", "kind", "namespaced")}
    in_pod = values["containers"]
    manifest = render(
        first_of(own, "manifests/generic.yaml"),
        **about,
        name="web" if in_pod else called,
        container=called if in_pod else "web",
    )
    if values["looks_up"]:
        manifest = render("manifests/labelled.yaml") + b"---\n" + manifest
    path = ["spec", "template", "spec", "containers", 0, "name"] if in_pod else ["metadata", "name"]
    expected = render(
        "rule/expected.json",
        schema="../" * name.count("/") + schema if schema else None,
        denied=called == _PLACEHOLDER,
        document=1 if values["looks_up"] else 0,
        path=path,
        message=f"{'container ' if in_pod else ''}`{called}` has the placeholder's name",
    )
    return {f"{name}.yaml": manifest, f"{name}.expected.json": expected}
