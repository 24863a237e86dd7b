"""Manifests as they go wrong: seeded, small changes to real ones."""

from __future__ import annotations

import random

_ASCII_WORDS = r"""
yes no on off y n ~ null Null true TRUE .inf .nan -.inf 0777 0o17 0x1F 0b101 08 1_000 1e3 1. .5 +12 -0 1:30
2020-01-01 << = @x %x `x !foo !!str !!int !!binary !!float !!bool !!null *a *b &a &b [ ] { } {a [b, {} [] ''
"" ' " | > |- >+ |2 # : - ? , --- ... %YAML {{ }} \ 18446744073709551615 18446744073709551616 1e999 0.1 1.5e-7
9223372036854775808 -1.0 12345678901234567890123
"""
WORDS = [*_ASCII_WORDS.split(), "", "\t", "\u00a0", "\u2028", "\u0085", "\ufeff", "\u00e9", "\x7f", "\x01"]


def mutate(text: str, seed: int) -> bytes:
    """Return ``text`` with a few mutations; the same for the same seed."""
    chance = random.Random(seed)
    lines = text.splitlines(keepends=True)
    if len(lines) > 40:
        start = chance.randrange(len(lines) - 30)
        lines = lines[start:] if chance.random() < 0.1 else lines[:40]
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        if lines:
            chance.choice(_MUTATIONS)(chance, lines)
    data = "".join(lines).encode()
    if chance.random() < 0.15:
        data = _flip(chance, data)
    if chance.random() < 0.05:
        data = data.replace(b"\n", b"\r\n")
    return data


def _flip(chance: random.Random, data: bytes) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.randint(1, 3)):
        if changed:
            changed[chance.randrange(len(changed))] = chance.choice(
                [chance.randrange(256), *b" \t\n:-#'\"{}[]&*!|>%@,?"]
            )
    return bytes(changed)


def _swap(chance: random.Random, lines: list[str]) -> None:
    i, j = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[i], lines[j] = lines[j], lines[i]


def _indent(chance: random.Random, lines: list[str]) -> None:
    i = chance.randrange(len(lines))
    by = chance.choice([-2, -1, 1, 2, 4])
    lines[i] = (
        " " * by + lines[i] if by > 0 else lines[i][min(-by, len(lines[i]) - len(lines[i].lstrip(" "))) :]
    )


def _duplicate(chance: random.Random, lines: list[str]) -> None:
    i = chance.randrange(len(lines))
    lines.insert(chance.choice([i, chance.randrange(len(lines))]), lines[i])


def _delete(chance: random.Random, lines: list[str]) -> None:
    del lines[chance.randrange(len(lines))]


def _value(chance: random.Random, lines: list[str]) -> None:
    """Put another value behind a key."""
    i = chance.randrange(len(lines))
    key, colon, _ = lines[i].partition(":")
    lines[i] = (
        f"{key}: {chance.choice(WORDS)}\n" if colon else f"{lines[i].rstrip()} {chance.choice(WORDS)}\n"
    )


def _key(chance: random.Random, lines: list[str]) -> None:
    i = chance.randrange(len(lines))
    body = lines[i].lstrip(" ")
    indent = lines[i][: len(lines[i]) - len(body)]
    _, colon, rest = body.partition(":")
    if colon:
        lines[i] = f"{indent}{chance.choice(WORDS)}:{rest}"


def _quote(chance: random.Random, lines: list[str]) -> None:
    i = chance.randrange(len(lines))
    key, colon, value = lines[i].rstrip("\n").partition(": ")
    mark = chance.choice("'\"")
    if colon:
        lines[i] = f"{key}: {mark}{value}{chance.choice([mark, mark, ''])}\n"


def _insert(chance: random.Random, lines: list[str]) -> None:
    """Put a word anywhere into a line."""
    i = chance.randrange(len(lines))
    at = chance.randrange(len(lines[i]) + 1)
    lines[i] = (
        lines[i][:at]
        + chance.choice(["", " "])
        + chance.choice(WORDS)
        + chance.choice(["", " "])
        + lines[i][at:]
    )


def _anchor(chance: random.Random, lines: list[str]) -> None:
    """Anchor one value and use it somewhere behind."""
    i = chance.randrange(len(lines))
    key, colon, value = lines[i].partition(":")
    if colon:
        lines[i] = f"{key}: &a{value}"
        j = min(len(lines), i + chance.randrange(1, 8))
        indent = " " * chance.choice([0, 2, 4, len(key) - len(key.lstrip(" "))])
        lines.insert(
            j, indent + chance.choice(["new: *a\n", "<<: *a\n", "- *a\n", "<<: [*a, *a]\n", "*a : x\n"])
        )


def _boundary(chance: random.Random, lines: list[str]) -> None:
    lines.insert(
        chance.randrange(len(lines) + 1),
        chance.choice(["---\n", "--- # x\n", "...\n", "# x\n", "\n", "--- \n"]),
    )


_MUTATIONS = [
    _swap,
    _indent,
    _duplicate,
    _delete,
    _value,
    _value,
    _key,
    _quote,
    _insert,
    _insert,
    _anchor,
    _boundary,
]
