"""The one way to libyaml's parser.

Only its events are used: they come one at a time, so no nesting can exhaust a stack. PyYAML's parser
in Python is no stand-in: it reads some files differently, and takes minutes where libyaml takes seconds.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from gatelib.errors import UsageError

NextEvent: TypeAlias = Callable[[], Any]
"""Gives a ``yaml.events`` object each time, and ``None`` after the last; raises ``yaml.YAMLError``."""


def open_events(source: bytes | str) -> NextEvent:
    """Start to parse UTF-8.

    Raises:
        UsageError: PyYAML is there without libyaml.
    """
    try:
        from yaml._yaml import CParser
    except ImportError:
        raise UsageError(
            "PyYAML is installed without libyaml.",
            hint="Install PyYAML from a wheel: `pip install --force-reinstall --only-binary :all: PyYAML`.",
        ) from None
    next_event: NextEvent = CParser(source).get_event
    return next_event
