"""Which images a release's manifests run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

_CONTAINERS: Final = ("containers", "initContainers", "ephemeralContainers")


def images(value: Any) -> Iterator[str]:
    """Yield the references of the images that an object's pods run or mount, wherever their template is."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key in _CONTAINERS or key == "volumes":
                yield from _named(inner)
            yield from images(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from images(inner)


def absent(running: Iterable[str], wanted: Sequence[str]) -> list[str]:
    """Return those of a release's images that are not among the running ones, by their digests."""
    digests = {image.partition("@")[2] for image in running}
    return [image for image in wanted if image.partition("@")[2] not in digests]


def _named(listed: Any) -> Iterator[str]:
    for entry in listed if isinstance(listed, list) else []:
        image = entry.get("image") if isinstance(entry, dict) else None
        if isinstance(image, dict):
            image = image.get("reference")
        if isinstance(image, str):
            yield image
