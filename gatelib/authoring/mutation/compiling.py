"""Whether the embedded engine compiles a policy, which it does not always say by an error.

Of a variable that ``some`` declares and nothing binds, regorus only prints that it ``could not schedule`` the
statements, and takes the rule for false. OPA refuses such a policy.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Any, Final

from gatelib.errors import EngineError

NOTHING: Final = "data.gatelib.mutation_nothing"
"""A question that makes an engine analyse all policies, and nothing more."""

_STDERR: Final = 2
_PLACE: Final = re.compile(r"--> (\S+):(\d+):\d+")


def complaint(path: str, text: str) -> str:
    """Return what the engine has against a policy, by itself; nothing where it compiles."""
    import regorus

    engine = regorus.Engine()
    with _stderr() as said:
        try:
            engine.add_policy(path, text)
            engine.eval_query_as_json(NOTHING)
        except RuntimeError as error:
            return reason(error)
        said.seek(0)
        return said.read().decode("utf-8", "replace").strip()


def analyse(engine: Any) -> None:
    """Have an engine analyse its policies, so that its clones need not."""
    with _stderr():  # it has been judged already
        engine.eval_query_as_json(NOTHING)


def refusal(error: Exception) -> EngineError:
    """Return an error of the engine as a diagnostic, with the place that it names."""
    place = _PLACE.search(str(error))
    file, line = (place[1], int(place[2])) if place else (None, None)
    return EngineError(f"the embedded engine refuses it: {reason(error)}", file=file, line=line)


def reason(error: Exception) -> str:
    """Return what an error of the engine says, on one line."""
    text = str(error).partition("Stack backtrace")[0]
    return text.rpartition("error: ")[2].strip().partition("\n")[0][:200] or "the engine does not say why"


@contextmanager
def _stderr() -> Iterator[IO[bytes]]:
    """Yield a file that takes what this process, native code too, writes to standard error meanwhile."""
    kept = os.dup(_STDERR)
    with tempfile.TemporaryFile() as taken:
        os.dup2(taken.fileno(), _STDERR)
        try:
            yield taken
        finally:
            os.dup2(kept, _STDERR)
            os.close(kept)
