"""An attestation's PDF: whole, readable by programs, the same each time, and made without asking anyone."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any, Final

import pytest

from gatelib.attestation import pages
from gatelib.errors import UsageError
from tests.engines import need
from tests.paths import ROOT
from tests.unit.attestation.sample import CONTROLS, mixed, with_text
from tests.unit.attestation.test_pages import HOSTILE, STATUS

MAKE: Final = """
import sys
from gatelib.attestation import pages
from tests.unit.attestation.sample import mixed
sys.stdout.buffer.write(pages.pdf(pages.html(mixed())))
"""


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pdf") / "attestation.pdf"
    path.write_bytes(pages.pdf(pages.html(mixed())))
    return path


def said(*command: str | Path) -> str:
    done = subprocess.run(
        [need(str(command[0])), *command[1:]], capture_output=True, text=True, timeout=60, check=True
    )
    return done.stdout


def objects(path: Path) -> list[dict[str, Any]]:
    """Return a PDF's dictionaries."""
    _, found = json.loads(said("qpdf", "--json", "--json-key=qpdf", path))["qpdf"]
    return [entry["value"] for entry in found.values() if isinstance(entry.get("value"), dict)]


def words(path: Path) -> str:
    return " ".join(said("pdftotext", "-raw", path, "-").split())


def test_qpdf_finds_no_fault_in_it(document: Path) -> None:
    assert "No syntax or stream encoding errors found" in said("qpdf", "--check", document)


def test_its_text_has_each_control_with_its_verdict(document: Path) -> None:
    text = words(document)
    assert [tile for id_, name, *_ in CONTROLS if (tile := f"{id_} {name} {STATUS[id_]}") not in text] == []
    assert "payments 2.14.0 NOT A PASS" in text
    for control in mixed()["controls"]:
        for file in control["evidence"]:
            assert file["sha256"] in text


def test_each_page_says_which_it_is_and_of_what(document: Path) -> None:
    sheets = said("pdftotext", "-layout", document, "-").split("\f")[:-1]
    assert len(sheets) > 1
    for number, sheet in enumerate(sheets, 1):
        assert f"Page {number} of {len(sheets)}" in sheet
        assert f"Evidence Pack sha256:{mixed()['pack']['sha256']}" in sheet
        assert "NOT A PASS" in sheet


def test_it_is_tagged_and_has_a_title_a_language_a_date_and_no_attachment(document: Path) -> None:
    told = dict(line.split(":", 1) for line in said("pdfinfo", "-isodates", document).splitlines())
    assert told["Title"].strip() == "Control attestation: payments 2.14.0"
    assert told["Tagged"].strip() == "yes"
    assert told["Page size"].strip().endswith("(A4)")
    assert told["CreationDate"].strip() == "2026-11-22T00:00:00Z"
    assert told["JavaScript"].strip() == "no"
    assert "ModDate" not in told
    assert {entry["/Lang"] for entry in objects(document) if entry.get("/Type") == "/Catalog"} == {"u:en"}
    assert said("pdfdetach", "-list", document) == "0 embedded files\n"


def test_every_drawing_has_words_in_its_place_for_a_reader_who_does_not_see_it(document: Path) -> None:
    told = [entry.get("/Alt") for entry in objects(document) if entry.get("/S") == "/Figure"]
    assert len(told) > len(CONTROLS)
    assert set(told) == {"u:tick", "u:cross", "u:warning sign", "u:dash"}


def test_the_same_page_gives_the_same_bytes_whatever_the_process(document: Path) -> None:
    made = subprocess.run(
        [sys.executable, "-c", MAKE],
        cwd=ROOT,
        env={**os.environ, "PYTHONHASHSEED": "1", "TZ": "Pacific/Auckland"},
        capture_output=True,
        timeout=120,
        check=True,
    )
    assert made.stdout == document.read_bytes()


def test_hostile_text_breaks_nothing_in_it(tmp_path: Path) -> None:
    path = tmp_path / "hostile.pdf"
    attestation = with_text(" ".join(text[:80] for text in HOSTILE.values()))
    del attestation["controls"][2:]
    path.write_bytes(pages.pdf(pages.html(attestation)))
    said("qpdf", "--check", path)
    assert "<script>alert(1)</script>" in words(path)


@pytest.fixture
def visited() -> Iterator[tuple[str, list[str]]]:
    """Return the address of a server, and what it was asked for."""
    seen: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            seen.append(self.path)
            self.send_error(404)

        def log_message(self, format: str, *args: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


def test_making_it_asks_nobody_and_opens_no_file(
    visited: tuple[str, list[str]], tmp_path: Path, document: Path
) -> None:
    address, seen = visited
    note = tmp_path / "note.txt"
    note.write_text("from the disk")
    page = pages.html({**mixed(), "controls": []}).replace(
        "<main",
        f'<link rel="stylesheet" href="{address}/a.css"><style>@import "{address}/b.css";'
        f' .top {{ background: url({address}/c.png) }}</style><img src="{address}/d.png" alt="x">'
        f'<object data="{note.as_uri()}"></object><link rel="attachment" href="{note.as_uri()}">'
        f'<img src="{note.as_uri()}" alt="x"><main',
    )
    path = tmp_path / "asking.pdf"
    path.write_bytes(pages.pdf(page))
    assert seen == []
    assert said("pdfdetach", "-list", path) == "0 embedded files\n"
    assert "from the disk" not in words(path)
    assert "no control was judged" in words(path)


def test_without_weasyprint_a_pdf_is_an_error_that_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(UsageError, match="a PDF needs WeasyPrint") as error:
        pages.pdf("<!doctype html>")
    assert error.value.hint == "pip install 'gatelib[pdf]', and Pango from the system's packages"
