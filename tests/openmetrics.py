"""An exposition, read back by the parser of ``prometheus_client``."""

from __future__ import annotations

import json

from prometheus_client.openmetrics.parser import text_string_to_metric_families


def samples(text: bytes) -> dict[str, float]:
    """Return every sample by its name and labels, which are sorted: ``name{label="value",…}``."""
    found: dict[str, float] = {}
    families = text_string_to_metric_families(text.decode())  # type: ignore[no-untyped-call]
    for family in families:
        for sample in family.samples:
            labels = ",".join(
                f"{label}={json.dumps(value)}" for label, value in sorted(sample.labels.items())
            )
            key = f"{sample.name}{{{labels}}}" if labels else sample.name
            assert key not in found, key
            found[key] = sample.value
    return found


def only(found: dict[str, float], *names: str) -> dict[str, float]:
    """Return the samples of some names."""
    return {key: value for key, value in found.items() if key.partition("{")[0] in names}
