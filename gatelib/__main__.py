"""``python -m gatelib``."""

from __future__ import annotations

from gatelib.cli.main import main

if __name__ == "__main__":
    main()
