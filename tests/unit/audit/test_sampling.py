"""The sample: what anyone gets from the seed, whatever their Python, and whatever order they read in."""

from __future__ import annotations

import json
import subprocess
from math import ceil

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.audit.population import Identity, digest
from gatelib.audit.sampling import sample, ticket
from gatelib.errors import UsageError
from tests.budget import budget
from tests.engines import need
from tests.interpreters import interpreter, others
from tests.paths import ROOT

SEED = "2026-11-22 round 4711: ünpredictable"
RELEASES = [Identity(f"shop-{number % 3}", f"1.0.{number}", f"{number:064x}") for number in range(20)]

BY_HAND = r"""
i=0
while [ $i -lt 20 ]; do
    text=$(printf '["shop-%d","1.0.%d","%064x"]' $((i % 3)) $i $i)
    printf '%s\0%s' "$SEED" "$text" | sha256sum | cut -c1-64 | tr '\n' ' '
    printf '%s\n' "$text"
    i=$((i + 1))
done | sort | head -n 4 | cut -c66-
"""
"""The draw of a fifth, without gatelib and without Python."""

POPULATION_BY_HAND = r"""
i=0
while [ $i -lt 20 ]; do
    printf '["shop-%d","1.0.%d","%064x"]\n' $((i % 3)) $i $i
    i=$((i + 1))
done | LC_ALL=C sort | sha256sum | cut -c1-64
"""

IDENTITIES = st.builds(
    Identity, st.text(max_size=4), st.text(max_size=4), st.sampled_from(["aa" * 32, "bb" * 32])
)


def shell(script: str) -> list[str]:
    need("sha256sum")
    done = subprocess.run(
        ["sh", "-c", script], env={"SEED": SEED, "PATH": "/usr/bin:/bin"}, capture_output=True, check=True
    )
    return done.stdout.decode().splitlines()


def test_the_draw_is_that_of_sha256sum_and_sort() -> None:
    drawn = sample(RELEASES, fraction="0.2", seed=SEED)
    assert [identity.text for identity in drawn.chosen] == shell(BY_HAND)
    assert [drawn.population] == shell(POPULATION_BY_HAND)


@pytest.mark.parametrize("version", others())
def test_the_draw_is_the_same_on_other_pythons(version: str) -> None:
    program = (
        "import json, sys; from gatelib.audit.population import Identity; "
        "from gatelib.audit.sampling import sample; seed, fraction, releases = json.load(sys.stdin); "
        "print(json.dumps(sample([Identity(*r) for r in releases], fraction=fraction, seed=seed).to_dict()))"
    )
    told = json.dumps([SEED, "0.35", RELEASES]).encode()
    done = subprocess.run(
        [interpreter(version), "-c", program],
        input=told,
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT), "PYTHONHASHSEED": "7"},
        capture_output=True,
        check=True,
    )
    assert json.loads(done.stdout) == sample(RELEASES, fraction="0.35", seed=SEED).to_dict()


@pytest.mark.parametrize(
    ("fraction", "size", "wanted"),
    [
        ("0.1", 30, 3),  # 0.1 * 30 is 3.0000000000000004 in floating point
        ("0.1", 31, 4),
        ("0.07", 100, 7),
        ("1/3", 3, 1),
        ("1/3", 4, 2),
        ("0.000001", 5, 1),
        ("1", 5, 5),
        ("1.0", 5, 5),
        ("0.5", 0, 0),
    ],
)
def test_a_fraction_is_exact_and_at_least_one_release(fraction: str, size: int, wanted: int) -> None:
    releases = [Identity("shop", str(number), "aa" * 32) for number in range(size)]
    assert len(sample(releases, fraction=fraction, seed="s").chosen) == wanted


@pytest.mark.parametrize(
    "fraction",
    ["0", "0.0", "-0.1", "1.1", "2", "1/0", "10%", "1e-3", "nan", "", " 0.1", "\u0660.\u0661", "0.1.1"],
)
def test_what_is_no_fraction_is_refused(fraction: str) -> None:
    with pytest.raises(UsageError, match="is no fraction of the releases"):
        sample(RELEASES, fraction=fraction, seed="s")


@pytest.mark.parametrize("seed", ["", "a\0b", "\udcff"])
def test_what_is_no_seed_is_refused(seed: str) -> None:
    with pytest.raises(UsageError, match="the seed is"):
        sample(RELEASES, fraction="0.1", seed=seed)


@settings(max_examples=budget(100, 3000))
@given(st.lists(IDENTITIES, max_size=12), st.randoms(use_true_random=False), st.text("ab", min_size=1))
def test_neither_order_nor_repetition_of_what_is_read_changes_the_draw(
    releases: list[Identity], random: object, seed: str
) -> None:
    other = [*releases, *releases[:3]]
    random.shuffle(other)  # type: ignore[attr-defined] # hypothesis names no public type
    assert sample(other, fraction="0.4", seed=seed) == sample(releases, fraction="0.4", seed=seed)


@settings(max_examples=budget(100, 3000))
@given(st.sets(IDENTITIES, min_size=2, max_size=12), st.text("ab", min_size=1))
def test_a_release_that_is_left_out_shows_and_lets_no_other_one_go(
    releases: set[Identity], seed: str
) -> None:
    everything = sample(releases, fraction="1/2", seed=seed)
    hidden = everything.chosen[0]
    rest = sample(releases - {hidden}, fraction="1/2", seed=seed)
    assert rest.population != everything.population
    kept = everything.chosen[1 : ceil((len(releases) - 1) / 2)]
    assert rest.chosen[: len(kept)] == kept


def test_no_two_releases_have_the_same_ticket_by_moving_a_name_into_a_version() -> None:
    tricky = [
        Identity('a","b', "c", "aa"),
        Identity("a", 'b","c', "aa"),
        Identity("a\0b", "c", "aa"),
        Identity("a", "b\0c", "aa"),
        Identity("a\n", "c", "aa"),
        Identity("\u00e9", "c", "aa"),
        Identity("e\u0301", "c", "aa"),
    ]
    assert len({ticket("s", identity) for identity in tricky}) == len(tricky)
    assert len({digest([identity]) for identity in tricky}) == len(tricky)


def test_a_larger_fraction_keeps_what_a_smaller_one_chose() -> None:
    few, many = (sample(RELEASES, fraction=share, seed=SEED).chosen for share in ("0.2", "0.6"))
    assert many[: len(few)] == few


def test_the_json_form_is_what_the_guide_shows() -> None:
    (only,) = sample([Identity("shop", "1.0", "aa" * 32)], fraction="0.1", seed="s").chosen
    assert sample([only], fraction="0.1", seed="s").to_dict() == {
        "seed": "s",
        "fraction": "0.1",
        "population": {"size": 1, "sha256": digest([only])},
        "chosen": [{"service": "shop", "version": "1.0", "sha256": "aa" * 32}],
    }
