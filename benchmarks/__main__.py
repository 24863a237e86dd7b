"""``python -m benchmarks``: measure, print the tables, and keep them in ``docs/benchmarks.md``.

The load lies beside the checkout; without it there is nothing to measure. ``--quick`` measures once and less.
``--latency`` measures only single decisions, ``--impact`` only changes of policies, and ``--packs`` only
Evidence Packs, which need no load; each puts what it measured in its place on the page.
"""

from __future__ import annotations

import os
import platform
import shutil
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks import impact, latency, load, packs, peers, scans
from benchmarks.measure import Cost, run
from gatelib import engines

ROOT = Path(__file__).resolve().parent.parent
LOAD = ROOT.parent / "shared" / "corpus" / "throughput"
PAGE = ROOT / "docs" / "benchmarks.md"

_LATENCY = "## One decision"
_PACKS = "## Evidence Packs"
_IMPACT = "## A change of policies"

SMALL = """\
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, namespace: shop}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
      - {name: web, image: "nginx:1.25"}
"""


def main() -> int:
    """Return 2 where the load is absent, 0 otherwise."""
    only_packs = "--packs" in sys.argv[1:]
    if not (only_packs or LOAD.is_dir()):
        print("the load is not beside this checkout: nothing was measured", file=sys.stderr)
        return 2
    quick = "--quick" in sys.argv[1:]
    with tempfile.TemporaryDirectory(prefix="gatelib-bench-") as folder:
        if "--latency" in sys.argv[1:]:
            text = _put(_LATENCY, _latency(Path(folder), quick=quick))
        elif "--impact" in sys.argv[1:]:
            text = _put(_IMPACT, _impact(Path(folder), quick=quick))
        elif only_packs:
            text = _put(_PACKS, _packs(Path(folder), quick=quick))
        else:
            text = "\n".join(_page(Path(folder), quick=quick)) + "\n"
    print(text)
    if not quick:
        PAGE.write_text(text, "utf-8")
    return 0


def _put(heading: str, lines: Iterator[str]) -> str:
    """Return the page with one part of it measured anew."""
    page = PAGE.read_text("utf-8")
    if heading not in page:
        page = page.replace(_LATENCY, f"{heading}\n\n{_LATENCY}")
    before, _, rest = page.partition(heading)
    _, following, after = rest.partition("\n## ")
    return before + "\n".join(lines).rstrip() + "\n" + following + after


def _page(place: Path, *, quick: bool) -> Iterator[str]:
    yield "# Benchmarks"
    yield ""
    yield "Written by `make benchmark`. Medians of whole processes; what counts are the ratios."
    yield f"Python {platform.python_version()}, {os.cpu_count()} cores, " + ", ".join(
        f"{name} {engines.engine(name).version()}" for name in engines.local()
    )
    yield ""
    yield from _throughput(place, 1 if quick else 5)
    yield from _cold_start(place, 5 if quick else 15)
    yield from _growth(place, (1_000, 10_000) if quick else (1_000, 10_000, 100_000))
    yield from _scans(10_000_000 if quick else scans.SIZE)
    yield from _packs(place, quick=quick)
    yield from _impact(place, quick=quick)
    yield from _latency(place, quick=quick)


def _throughput(place: Path, times: int) -> Iterator[str]:
    policy, data = peers.policies(place / "peer")
    files = sorted(path for path in LOAD.rglob("*") if path.suffix in load.SUFFIXES)
    size = sum(path.stat().st_size for path in files)
    scored = peers.readable_by_kube_score(files) if shutil.which("kube-score") else []
    measured = {
        "`conftest test --combine`, the same rules": _there(
            "conftest", peers.conftest(LOAD, policy, data), times
        ),
        "`gatelib check`": run(peers.gatelib(LOAD), cwd=place, times=times),
        "`gatelib check --jobs 1`": run(peers.gatelib(LOAD, "--jobs", "1"), cwd=place, times=times),
        f"`kube-score score`, its own rules, the {len(scored):,} files that it can read": _there(
            "kube-score", peers.kube_score(scored), times
        ),
        "gatelib's loader alone, one process": run(peers.parsing(LOAD), cwd=place, times=times),
    }
    yield f"## The load: {len(files):,} files, {size / 1e6:.1f} MB"
    yield ""
    yield from _table(measured)


