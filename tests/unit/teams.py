"""A team's own rules, written where a test needs them."""

from __future__ import annotations

from pathlib import Path

METADATA = """\
# METADATA
# title: {title}
# description: What a test needs.
# custom:
#   id: {id}
#   severity: high
#   controls: []
#   gates: [pr]
#   kinds: [{kinds}]
#   scope: {scope}
#   remediation: Do something else.
#   since: "1"
package gatelib.rules.{team}.{name}

import data.gatelib.lib.documents

subjects contains document.index if some document in documents.of_type("ConfigMap")

"""


def rule(
    folder: Path,
    body: str,
    *,
    id: str = "ACME-001",
    name: str = "own",
    team: str = "acme",
    scope: str = "document",
    kinds: str = "ConfigMap",
    title: str = "A rule of one's own",
) -> Path:
    """Write a rule about ConfigMaps with the given body, and return its file."""
    path = folder / f"{name}.rego"
    path.parent.mkdir(parents=True, exist_ok=True)
    head = METADATA.format(id=id, team=team, name=name, scope=scope, kinds=kinds, title=title)
    path.write_text(head + body)
    return path


def config_map(name: str, **data: str) -> str:
    """Return a ConfigMap as YAML."""
    values = "".join(f"  {key}: {value!r}\n" for key, value in data.items())
    head = f"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\n"
    return head + (f"data:\n{values}" if values else "")


DENY_BAD = """\
deny contains {
	"id": "ACME-001",
	"msg": sprintf("`%s` is bad", [document.name]),
	"document": document.index,
	"path": ["data", "is"],
} if {
	some document in documents.of_type("ConfigMap")
	document.content.data.is == "bad"
}
"""
"""Denies ConfigMaps whose `data.is` is `bad`."""

TO_NUMBER = """\
deny contains {
	"id": "ACME-001",
	"msg": "is over 9",
	"document": document.index,
	"path": ["data", "count"],
} if {
	some document in documents.of_type("ConfigMap")
	to_number(document.content.data.count) > 9
}
"""
"""Fails on a ConfigMap whose `data.count` is no number: a built-in's error."""

FOREVER = """\
deny contains {
	"id": "ACME-001",
	"msg": "never said",
	"document": document.index,
	"path": [],
} if {
	some document in documents.of_type("ConfigMap")
	some a in numbers.range(1, 100000)
	some b in numbers.range(1, 100000)
	a * b == 0
}
"""
"""Takes longer than anybody waits."""
