"""OpenMetrics 1.0, written by ``prometheus_client``."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gatelib.errors import UsageError
from gatelib.metrics.counted import Counted
from gatelib.metrics.families import FAMILIES

if TYPE_CHECKING:
    from prometheus_client.core import Metric


def render(counted: Counted) -> bytes:
    """Return the exposition; the same counts give the same bytes.

    Raises:
        UsageError: ``prometheus_client`` is not installed.

    """
    try:
        from prometheus_client.openmetrics import exposition
        from prometheus_client.registry import CollectorRegistry
    except ImportError:
        raise UsageError(
            "metrics need the package `prometheus_client`",
            hint="install it with `pip install 'gatelib[metrics]'`",
        ) from None
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Collector(counted))
    text: bytes = exposition.generate_latest(registry)  # type: ignore[no-untyped-call]
    return text


class _Collector:
    """Hands over values that have been counted already."""

    def __init__(self, counted: Counted) -> None:
        self._counted = counted

    def collect(self) -> Iterator[Metric]:
        from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

        kinds = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}
        for family in FAMILIES:
            series = self._counted.values.get(family)
            if not series:
                continue
            metric = kinds[family.kind](family.name, family.help, labels=family.labels, unit=family.unit)
            for labels, value in sorted(series.items()):
                metric.add_metric(labels, value)
            yield metric

    def describe(self) -> list[Metric]:
        """Name nothing: the registry has no other collector to collide with."""
        return []
