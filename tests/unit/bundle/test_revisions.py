"""Which of two revisions is older."""

from __future__ import annotations

import pytest

from gatelib.bundle.revisions import is_older
from gatelib.errors import BundleError, UsageError

NEW = "2026-11-22T00:00:00Z-0123456789ab"


@pytest.mark.parametrize(
    ("minimum", "expected"),
    [
        ("2026-11-22T00:00:01Z", True),
        ("2027-01-01T00:00:00Z-000000000000", True),
        (NEW, False),
        ("2026-11-22T00:00:00Z", False),
        ("2026-11-22T00:00:00Z-ffffffffffff", False),
        ("2026-11-21T23:59:59Z-ffffffffffff", False),
    ],
)
def test_a_revision_is_older_by_its_time_alone(minimum: str, expected: bool) -> None:
    assert is_older(NEW, minimum) is expected


@pytest.mark.parametrize(
    "revision",
    [
        "",
        "v2",
        "0123456789ab",
        "2026-11-22",
        "2026-11-22T00:00:00",
        "2026-11-22T00:00:00+00:00",
        "2026-11-22T00:00:00.5Z",
        "2026-11-22t00:00:00z",
        "2026-11-22T00:00:00Zoo",
        "2026-13-22T00:00:00Z",
        "2026-11-22T24:00:00Z",
        "9999-99-99T99:99:99Z",
        "\u0662026-11-22T00:00:00Z",
        " 2026-11-22T00:00:00Z",
    ],
)
def test_a_revision_without_a_time_is_refused_on_either_side(revision: str) -> None:
    with pytest.raises(BundleError, match=r"does not begin with (a|the) time"):
        is_older(revision, NEW)
    with pytest.raises(UsageError, match="does not begin with a time"):
        is_older(NEW, revision)
