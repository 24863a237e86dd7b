"""What holds for every signature, whatever the files, the key and the algorithm."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import jwt
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from gatelib import keys
from gatelib.bundle import archive, digests, signatures
from gatelib.errors import BundleError, SignatureError
from gatelib.settings import parse_now
from tests.acceptance.command import NOW
from tests.budget import budget
from tests.engines import need
from tests.signing import pair, signed

ALGORITHMS = ("RS256", "PS256", "ES256", "ES384", "EdDSA", "HS256")
MOMENT = parse_now(NOW)
assert MOMENT is not None

law = settings(
    max_examples=budget(10, 300), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)

# Files as anybody may write them

numbers = st.sampled_from(
    [
        "0",
        "-0",
        "1",
        "1.0",
        "1.00",
        "-1.5e3",
        "1E5",
        "1e+5",
        "1e-5",
        "0.1",
        "1e999",
        "1" * 40,
        "12345678901234567890",
    ]
)
escapes = st.sampled_from(
    [
        *(
            "\\u0041",
            "\\u00e9",
            "\\/",
            "\\\\",
            '\\"',
            "\\b",
            "\\f",
            "\\n",
            "\\r",
            "\\t",
            "\\u0000",
            "\\u001f",
        ),
        *(
            "\\u007f",
            "\\u2028",
            "\\u2029",
            "\u2028",
            "\u2029",
            "\\ud83d\\ude00",
            "\U0001f600",
            "\x7f",
            "\ufffe",
        ),
        *("<", ">", "&", "'", "\u00e9", "\u017f"),
    ]
)
letters = st.text(
    st.characters(min_codepoint=32, exclude_characters='"\\', exclude_categories=["Cs"]), max_size=4
)
strings = st.lists(escapes | letters, max_size=4).map(lambda parts: f'"{"".join(parts)}"')
spaces = st.text(" \t\r\n", max_size=2)


def containers(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    def joined(parts: list[str], space: str) -> str:
        return f"{space},{space}".join(parts)

    lists = st.builds(
        lambda parts, space: f"[{space}{joined(parts, space)}]", st.lists(inner, max_size=3), spaces
    )
    pairs = st.dictionaries(strings, inner, max_size=3).map(
        lambda d: [f"{key} :{value}" for key, value in d.items()]
    )
    return lists | st.builds(lambda parts, space: f"{{{space}{joined(parts, space)}}}", pairs, spaces)


documents = st.recursive(
    numbers | strings | st.sampled_from(["true", "false", "null"]), containers, max_leaves=12
)
objects = documents.map(lambda text: f'{{"x":{text}}}')


def has_no_key_twice(text: str) -> bool:
    try:
        digests.read_json("data.json", text.encode(), parse_int=str, parse_float=str)
    except BundleError:
        return False
    return True


data = objects.filter(has_no_key_twice).map(str.encode)
parts = st.text("abcdefghijklmnopqrstuvwxyz0123456789_-.éß ", min_size=1, max_size=12).filter(
    lambda part: part.strip(". ") == part
)
folders = st.lists(parts, max_size=3).map(lambda names: "".join(f"{name}/" for name in names))
kinds = st.sampled_from(["data.json", ".manifest", "x.json", "x.rego", "other"])


@st.composite
def trees(draw: st.DrawFn) -> dict[str, bytes]:
    """Files of a bundle by name, of which no file is another's folder."""
    files: dict[str, bytes] = {}
    for folder in draw(st.lists(folders, min_size=1, max_size=5)):
        kind = draw(kinds)
        content = draw(data) if kind in ("data.json", ".manifest") else draw(st.binary(max_size=40))
        files["" if kind == ".manifest" else folder + kind] = content
    files[".manifest"] = files.pop("", b"{}")
    assume(not any(other.startswith(f"{name}/") for name in files for other in files))
    return files


def key(algorithm: str, name: str = "release") -> keys.VerificationKey:
    return keys.verification_key(pair(name, algorithm).public.encode(), algorithm=algorithm, keyid="release")


def verify(files: Mapping[str, bytes], algorithm: str, scope: str = "prod") -> signatures.Signer:
    assert MOMENT is not None
    return signatures.verify(files, [key(algorithm)], scope=scope, now=MOMENT)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@law
@given(files=trees(), scope=st.text(max_size=5))
def test_whatever_is_signed_verifies(algorithm: str, files: dict[str, bytes], scope: str) -> None:
    made = archive.read(signed(files, scope=scope, algorithm=algorithm))
    assert verify(made, algorithm, scope) == ("release", algorithm, scope)
    made.pop(signatures.NAME)
    assert made == files


