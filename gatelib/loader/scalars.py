"""What a YAML scalar means to kubectl.

The rules are those of go-yaml v2 (``resolve.go``), which sigs.k8s.io/yaml and so kubectl use: YAML 1.1
booleans and octals, but no sexagesimals and no timestamps, and numbers that also Go's strconv takes.
"""

from __future__ import annotations

import datetime
import re
from base64 import b64decode
from collections.abc import Callable
from math import isfinite
from struct import pack, unpack
from typing import Final, TypeAlias, TypeVar

Scalar: TypeAlias = bool | int | float | str | None

TAG: Final = "tag:yaml.org,2002:"

_INT64: Final = 1 << 63
_UINT64: Final = 1 << 64


class NoJsonFormError(Exception):
    """A scalar that JSON cannot write; ``key`` is how kubectl spells it as a key, if it does."""

    def __init__(self, message: str, key: str | None = None) -> None:
        super().__init__(message)
        self.key = key


_Meaning = TypeVar("_Meaning", bool, str, None)


def _words(meaning: _Meaning, words: str) -> dict[str, _Meaning]:
    return dict.fromkeys(words.split(), meaning)


_WORDS: Final[dict[str, Scalar]] = {
    **_words(True, "y Y yes Yes YES true True TRUE on On ON"),
    **_words(False, "n N no No NO false False FALSE off Off OFF"),
    **_words(None, "~ null Null NULL"),
    "": None,
}
_NOT_FINITE: Final = {
    **_words(".nan", ".nan .NaN .NAN"),
    **_words(".inf", ".inf .Inf .INF +.inf +.Inf +.INF"),
    **_words("-.inf", "-.inf -.Inf -.INF"),
}
_INT: Final = re.compile(r"([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]{0,38}))\Z")
_SIGN_INSIDE: Final = re.compile(r"0b([-+][01]{1,64})\Z")
_FLOAT: Final = re.compile(r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?\Z")
_DOT_FLOAT: Final = re.compile(r"\.[0-9][0-9_]*(?:[eE][-+]?[0-9][0-9_]*)?\Z")
_ODD_UNDERSCORE: Final = re.compile(r"_(?![0-9])")


def json_number(number: float) -> int | float:
    """Return a finite float as Go's JSON writes it: integral ones as integers."""
    return int(number) if number.is_integer() and -_INT64 <= number < _INT64 else number


def json_integer(digits: str) -> int | float | None:
    """Return a decimal integer, as a float if 64 bits cannot hold it; ``None`` if that cannot."""
    if len(digits) < 40 and -_INT64 <= (integer := int(digits)) < _UINT64:
        return integer
    return json_number(number) if isfinite(number := float(digits)) else None


def _meaning(text: str) -> Scalar:
    """Return what a plain scalar means in JSON."""
    value = _go_value(text)
    return json_number(value) if isinstance(value, float) else value


def _go_value(text: str) -> Scalar:
    """Return what a plain scalar means to Go, with integral floats still floats."""
    if text in _WORDS:
        return _WORDS[text]
    if text in _NOT_FINITE:
        raise NoJsonFormError("JSON has no infinity and no NaN.", _NOT_FINITE[text])
    first = text[0]
    if first in "+-0123456789":
        plain = text.replace("_", "")
        if (number := _integer(plain)) is not None:
            return number
        if _FLOAT.match(plain) and isfinite(found := float(plain)):
            return found
    elif first == "." and _DOT_FLOAT.match(text) and not _ODD_UNDERSCORE.search(text):
        found = float(text)
        return found if isfinite(found) else text
    return text


def _integer(plain: str) -> int | None:
    if match := _INT.match(plain):
        sign, sixteen, two, eight, ten = match.groups()
        number = int(sixteen, 16) if sixteen else int(two, 2) if two else int(eight, 8) if eight else int(ten)
        number = -number if sign == "-" else number
        return number if -_INT64 <= number < (_INT64 if sign else _UINT64) else None
    if match := _SIGN_INSIDE.match(plain):
        number = int(match[1], 2)
        return number if -_INT64 <= number < _INT64 else None
    return None


class _Memo(dict[str, Scalar]):
    """Meanings seen before: manifests repeat themselves. It also makes equal strings one object."""

    _CAN_BE_MORE_THAN_TEXT: Final = frozenset("+-0123456789yYnNtTfFoO~.")

    def __missing__(self, text: str) -> Scalar:
        meaning = _meaning(text) if not text or text[0] in self._CAN_BE_MORE_THAN_TEXT else text
        if len(self) < 65_536 and len(text) <= 64:
            self[text] = meaning
        return meaning


plain_value: Final[Callable[[str], Scalar]] = _Memo().__getitem__
"""Return what a plain scalar means. Raises NoJsonFormError for infinities and NaN."""


def tagged_value(tag: str, text: str) -> Scalar:
    """Return what a scalar with a tag means; tags of applications mean text.

    Raises NoJsonFormError when the tag does not fit.
    """
    kind = tag[len(TAG) :] if tag.startswith(TAG) else ""
    if kind == "binary":
        return _binary(text)
    if kind == "timestamp" and not _is_timestamp(text):
        raise NoJsonFormError("A value tagged !!timestamp is no timestamp.")
    if kind not in _FITS:
        return text
    value = _meaning(text)
    if not _FITS[kind](value):
        raise NoJsonFormError(f"A value tagged !!{kind} is not one.")
    return value


_FITS: Final[dict[str, Callable[[Scalar], bool]]] = {
    "bool": lambda value: value.__class__ is bool,
    "int": lambda value: value.__class__ is int,
    "float": lambda value: value.__class__ in (int, float),
    "null": lambda value: value is None,
}

_BASE64: Final = re.compile(
    r"(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?\Z",
)
_NOT_UTF8: Final = re.compile("[\udc80-\udcff]")


def _binary(text: str) -> str:
    """Return the text in base64; bytes that are no UTF-8 become U+FFFD, one each, as in Go's JSON."""
    text = text.replace("\r", "").replace("\n", "")
    if not _BASE64.match(text):
        raise NoJsonFormError("A value tagged !!binary is not base64.")
    return _NOT_UTF8.sub("\ufffd", b64decode(text).decode("utf-8", "surrogateescape"))


_TIMESTAMP: Final = re.compile(
    r"([0-9]{4})-([0-9]{1,2})-([0-9]{1,2})"
    r"(?:[Tt][0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?(?:Z|[-+][0-9]{2}:[0-9]{2})"
    r"| +[0-9]{1,2}:[0-9]{1,2}:[0-9]{1,2}(?:[.,][0-9]+)?)?\Z"
)


def _is_timestamp(text: str) -> bool:
    match = _TIMESTAMP.match(text)
    if match is None:
        return False
    try:
        datetime.date(int(match[1]) or 4, int(match[2]), int(match[3]))  # the year 0 is a leap year, as 4 is
    except ValueError:
        return False
    return True


def plain_key(text: str) -> str | None:
    """Return a plain scalar as a key, the way kubectl's JSON has it; ``None`` if it cannot be a key."""
    try:
        return key_text(_go_value(text))
    except NoJsonFormError as error:
        return error.key


def key_text(value: object) -> str | None:
    """Return a value as a key: ``1`` is "1", ``yes`` is "true"; ``None`` if it cannot be a key."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value < _INT64 else None
    return _float_key(value) if isinstance(value, float) else None


def _float_key(value: float) -> str:
    """Format as Go's ``FormatFloat(value, 'g', -1, 32)``: the shortest digits that give the same float32."""
    try:
        single: float = unpack("f", pack("f", value))[0]
    except OverflowError:
        return ".inf" if value > 0 else "-.inf"
    digits = next(n for n in range(10) if unpack("f", pack("f", float(f"{single:.{n}e}")))[0] == single)
    text = f"{single:.{digits}e}"
    exponent = int(text[text.index("e") + 1 :])
    return text if exponent < -4 or exponent >= 6 else f"{single:.{max(digits - exponent, 0)}f}"
