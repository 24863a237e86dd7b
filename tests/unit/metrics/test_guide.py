"""The guide lists the metrics that there are, and its alerts use no others."""

from __future__ import annotations

import re

import yaml

from gatelib.metrics.families import FAMILIES, Family
from tests.paths import ROOT

GUIDE = (ROOT / "docs" / "guides" / "metrics.md").read_text("utf-8")


def written(family: Family) -> str:
    return f"{family.name}_total" if family.kind == "counter" else family.name


def test_the_guide_lists_every_metric_with_its_labels_in_order() -> None:
    rows = re.findall(r"^\| `(gatelib_[a-z_]+)` \|([^|]*)\|", GUIDE, re.MULTILINE)
    listed = [(name, tuple(re.findall(r"`([a-z]+)`", labels))) for name, labels in rows]
    assert listed == [(written(family), family.labels) for family in FAMILIES]


def test_the_alerts_ask_for_metrics_and_labels_that_there_are() -> None:
    (block,) = re.findall(r"^```yaml\n(.*?)^```", GUIDE, re.MULTILINE | re.DOTALL)
    labels = {written(family): set(family.labels) for family in FAMILIES}
    expressions = [rule["expr"] for group in yaml.safe_load(block)["groups"] for rule in group["rules"]]
    asked = [
        (name, set(re.findall(r"([a-z]+)[=!]", matchers)))
        for expression in expressions
        for name, matchers in re.findall(r"(gatelib_[a-z_]+)(?:\{([^}]*)\})?", expression)
    ]
    assert len(asked) == 7
    assert [(name, used) for name, used in asked if not used <= labels[name]] == []


def test_names_and_units_follow_the_conventions() -> None:
    for family in FAMILIES:
        assert re.fullmatch(r"gatelib_[a-z]+(_[a-z]+)*", family.name), family.name
        assert not family.unit or family.name.endswith(f"_{family.unit}"), family.name
        assert not family.name.endswith(("_total", "_created", "_count", "_sum", "_bucket", "_info")), (
            family.name
        )
        assert family.help.endswith("."), family.name
    assert len({family.name for family in FAMILIES}) == len(FAMILIES)
