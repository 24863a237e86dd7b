"""How a file that cannot be read is explained."""

from __future__ import annotations

import gzip

import pytest

from gatelib.errors import LoadError
from gatelib.loader import load


def error(data: str | bytes) -> LoadError:
    found = load(data.encode() if isinstance(data, str) else data).error
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("data", "code", "line", "column"),
    [
        ("a: [1\nb: 2\n", "GL-ERR-103", 2, 2),
        ("a: 1\n b: 2\n", "GL-ERR-103", 2, 3),
        ("a:\n\tb: 1\n", "GL-ERR-103", 2, 1),
        (b"a: 1\nb: \xff\n", "GL-ERR-103", 2, 4),
        ("a: é\x01\n", "GL-ERR-103", 1, 5),
        ("%TAG !a! x\n" * 1001, "GL-ERR-103", 1, 1),
        ("a: 1\n\ufeffb: 2\n", "GL-ERR-103", 2, 1),
        ("a: 1\nb: 2\na: 3\n", "GL-ERR-104", 3, 1),
        ("true: 1\nyes: 2\n", "GL-ERR-104", 2, 1),
        ('{"a": {"b": 1,\n "b": 2}}', "GL-ERR-104", 2, 2),
        ('{"x": [{"b": 1}, {"b": 2}]}\n\n {"a": 1, "\\u0061": 2}', "GL-ERR-104", 3, 11),
        ("a: 1\nb: {{ .Values.b }}\n", "GL-ERR-105", 2, 4),
        ("{{- if .Values.x }}\na: 1\n{{- end }}\n", "GL-ERR-105", 1, 1),
        ("a:\n  {{- toYaml .Values.a | nindent 2 }}\n", "GL-ERR-105", 2, 3),
        ("a: 1\n{% if x %}\nb: 2\n{% endif %}\n", "GL-ERR-105", 2, 1),
        ('name: "{{ include "x" . }}"\n', "GL-ERR-105", 1, 8),
        ("[" * 200, "GL-ERR-106", 1, 101),
        ('{"a":' * 101 + "1" + "}" * 101, "GL-ERR-106", 1, 501),
        ("a: &a [*a]\n", "GL-ERR-107", 1, 8),
        ("a: *b\n", "GL-ERR-107", 1, 4),
        ("a: 1\nb: .inf\n", "GL-ERR-108", 2, 4),
        ("a: !!int x\n", "GL-ERR-108", 1, 4),
        ("a: !!binary '***'\n", "GL-ERR-108", 1, 4),
        ("a: !!timestamp 2020-13-01\n", "GL-ERR-108", 1, 4),
        ("? [a]\n: 1\n", "GL-ERR-108", 1, 3),
        ("~: 1\n", "GL-ERR-108", 1, 1),
        ("a: {<<: 1}\n", "GL-ERR-108", 1, 9),
        ("x: &x [{a: 1}]\ny: {<<: *x}\n", "GL-ERR-108", 2, 9),
        ('{"a": 1}\n{"b": NaN}', "GL-ERR-108", 2, 7),
        ('["x",\n 1e999]', "GL-ERR-108", 2, 2),
        ('{"a": "\\ud800"}', "GL-ERR-108", 1, 7),
        ('{"a": "\\udc00\\ud800"}', "GL-ERR-108", 1, 7),
        (b"a: 1\nb: \0\n", "GL-ERR-110", 2, None),
        (gzip.compress(b"a: 1", mtime=0), "GL-ERR-110", 1, None),
        ("apiVersion: v1\n".encode("utf-16-le"), "GL-ERR-110", 1, None),
    ],
)
def test_an_error_has_its_code_and_its_place(
    data: str | bytes, code: str, line: int, column: int | None
) -> None:
    found = error(data)
    assert (found.code, found.line, found.column) == (code, line, column)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
def test_places_are_right_in_every_encoding(encoding: str) -> None:
    found = error("é: 1\r\nb: '\u2028'\r\nü: [1, *x]\r\n".encode(encoding))
    assert (found.line, found.column) == (3, 8)


@pytest.mark.parametrize(
    "text", ['a: "{{ x }}"\nb: [\n\n\n\n\n\n\n\n\n\n\n\n\n', 'a: "{{ x }}"\n\n\nb: c: d\n']
)
def test_a_quoted_template_elsewhere_does_not_explain_an_error(text: str) -> None:
    assert error(text).code == "GL-ERR-103"


def test_quoted_templates_are_values() -> None:
    assert load(b"a: \"{{ x }}\"\nb: '{% y %}'\n").error is None


@pytest.mark.parametrize(
    "text",
    [
        "a: SECRET: x\n",
        "a: !!int SECRET\n",
        "a: !!binary SECRET*\n",
        "a: 'SECRET\n",
        "a: {SECRET\n",
        'a: "SECRET\\q"\n',
        "- SECRET\nb: 1\n",
        "? [SECRET]\n: 1",
        '{"a": "SECRET\\ud800"}',
        '{"a": "SECRET", "a": 1}',
        '{"a": "SECRET}',
        "a: {{ SECRET }}",
        "<<: SECRET",
        "a: @SECRET",
        "a: !SECRET! x",
    ],
)
def test_no_message_quotes_a_value(text: str) -> None:
    found = error(text)
    assert "SECRET" not in f"{found} {found.hint} {found.__cause__}"


def test_long_and_odd_names_are_cut_and_escaped() -> None:
    found = error('"\\e[31m{0}": 1\n"\\e[31m{0}": 2\n'.replace("{0}", "k" * 100))
    assert found.message == "The key `\\x1b[31m" + "k" * 74 + "…` is written twice in one mapping."


def test_what_went_wrong_comes_with_what_to_do() -> None:
    found = error("a: {{ .Values.x }}\n")
    assert found.message == "This is a template that was not rendered, not a manifest."
    assert found.hint and "`helm template`" in found.hint
