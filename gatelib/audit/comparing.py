"""Two reports in their JSON form, compared field by field."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import orjson

_LONGEST: Final = 120
"""Characters of a value that a difference shows."""


class Difference(NamedTuple):
    """A field that is not what it was."""

    field: str
    """Such as ``rules[GL-REL-003].status``."""
    message: str


def differences(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[Difference]:
    """Return in what a report differs from the one of its day.

    The program and the engine that judge today are not compared, nor what a folder held besides its input.
    """
    return [*_between(_comparable(then), _comparable(now), "")]


def notes(then: Mapping[str, Any], now: Mapping[str, Any]) -> list[str]:
    """Return what judged then and judges otherwise now; by itself that is no difference."""
    pairs = (
        (f"{then[key]['name']} {then[key]['version']}", f"{now[key]['name']} {now[key]['version']}")
        for key in ("tool", "engine")
    )
    return [f"judged by {one} then, and by {other} now" for one, other in pairs if one != other]


_Key = Callable[[Mapping[str, Any]], str]

_KEYS: Final[Mapping[str, _Key]] = {
    "rules": lambda entry: str(entry["id"]),
    "findings": lambda entry: str(entry["fingerprint"]),
    "exceptions": lambda entry: str(entry["name"]),
    "inputs": lambda entry: str(entry["file"]),
    "evidence": lambda entry: str(entry["file"]),
    "errors": lambda entry: f"{entry['code']} {entry['file']}:{entry['line']}:{entry['column']}",
    "not_judged": lambda entry: f"{entry['file']}:{entry['document']}",
}
"""By what the entries of a list are found again."""


def _comparable(report: Mapping[str, Any]) -> dict[str, Any]:
    left = {key: value for key, value in report.items() if key not in ("tool", "engine")}
    # Of what lies in a folder and is no input, no report has the bytes.
    left["not_judged"] = [entry for entry in report["not_judged"] if entry["document"] is not None]
    return left


def _between(then: Any, now: Any, where: str) -> Iterator[Difference]:
    if isinstance(then, dict) and isinstance(now, dict):
        for key in sorted(then.keys() | now.keys()):
            field = f"{where}.{key}" if where else key
            if key not in now or key not in then:
                yield Difference(field, _gone(then[key]) if key in then else _new(now[key]))
            elif key in _KEYS and not where:
                yield from _entries(then[key], now[key], key)
            else:
                yield from _between(then[key], now[key], field)
    elif isinstance(then, list) and isinstance(now, list) and len(then) == len(now):
        for number, (one, other) in enumerate(zip(then, now, strict=True)):
            yield from _between(one, other, f"{where}[{number}]")
    elif not _same(then, now):
        yield Difference(where, f"was {_shown(then)}, and is {_shown(now)}")


def _entries(then: Sequence[Any], now: Sequence[Any], name: str) -> Iterator[Difference]:
    """Compare lists whose order means nothing."""
    before, after = _grouped(then, _KEYS[name]), _grouped(now, _KEYS[name])
    for key in sorted(before.keys() | after.keys()):
        old, new = list(before.get(key, ())), list(after.get(key, ()))
        for entry in before.get(key, ()):
            same = next((other for other in new if _same(entry, other)), None)
            if same is not None:
                old.remove(entry)
                new.remove(same)
        where = f"{name}[{key}]"
        for one, other in zip(old, new, strict=False):
            yield from _between(one, other, where)
        for entry in old[len(new) :]:
            yield Difference(where, _gone(entry))
        for entry in new[len(old) :]:
            yield Difference(where, _new(entry))


def _grouped(entries: Sequence[Any], key: _Key) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for entry in sorted(entries, key=_json):
        found.setdefault(key(entry), []).append(entry)
    return found


def _same(one: Any, other: Any) -> bool:
    """Tell whether two values have the same JSON: ``True`` is not 1."""
    return _json(one) == _json(other)


def _json(value: Any) -> bytes:
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def _gone(value: Any) -> str:
    return f"was {_shown(value)}, and is not there now"


def _new(value: Any) -> str:
    return f"was not there, and is {_shown(value)}"


def _shown(value: Any) -> str:
    text = _json(value).decode()
    return f"`{text}`" if len(text) <= _LONGEST else f"`{text[: _LONGEST - 1]}…`"
