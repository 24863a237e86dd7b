"""A random choice that anyone can repeat: no generator, only SHA-256 over a published seed and identities."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import ceil
from typing import Any, Final

from gatelib.audit import population
from gatelib.audit.population import Identity
from gatelib.errors import UsageError

_FRACTION: Final = re.compile(r"\d{1,18}(\.\d{1,18})?|\d{1,18}/\d{1,18}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Sample:
    """What was chosen, and what of."""

    seed: str
    fraction: str
    """As it was given: a decimal or a ratio."""
    size: int
    """Of the population."""
    population: str
    """Digest over the identities of the population."""
    chosen: tuple[Identity, ...]
    """In the order of the draw."""

    def to_dict(self) -> dict[str, Any]:
        """Return it as JSON has it."""
        return {
            "seed": self.seed,
            "fraction": self.fraction,
            "population": {"size": self.size, "sha256": self.population},
            "chosen": [identity.to_dict() for identity in self.chosen],
        }


def sample(identities: Iterable[Identity], *, fraction: str, seed: str) -> Sample:
    """Choose ``ceil(fraction * n)`` of some releases: those whose :func:`ticket` is the lowest.

    Raises:
        UsageError: the fraction is none in (0, 1], or the seed is empty or no text.

    """
    share = _share(fraction)
    everything = sorted(set(identities))
    drawn = sorted(everything, key=lambda identity: ticket(seed, identity))
    return Sample(
        seed=seed,
        fraction=fraction,
        size=len(everything),
        population=population.digest(everything),
        chosen=tuple(drawn[: ceil(share * len(everything))]),
    )


def ticket(seed: str, identity: Identity) -> str:
    """Return the SHA-256 of the seed, a zero byte and the identity's text, in hex.

    Raises:
        UsageError: the seed is empty, or holds what is no text in UTF-8 or a zero byte.

    """
    try:
        start = seed.encode()
    except UnicodeEncodeError:
        raise UsageError("the seed is not UTF-8") from None
    if not start or b"\0" in start:
        raise UsageError("the seed is empty, or holds a zero byte", hint="publish a text that nobody chose")
    return hashlib.sha256(start + b"\0" + identity.text.encode()).hexdigest()


def _share(text: str) -> Fraction:
    """Exact, so that a tenth of 30 is 3 on every machine."""
    try:
        share = Fraction(text) if _FRACTION.fullmatch(text) else Fraction(0)
    except ZeroDivisionError:
        share = Fraction(0)
    if not 0 < share <= 1:
        raise UsageError(f"`{text}` is no fraction of the releases", hint="such as 0.1 or 1/10; at most 1")
    return share
