"""What keeps foreign policy and data from changing the answer.

Engines differ in what they refuse: data laid over a rule wins in regorus, wins in Conftest where the rule is
read as part of a whole, and stops OPA. So gatelib refuses it, and whatever else does not belong to a team,
before any engine starts.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Final

from gatelib import resources
from gatelib.catalog import Entry
from gatelib.errors import PolicyError
from gatelib.policy import Module

CORE_DOMAINS: Final = frozenset(
    {"data", "exceptions", "governance", "images", "kubernetes", "release", "tenancy"}
)
"""The second half of ``gatelib.rules.<domain>`` that is the library's own."""
CORE: Final = "core"
"""The owner of the library's own catalogue: a team of that name would put its rules in their place."""

RESERVED_PREFIX: Final = "GL-"
_CLOCK: Final = "time.now_ns"
_CLOCK_PACKAGE: Final = ["gatelib", "input"]
BUILTIN_NAMESPACES: Final = frozenset(
    {
        "array",
        "base64",
        "base64url",
        "bits",
        "crypto",
        "glob",
        "graph",
        "graphql",
        "hex",
        "http",
        "io",
        "json",
    }
    | {"net", "numbers", "object", "opa", "providers", "rand", "regex", "rego", "semver", "strings", "time"}
    | {"units", "urlquery", "uuid", "yaml"}
)
"""No name of a policy's own hides what is called under these."""


def check_module(module: Module) -> tuple[str, str]:
    """Return ``(team, name)`` of a team's policy.

    Raises:
        PolicyError: it does not parse, lies outside ``gatelib.rules.<team>``, or uses a built-in that is not
            in ``capabilities.json``.

    """
    package = check_builtins(module).split(".")
    if package[:2] != ["gatelib", "rules"] or len(package) != 4 or package[2] in CORE_DOMAINS | {CORE}:
        raise PolicyError(
            f"package `{'.'.join(package)}` is not a team's",
            file=module.path,
            hint="a rule of your own is `gatelib.rules.<team>.<rule>`",
        )
    return package[2], package[3]


def check_builtins(module: Module) -> str:
    """Return the package of a policy that uses no built-in but those of ``capabilities.json``.

    The clock is one of them in ``gatelib.input`` only.

    Raises:
        PolicyError: it does not parse, or uses another.

    """
    tree = _parse(module)
    package = _chain(tree["package"]["refr"])
    local = _aliases(tree, module.text) | _rule_names(tree)
    for chain, line in _called(tree):
        name = ".".join(chain)
        if chain[0] == "data" or (chain[0] in local and chain[0] not in BUILTIN_NAMESPACES):
            continue
        if name == _CLOCK and package == _CLOCK_PACKAGE:
            continue
        if name not in _allowed() or name == _CLOCK:
            raise PolicyError(
                f"`{name}` is not among the built-ins that a policy may use",
                file=module.path,
                line=line,
                hint="time is `data.gatelib.input.now_ns`"
                if name == _CLOCK
                else "see bundles/capabilities.json",
            )
    return ".".join(package or ["?"])


def check_catalog(team: str, entries: Mapping[str, Entry], core: Mapping[str, Entry]) -> None:
    """Refuse rules that take an ID of the library.

    Raises:
        PolicyError: an ID is the library's, or could become it.

    """
    for rule in entries:
        if rule in core or rule.startswith(RESERVED_PREFIX):
            raise PolicyError(
                f"rule ID `{rule}` of team `{team}` is the library's", hint="use a prefix of your own"
            )


def check_data(data: Mapping[str, Any], file: str) -> None:
    """Refuse data anywhere but under ``gatelib.params``.

    Exceptions and catalogues come their own ways, with their own checks; everything else would lie at, above
    or below a package's path.

    Raises:
        PolicyError: the data would change something else.

    """
    for path, value in _shallow_paths(data):
        if path == ("gatelib", "params") and not isinstance(value, dict):
            raise PolicyError("`gatelib.params` must be an object", file=file)
        if path != ("gatelib", "params"):
            raise PolicyError(
                f"data at `{'.'.join(path)}` may change what rules decide",
                file=file,
                hint="a team's data is `gatelib.params`",
            )
        for group, values in value.items():
            if not isinstance(values, dict):
                raise PolicyError(f"`gatelib.params.{group}` must be an object", file=file)


