"""One browser for all tests of a module."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.browser.chromium import chromium


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """Return the machine's Chromium; each test opens windows of its own.

    It ends with its module, and so does the thread that waits for it: gatelib forks no process that has
    threads, and without a fork nothing would end a rule that takes forever.
    """
    with chromium() as found:
        yield found
    for thread in threading.enumerate():
        if thread.name.startswith("asyncio-waitpid"):
            thread.join(timeout=30)
