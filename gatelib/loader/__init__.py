"""Reading files: bytes to documents or an error, and values back to their place in the file."""

from gatelib.loader.locate import locate
from gatelib.loader.model import JSON, Limits, Loaded, Path, Position, RawDocument
from gatelib.loader.reader import load

__all__ = ["JSON", "Limits", "Loaded", "Path", "Position", "RawDocument", "load", "locate"]
