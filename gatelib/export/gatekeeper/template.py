"""The ConstraintTemplate."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import orjson

from gatelib.export.gatekeeper import sync
from gatelib.export.gatekeeper.rewriting import Constants, as_libraries
from gatelib.export.gatekeeper.structural import structural
from gatelib.policy import Module, Policy, shipped

KIND: Final = "GatelibPolicy"
TARGET: Final = "admission.k8s.gatekeeper.sh"
GATE: Final = "admission"
SHAPE: Final = "gatekeeper_review"

_COMPILED: Final = "gatelib.compiled"
_REQUEST: Final = "gatelib.admission.request"
_OF_THE_CONSTRAINT: Final = ("params", "exceptions", "evidence", "verifications")
_NOT_SHOWN: Final = frozenset({"Cc", "Cf", "Co", "Cs", "Zl", "Zp"})
_HERE: Final = Path(__file__).parent


def manifest(policy: Policy, rules: Sequence[str]) -> bytes:
    """Return the template as JSON: YAML would need quotes around keys such as ``n`` and ``y``.

    Raises:
        PolicyError: the policy cannot be carried over.

    """
    content = {
        "apiVersion": "templates.gatekeeper.sh/v1",
        "kind": "ConstraintTemplate",
        "metadata": {
            "name": KIND.lower(),
            "annotations": {
                "description": "The decision of gatelib's admission gate.",
                "gatelib.dev/revision": policy.data["bundle"]["revision"],
                **sync.annotation(sync.kinds(policy, rules)),
            },
        },
        "spec": {
            "crd": {
                "spec": {
                    "names": {"kind": KIND},
                    "validation": {"legacySchema": False, "openAPIV3Schema": schema(policy)},
                }
            },
            "targets": [
                {
                    "target": TARGET,
                    "code": [{"engine": "Rego", "source": {"version": "v1", **rego(policy, rules)}}],
                }
            ],
        },
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE)


def rego(policy: Policy, rules: Sequence[str]) -> dict[str, Any]:
    """Return the entry as ``rego`` and all that it imports as ``libs``.

    Raises:
        PolicyError: a module reads ``data`` in a way that Gatekeeper does not follow.

    """
    given = policy.engine_data(rules)["gatelib"]
    own = [Module(name, (_HERE / name).read_text("utf-8")) for name in ("synced.rego", "compiled.rego")]
    replaced = {module.package for module in own}
    modules = [*own, *(module for module in _modules(policy, rules) if module.package not in replaced)]
    libraries = as_libraries(modules, Constants(_COMPILED, {*given, *_OF_THE_CONSTRAINT}))
    return {
        "rego": (_HERE / "entry.rego").read_text("utf-8"),
        "libs": [*libraries, _constants(policy, rules, given)],
    }


def schema(policy: Policy) -> dict[str, Any]:
    """Return the form of a Constraint's parameters, as a structural schema."""
    record = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "type": "object",
        "required": ["action", "rules"],
        "properties": {
            "action": {
                "description": "Which findings become violations: those that deny, warn or are on trial.",
                "type": "string",
                "enum": ["deny", "warn", "canary"],
            },
            "rules": {
                "description": "The IDs of the rules that run.",
                "type": "array",
                "minItems": 1,
                "items": {"type": "string"},
            },
            "params": structural(policy.data["params_schema"]),
            "exceptions": {
                "description": "PolicyException records whose signatures have been verified.",
                "type": "array",
                "items": record,
            },
            "evidence": {
                "description": "What is known of images, by the file it came from.",
                "type": "object",
                "additionalProperties": record,
            },
            "verifications": {
                "description": "What gatelib verified of that.",
                "type": "array",
                "items": record,
            },
        },
    }


def as_message(policy: Policy, finding: Mapping[str, Any]) -> str:
    """Return what a violation says of a finding: the same text that the entry makes."""
    entry = policy.catalog.get(finding["rule"])
    said = f"{finding['rule']}: {finding['msg']}."
    text = f"{said} {one_line(entry['remediation'])}" if entry else said
    return "".join("\ufffd" if unicodedata.category(char) in _NOT_SHOWN else char for char in text)


def _modules(policy: Policy, rules: Sequence[str]) -> list[Module]:
    """Return what the rules need, and what says that a request makes nothing that is to be judged."""
    modules = list(policy.modules_for(rules))
    if any(module.package == _REQUEST for module in modules):
        return modules
    own = [module for module in policy.modules if module.package == _REQUEST]
    # A bundle that takes no AdmissionReview brings none.
    return [*modules, *(own or (module for module in shipped().modules if module.package == _REQUEST))]


def _constants(policy: Policy, rules: Sequence[str], given: Mapping[str, Any]) -> str:
    """Return what elsewhere is data as rules of constant value."""
    fixed = {**given["bundle"], "gate": GATE, "inputs": [SHAPE]}
    remedies = {rule: one_line(policy.catalog[rule]["remediation"]) for rule in rules}
    constants = {name: value for name, value in given.items() if name not in ("bundle", *_OF_THE_CONSTRAINT)}
    return (
        f"package lib.{_COMPILED}\n"
        + "".join(f"{name} := {_literal(value)}\n" for name, value in sorted(constants.items()))
        + f"remedies := {_literal(remedies)}\n"
        + f"given_params := {_literal(given['params'])}\n"
        # Of a constant object, OPA refuses to read a key that is not there; of what a built-in returns, none.
        + f"bundle := object.union({_literal(fixed)}, {{}})\n"
    )


def one_line(text: str) -> str:
    """Return a text of several lines as one."""
    return " ".join(text.split())


def _literal(value: object) -> str:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