@pytest.mark.parametrize("algorithm", ALGORITHMS)
@law
@given(files=trees(), chosen=st.data())
def test_whatever_is_changed_does_not(algorithm: str, files: dict[str, bytes], chosen: st.DataObject) -> None:
    made = archive.read(signed(files, scope="prod", algorithm=algorithm))
    name = chosen.draw(st.sampled_from(sorted(files)))
    added = chosen.draw(folders) + "added"
    content = chosen.draw(st.binary(max_size=40) | data)
    assume(added not in made and digest_or_none(name, content) != digests.digest(name, made[name]))
    changes: list[dict[str, bytes]] = [
        {**made, name: content},
        {other: text for other, text in made.items() if other != name},
        {**made, added: content},
        {**made, signatures.NAME: resigned(made, algorithm)},
    ]
    for change in changes:
        with pytest.raises(SignatureError):
            verify(change, algorithm)
    with pytest.raises(SignatureError, match="for the scope"):
        verify(made, algorithm, "other")


def digest_or_none(name: str, content: bytes) -> str | None:
    try:
        return digests.digest(name, content)
    except BundleError:
        return None


def resigned(files: Mapping[str, bytes], algorithm: str) -> bytes:
    """The signature that a thief makes with a key of his own."""
    private = pair("thief", algorithm).private.encode()
    return signatures.sign(
        files, keys.signing_key(private, algorithm=algorithm, keyid="release"), scope="prod"
    )


@law
@given(files=trees())
def test_an_archive_holds_what_was_put_into_it_in_whatever_order(files: dict[str, bytes]) -> None:
    written = archive.write(files)
    assert archive.read(written) == files
    assert archive.write(dict(reversed(files.items()))) == written


@pytest.mark.parametrize("algorithm", [name for name in ALGORITHMS if name != "PS256"])
@law
@given(files=trees())
def test_the_same_files_have_the_same_signature(algorithm: str, files: dict[str, bytes]) -> None:
    assert signed(files, algorithm=algorithm) == signed(files, algorithm=algorithm)


# As OPA has it

ODD = [
    b'{"a":"\\ud83d\\ude00","\xf0\x9f\x98\x80":1,"\xef\xbf\xbf":2,"a\\u0000":3}',
    b'{"b":[[],{},[{}]],"a":{"":null},"":[true,false]}',
    ('{"x":"\u2028\u2029\\u2028\\u2029<>&\x7f"}').encode(),
    b'{"x":' + b"[" * 98 + b"]" * 98 + b"}",
    b'{"x":[-0,0.0,1E400,1e-400,100000000000000000000000000000000000000000001]}',
    b' \n\t{ "x" : [ 1 ,\r\n 2 ] } ',
    json.dumps({"\u00e9": "e\u0301", "Z": 1, "a": 2, "_": 3, "\U00010000": 4, "\uffff": 5}).encode(),
]


@settings(law, max_examples=budget(2, 40))
@given(contents=st.lists(data, min_size=25, max_size=25), other=st.binary(max_size=40))
def test_digests_are_those_of_opa_sign(
    tmp_path_factory: pytest.TempPathFactory, contents: list[bytes], other: bytes
) -> None:
    files = {f"{number}/data.json": content for number, content in enumerate([*contents, *ODD])}
    files |= {
        "other/data.JSON": other,
        "other/x.json": other,
        "other/.manifest": contents[0],
        ".manifest": b"{}",
    }
    ours = {name: digests.digest(name, content) for name, content in files.items()}
    assert opa_digests(tmp_path_factory.mktemp("signed"), files) == ours


def opa_digests(folder: Path, files: Mapping[str, bytes]) -> dict[str, str]:
    """Return the digest of each file that OPA signs."""
    opa = need("opa")
    for name, content in files.items():
        path = folder / "bundle" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    (folder / "key.pem").write_text(pair("release").private)
    command = [
        opa,
        "sign",
        "--signing-key",
        str(folder / "key.pem"),
        "--output-file-path",
        str(folder),
        "--bundle",
        ".",
    ]
    done = subprocess.run(
        command, cwd=folder / "bundle", capture_output=True, check=False, env={**os.environ}
    )
    assert done.returncode == 0, done.stderr.decode()
    token = json.loads((folder / signatures.NAME).read_bytes())["signatures"][0]
    listed: Any = jwt.decode(token, options={"verify_signature": False})["files"]
    return {entry["name"]: entry["hash"] for entry in listed}