def _shallow_paths(data: Mapping[str, Any]) -> Iterator[tuple[tuple[str, ...], Any]]:
    for key, value in data.items():
        if key == "gatelib" and isinstance(value, dict) and value:
            yield from (((key, name), inner) for name, inner in value.items())
        else:
            yield (key,), value


def _parse(module: Module) -> dict[str, Any]:
    try:
        import regorus
    except ImportError:
        raise PolicyError(
            "policies of your own need the embedded engine's parser",
            file=module.path,
            hint="install its wheel",
        ) from None
    engine = regorus.Engine()
    try:
        engine.add_policy(module.path, module.text)
        trees = json.loads(engine.get_ast_as_json())
    except Exception as error:  # regorus raises RuntimeError and ValueError of its own making
        said = str(error).partition("Stack backtrace")[0].strip().splitlines()
        place = re.search(r"--> .*:(\d+):\d+$", str(error), re.MULTILINE)
        raise PolicyError(
            f"does not parse: {said[-1].removeprefix('error: ') if said else 'no reason given'}",
            file=module.path,
            line=int(place[1]) if place else None,
        ) from None
    tree: dict[str, Any] = trees[0]["ast"]
    return tree


@cache
def _allowed() -> frozenset[str]:
    listed = json.loads(resources.capabilities().read_bytes())["builtins"]
    return frozenset(entry["name"] for entry in listed)


def _aliases(tree: Mapping[str, Any], text: str) -> set[str]:
    found = set()
    for entry in tree.get("imports", []):
        alias = entry.get("as")
        chain = _chain(entry["refr"]) or ["?"]
        found.add(text.encode()[alias["start"] : alias["end"]].decode() if alias else chain[-1])
    return found


def _rule_names(tree: Mapping[str, Any]) -> set[str]:
    return {chain[0] for node in _nodes(tree.get("rules", [])) for chain in _heads(node)}


def _heads(node: Mapping[str, Any]) -> Iterator[list[str]]:
    for kind in ("Func", "Compr", "Set"):
        head = node.get(kind)
        if isinstance(head, dict) and "refr" in head and (chain := _chain(head["refr"])):
            yield chain


def _called(tree: Any) -> Iterator[tuple[list[str], int]]:
    """Yield what is called, and what ``with`` replaces or puts in its place."""
    for node in _nodes(tree):
        targets = [node["Call"]["fcn"]] if isinstance(node.get("Call"), dict) else []
        if isinstance(node.get("with_mods"), list):
            for modifier in node["with_mods"]:
                targets += [modifier[key] for key in ("refr", "as") if _is_dotted(modifier.get(key))]
        for target in targets:
            chain = _chain(target)
            yield (chain or ["a call that cannot be followed"]), _line(target)


def _is_dotted(node: Any) -> bool:
    chain = _chain(node) if isinstance(node, dict) else None
    return chain is not None and len(chain) > 1 and chain[0] not in ("input", "data")


def _chain(node: Any) -> list[str] | None:
    """``a.b["c"]`` as ``[a, b, c]``; ``None`` where a part is computed."""
    match node:
        case {"Var": {"value": str(name)}}:
            return [name]
        case {"RefDot": {"refr": inner, "field": [_, str(name)]}}:
            above = _chain(inner)
            return above and [*above, name]
        case {"RefBrack": {"refr": inner, "index": {"String": {"value": str(name)}}}}:
            above = _chain(inner)
            return above and [*above, name]
        case _:
            return None


def _nodes(node: Any) -> Iterator[dict[str, Any]]:
    todo = [node]
    while todo:
        current = todo.pop()
        if isinstance(current, dict):
            yield current
            todo.extend(current.values())
        elif isinstance(current, list):
            todo.extend(current)


def _line(node: Any) -> int:
    return next((inner["span"]["line"] for inner in _nodes(node) if isinstance(inner.get("span"), dict)), 1)
