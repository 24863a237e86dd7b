"""Write the pictures of the portal in `docs/images`: build a site about made-up releases, and look at it."""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Final, Literal

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from click.testing import CliRunner  # noqa: E402
from PIL import Image  # noqa: E402
from playwright.sync_api import Browser  # noqa: E402

from gatelib.cli.portal import portal  # noqa: E402
from tests.browser.chromium import DESKTOP, PHONE, chromium, shown  # noqa: E402
from tests.portals import Example, history  # noqa: E402

IMAGES: Final = ROOT / "docs" / "images"
_NOW: Final = "2026-11-22T00:30:00Z"
_COLOURS: Final = 256
_TALL: Final = 1400
_PICTURES: Final[tuple[tuple[str, str, tuple[int, int], Literal["light", "dark"]], ...]] = (
    ("portal-desktop", "index.html", DESKTOP, "light"),
    ("portal-release", "releases/ledger-*/index.html", DESKTOP, "light"),
    ("portal-service", "services/payments-*/index.html", DESKTOP, "light"),
    ("portal-dark", "trends.html", DESKTOP, "dark"),
    ("portal-phone", "releases/ledger-*/index.html", PHONE, "light"),
)


def main() -> int:
    """Write all pictures."""
    IMAGES.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory() as folder, chromium() as browser:
        site = _built(Path(folder))
        for name, page, size, scheme in _PICTURES:
            place = sorted(site.glob(page))[-1]
            with shown(browser, place, size=(size[0], _TALL), scheme=scheme) as seen:
                _write(name, seen.page.screenshot())
        _write("portal-print", _printed(browser, sorted(site.glob("releases/ledger-*/index.html"))[-1]))
    return 0


def _built(folder: Path) -> Path:
    example = Example(folder / "example")
    places = history(example, folder / "releases", 120)
    site = folder / "site"
    arguments = ["build", *map(str, places), "-o", str(site), "--config", str(example.config), "--now", _NOW]
    CliRunner().invoke(portal, arguments, standalone_mode=False, catch_exceptions=False)
    return site


def _printed(browser: Browser, place: Path) -> bytes:
    """Return the first page as a printer has it."""
    with shown(browser, place) as seen:
        document = seen.page.pdf(format="A4", print_background=True)
    arguments = ["pdftoppm", "-png", "-r", "100", "-f", "1", "-l", "1", "-"]
    return subprocess.run(arguments, input=document, capture_output=True, check=True).stdout


def _write(name: str, picture: bytes) -> None:
    image = Image.open(io.BytesIO(picture)).convert("RGB")
    image.quantize(_COLOURS, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE).save(
        IMAGES / f"{name}.png", optimize=True
    )
    print(f"docs/images/{name}.png: {(IMAGES / f'{name}.png').stat().st_size:,} bytes")


if __name__ == "__main__":
    sys.exit(main())
