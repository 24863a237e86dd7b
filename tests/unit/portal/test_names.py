"""Names in the site, whatever a service calls itself."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gatelib.portal.names import Names, slug

_PLAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]|\.(?=[a-z0-9]))*-)?[0-9a-f]{8}")


@given(st.text(), st.text())
def test_a_name_is_plain_on_every_file_system(service: str, version: str) -> None:
    assert _PLAIN.fullmatch(Names().name(service, version))


@given(st.lists(st.text(), min_size=2, unique=True))
def test_different_things_have_different_names_even_where_case_does_not_count(services: list[str]) -> None:
    names = Names()
    assert len({names.name(service).upper() for service in services}) == len(services)


def test_parts_do_not_run_into_each_other() -> None:
    names = Names()
    assert names.name("a", "b-c") != names.name("a-b", "c")


def test_a_hash_that_is_taken_makes_the_name_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    names = Names()
    first = names.name("pay", "1")
    names._taken[first] = ("other", "1", "")
    assert re.fullmatch(r"pay-1-[0-9a-f]{64}", names.name("pay", "1"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("payments-2.14.0", "payments-2.14.0"),
        ("../../etc/passwd", "etc-passwd"),
        ("C:\\CON", "c-con"),
        ("..", ""),
        ("naïve/Straße", "na-ve-stra-e"),
        ("x.", "x"),
        ("x" * 60, "x" * 40),
    ],
    ids=["version", "climbing", "device", "dots", "letters", "dot at the end", "long"],
)
def test_a_slug_keeps_what_is_harmless(text: str, expected: str) -> None:
    assert slug(text) == expected