def _cold_start(place: Path, times: int) -> Iterator[str]:
    policy, data = peers.policies(place / "peer")
    small = place / "small.yaml"
    small.write_text(SMALL, "utf-8")
    measured = {
        "`conftest test`, the same rules": _there("conftest", peers.conftest(small, policy, data), times),
        "`gatelib check`": run(peers.gatelib(small), cwd=place, times=times),
        "`kube-score score`, its own rules": _there("kube-score", peers.kube_score([small]), times),
        "`python -c pass`": run([sys.executable, "-c", "pass"], cwd=place, times=times),
    }
    yield f"## Cold start: one small file, {times} runs"
    yield ""
    yield from _table(measured)


def _growth(place: Path, counts: Sequence[int]) -> Iterator[str]:
    originals = load.documents(LOAD)
    yield "## Growth: the load copied under new names and namespaces"
    yield ""
    yield "| documents | wall s | s per 10,000 | against the row above | peak MB, processes added up |"
    yield "|---|---|---|---|---|"
    before: Cost | None = None
    for count in counts:
        load.copy(originals, count, place / "grown")
        cost = run(peers.gatelib(place / "grown"), cwd=place, times=3 if count <= 10_000 else 1)
        ratio = f"{cost.wall / before.wall:.2f} x" if before else ""
        each = cost.wall / count * 10_000
        yield f"| {count:,} | {cost.wall:.2f} | {each:.2f} | {ratio} | {cost.memory / 1e6:.0f} |"
        before = cost
    yield ""


def _scans(size: int) -> Iterator[str]:
    yield f"## A large scan: SARIF of {size / 1e6:.0f} MB, from bytes to facts"
    yield ""
    yield f"It may cost {scans.FACTOR} x the time of `json.load`, and {scans.SECONDS:.0f} s."
    yield ""
    yield "| | `json.load` s | gatelib s | against `json.load` | allowed s |"
    yield "|---|---|---|---|---|"
    for name, scan in scans.measure(size):
        ratio = scan.facts / scan.json
        yield f"| {name} | {scan.json:.2f} | {scan.facts:.2f} | {ratio:.2f} x | {scan.allowed:.2f} |"
    yield ""


def _packs(place: Path, *, quick: bool) -> Iterator[str]:
    yield f"{_PACKS}: `gatelib evidence verify` against `sha256sum -c`"
    yield ""
    if shutil.which("sha256sum") is None:
        yield "`sha256sum` is not installed."
    else:
        yield from packs.table(place, 1 if quick else 5)
    yield ""


def _impact(place: Path, *, quick: bool) -> Iterator[str]:
    yield f"{_IMPACT}: `gatelib rules impact` on the load"
    yield ""
    yield f"It may cost {impact.FACTOR} x two checks."
    yield ""
    yield from impact.table(place / "impact", LOAD, 1 if quick else 3)
    yield ""


def _latency(place: Path, *, quick: bool) -> Iterator[str]:
    times = 200 if quick else 1_000
    yield f"{_LATENCY}: a small Pod, {times:,} times in each way"
    yield ""
    if shutil.which("opa") is None:
        yield "`opa` is not installed."
        return
    yield "OPA's server on this machine, no TLS, one connection that stays open; time as who asks has it."
    yield ""
    yield "| | p50 ms | p99 ms | p50 against the empty policy above |"
    yield "|---|---|---|---|"
    measured = latency.measure(place / "latency", times)
    base = 1.0
    for name, found in measured.items():
        if name.startswith(latency.EMPTY):
            base = found.p50
        yield f"| {name} | {found.p50:.2f} | {found.p99:.2f} | {found.p50 / base:.1f} x |"


def _there(binary: str, command: Sequence[str | Path], times: int) -> Cost | None:
    return run(command, cwd=ROOT, times=times) if shutil.which(binary) else None


def _table(measured: dict[str, Cost | None]) -> Iterator[str]:
    first = next(iter(measured.values()))
    yield "| | wall s | against the first | peak MB, processes added up |"
    yield "|---|---|---|---|"
    for name, cost in measured.items():
        if cost is None:
            yield f"| {name} | not installed | | |"
            continue
        ratio = f"{cost.wall / first.wall:.2f} x" if first else ""
        yield f"| {name} | {cost.wall:.3f} | {ratio} | {cost.memory / 1e6:.0f} |"
    yield ""


if __name__ == "__main__":
    sys.exit(main())
