"""Hostile input ends soon and in little memory, each in a process of its own."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.budget import budget
from tests.paths import CORPUS, ROOT, needs_corpus

SECONDS = 2.0
MEMORY = 300 * 1024 * 1024

READ = """
import json, re, sys, time
from gatelib.loader import load, locate
import orjson
data = open(sys.argv[1], "rb").read()
start = time.process_time()
loaded = load(data)
loading = time.process_time() - start
orjson.dumps([document.value for document in loaded.documents])
wanted = []
for document in loaded.documents:
    value, path = document.value, ()
    while isinstance(value, (dict, list)) and value:
        step = list(value)[-1] if isinstance(value, dict) else len(value) - 1
        value, path = value[step], (*path, step)
        wanted.append((document.ordinal, path))
start = time.process_time()
locate(data, wanted)
print(json.dumps({
    "load": loading,
    "locate": time.process_time() - start,
    # What a process used before it became this one counts in its ru_maxrss, and not here.
    "memory": int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024,
    "error": loaded.error and loaded.error.code,
}))
"""


def read(path: Path) -> str:
    """Load a file, locate the last values of each of its documents, and return the error's code."""
    done = subprocess.run(
        [sys.executable, "-c", READ, path],
        cwd=ROOT,
        capture_output=True,
        timeout=60,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_AS, (4 * MEMORY, 4 * MEMORY)),
    )
    assert done.returncode == 0, done.stderr.decode()[-2000:]
    measured = json.loads(done.stdout)
    assert measured["load"] < SECONDS, measured
    assert measured["locate"] < SECONDS, measured
    assert measured["memory"] < MEMORY, measured
    return str(measured["error"])


@needs_corpus
def test_the_large_files_of_the_corpus_end_soon_and_small(tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    subprocess.run([sys.executable, CORPUS / "yaml" / "make_large.py"], cwd=tmp_path, check=True)
    files = sorted((tmp_path / "extra").iterdir(), key=lambda path: -path.stat().st_size)
    for path in files[: budget(25, len(files))]:
        read(path)


TRAPS: dict[str, tuple[Callable[[], str], str]] = {
    "tag directives": (lambda: "".join(f"%TAG !a{i}! tag:x,{i}:\n" for i in range(100_000)), "GL-ERR-103"),
    "merges of many anchors": (
        lambda: (
            "".join(f"a{i}: &a{i} {{k{i}: 1}}\n" for i in range(20_000))
            + "z:\n"
            + "".join(f"  <<: *a{i}\n" for i in range(20_000))
        ),
        "None",
    ),
    "a merged list of many": (
        lambda: (
            "".join(f"a{i}: &a{i} {{k{i}: 1}}\n" for i in range(20_000))
            + f"z: {{<<: [{','.join(f'*a{i}' for i in range(20_000))}]}}\n"
        ),
        "None",
    ),
    "merges of a large mapping": (
        lambda: "a: &a {" + ",".join(f"k{i}: 1" for i in range(5_000)) + "}\n" + "b: {<<: *a}\n" * 1_000,
        "GL-ERR-104",
    ),
    "many aliases": (lambda: "a: &a x\nb: [" + "*a," * 300_000 + "]\n", "None"),
    "empty documents": (lambda: "---\n" * 300_000, "None"),
    "empty lines": (lambda: "\n" * 5_000_000 + "a: 1", "None"),
    "comments": (lambda: "#\n" * 1_000_000 + "a: 1", "None"),
    "byte order marks": (lambda: "a: 1\n---\n\ufeffb: 2\n" * 20_000, "GL-ERR-103"),
    "line separators": (lambda: 'a: "' + "\u2028" * 1_000_000 + '"\n', "None"),
    "digits": (lambda: "a: " + "1" * 5_000_000, "None"),
    "underscores": (lambda: "a: .1" + "_1" * 2_500_000, "None"),
    "base64": (lambda: "a: !!binary " + "aGVs" * 1_250_000, "None"),
    "templates": (lambda: "a: {{ x }}\n" * 200_000, "GL-ERR-105"),
    "JSON never closed": (lambda: "[" * 1_000_000, "GL-ERR-106"),
    "JSON values": (lambda: "{} " * 200_000, "None"),
    "JSON digits": (lambda: "[" + "1" * 5_000_000 + "]", "GL-ERR-108"),
    "JSON backslashes": (lambda: "[" * 101 + '["' + "\\\\" * 2_000_000 + '"]' + "]" * 101, "GL-ERR-106"),
    "JSON half surrogates": (lambda: "[" + '"\\ud800",' * 200_000 + "1]", "GL-ERR-108"),
    "JSON keys": (lambda: "{" + "".join(f'"k{i}":1,' for i in range(200_000)) + '"k0":1}', "GL-ERR-104"),
    "JSON that is none at its end": (lambda: "[" + '"abc",' * 200_000 + "] }", "GL-ERR-103"),
}


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap_ends_soon_and_small(name: str, tmp_path: Path) -> None:
    make, code = TRAPS[name]
    path = tmp_path / "trap"
    path.write_text(make(), encoding="utf-8")
    assert read(path) == code
