"""How a bundle is laid out for a registry, and what passes for that when it comes back."""

from __future__ import annotations

import hashlib
import json
from typing import Any

import pytest

from gatelib.bundle import archive, artifact
from gatelib.bundle.artifact import Layer, compare, compose, digest_of, read
from gatelib.errors import BundleError
from tests.artifacts import ENTRY, MODULE, encoded, files, tarball

REGO = "application/vnd.cncf.openpolicyagent.policy.layer.v1+rego"
JSON = "application/vnd.cncf.openpolicyagent.data.layer.v1+json"


def sha(content: bytes) -> str:
    return "sha256:" + hashlib.sha256(content).hexdigest()


def descriptor(name: str, media_type: str, content: bytes) -> dict[str, Any]:
    return {
        "mediaType": media_type,
        "digest": sha(content),
        "size": len(content),
        "annotations": {"org.opencontainers.image.title": name},
    }


def layers(given: dict[str, bytes]) -> list[Layer]:
    """The layers that fit some files; the entry among them."""
    made = compose(archive.write(given), ENTRY)
    return list(read(made.manifest))[1:]


def test_an_artifact_is_the_bundle_its_files_for_conftest_and_the_entry() -> None:
    bundle = tarball()
    data = files()["gatelib/bundle/data.json"]
    made = compose(bundle, ENTRY)
    assert json.loads(made.manifest) == {
        "schemaVersion": 2,
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "config": {
            "mediaType": "application/vnd.oci.image.config.v1+json",
            "digest": sha(b"{}"),
            "size": 2,
        },
        "layers": [
            descriptor("bundle.tar.gz", "application/vnd.oci.image.layer.v1.tar+gzip", bundle),
            descriptor("gatelib/bundle/data.json", JSON, data),
            descriptor("gatelib/main.rego", REGO, MODULE),
            descriptor("main.rego", REGO, ENTRY),
        ],
    }
    assert made.blobs == {sha(blob): blob for blob in (bundle, data, MODULE, ENTRY, b"{}")}


def test_what_was_composed_is_read_again() -> None:
    given = files()
    first, *others = read(compose(archive.write(given), ENTRY).manifest)
    assert (first.name, first.digest) == ("bundle.tar.gz", sha(archive.write(given)))
    compare(given, others)


def test_the_order_of_the_files_in_the_bundle_does_not_matter_to_conftest() -> None:
    compare(dict(reversed(files().items())), list(reversed(layers(files()))))


def test_files_with_the_same_content_are_one_blob_and_two_layers() -> None:
    given = files({"more/a/data.json": b"{}", "more/b/data.json": b"{}"})
    made = compose(archive.write(given), ENTRY)
    names = [
        layer["annotations"]["org.opencontainers.image.title"]
        for layer in json.loads(made.manifest)["layers"]
    ]
    assert names[-2:] == ["more/a/data.json", "more/b/data.json"]
    assert len(made.blobs) == 5


def test_a_signature_and_other_files_are_in_the_bundle_only() -> None:
    given = files({".signatures.json": b"{}", "policy.wasm": b"\0asm", "more/other.json": b"{}"})
    assert [layer.name for layer in layers(given)] == [
        "gatelib/bundle/data.json",
        "gatelib/main.rego",
        "main.rego",
    ]


def test_a_bundle_that_names_no_entry_has_none() -> None:
    given = {".manifest": b'{"revision":"1"}', "gatelib/data.json": b"{}"}
    assert [layer.name for layer in layers(given)] == ["gatelib/data.json"]


def test_a_bundle_with_another_entry_than_it_names_is_not_composed() -> None:
    with pytest.raises(BundleError, match=r"`main\.rego` is not what the bundle holds by that name"):
        compose(tarball(), ENTRY + b"\n")


@pytest.mark.parametrize("entry", [{}, [], "0", {"sha256": None}, {"sha256": "0" * 63}, {"sha256": "A" * 64}])
def test_an_entry_without_a_digest_is_refused(entry: Any) -> None:
    manifest = {"metadata": {"gatelib": {"conftest_entry": entry}}}
    with pytest.raises(BundleError, match="does not name Conftest's entry by its digest"):
        compose(archive.write({".manifest": encoded(manifest)}), ENTRY)


@pytest.mark.parametrize("manifest", [{"metadata": []}, {"metadata": {"gatelib": 1}}, {}])
def test_a_manifest_that_says_nothing_of_an_entry_names_none(manifest: dict[str, Any]) -> None:
    assert layers({".manifest": encoded(manifest)}) == []


def test_a_file_with_the_name_of_the_entry_is_refused() -> None:
    with pytest.raises(BundleError, match=r"holds a `main\.rego`"):
        compose(tarball({"main.rego": b"package main\n"}), ENTRY)


@pytest.mark.parametrize("name", ["more/data.yaml", "more/data.yml"])
def test_data_in_yaml_is_refused(name: str) -> None:
    with pytest.raises(BundleError, match=f"`{name}` in the bundle is YAML"):
        compose(tarball({name: b"a: 1\n"}), ENTRY)


def test_a_manifest_larger_than_its_readers_take_is_not_composed() -> None:
    many = {f"more/{'x' * 140}/{'y' * 80}{number}/data.json": b"{}" for number in range(9_990)}
    with pytest.raises(BundleError, match="more files than the manifest"):
        compose(tarball(many), ENTRY)


def altered(**values: Any) -> Layer:
    """The layer of the module, but for some values."""
    return Layer(
        **{"name": "gatelib/main.rego", "media_type": REGO, "digest": sha(MODULE), "size": 1, **values}
    )


OTHER = sha(b"package gatelib.main\n")
DIFFERENT: dict[str, tuple[list[Layer], str]] = {
    "other Rego": ([altered(digest=OTHER)], "`gatelib/main.rego` is not what the bundle holds"),
    "Rego called data": ([altered(media_type=JSON)], "`gatelib/main.rego` has the type"),
    "Rego called an archive": (
        [altered(media_type=artifact.TARBALL_TYPE)],
        "`gatelib/main.rego` has the type",
    ),
    "more Rego": ([altered(), altered(name="extra.rego")], "`extra.rego` of the artifact is no file"),
    "more data": (
        [altered(), altered(name="data.json", media_type=JSON)],
        "`data.json` of the artifact is no",
    ),
    "Rego at another place": ([altered(name="gatelib/lib/main.rego")], "`gatelib/lib/main.rego` of the"),
    "Rego outside": ([altered(), altered(name="../main.rego")], "`../main.rego` of the artifact is no file"),
    "Rego by another spelling": (
        [altered(), altered(name="./gatelib/main.rego")],
        "`./gatelib/main.rego` of",
    ),
    "Rego twice": ([altered(), altered()], "two layers of the artifact are called `gatelib/main.rego`"),
    "no Rego": ([], "lacks the layer `gatelib/main.rego`"),
    "the manifest as a layer": (
        [altered(), altered(name=".manifest")],
        "`.manifest` of the artifact is no file",
    ),
    "a second bundle": (
        [altered(), altered(name="bundle.tar.gz", media_type=artifact.TARBALL_TYPE)],
        "`bundle.tar.gz` of the artifact is no file",
    ),
}


@pytest.mark.parametrize("what", DIFFERENT)
def test_layers_that_are_not_the_bundles_files_are_refused_by_name(what: str) -> None:
    instead, message = DIFFERENT[what]
    rest = [layer for layer in layers(files()) if layer.name != "gatelib/main.rego"]
    with pytest.raises(BundleError, match=message):
        compare(files(), rest + instead)


@pytest.mark.parametrize("name", ["gatelib/bundle/data.json", "main.rego"])
def test_no_layer_may_be_missing_or_have_other_content(name: str) -> None:
    rest = [layer for layer in layers(files()) if layer.name != name]
    with pytest.raises(BundleError, match=f"lacks the layer `{name}`"):
        compare(files(), rest)
    kind = REGO if name == "main.rego" else JSON
    with pytest.raises(BundleError, match=f"`{name}` is not what the bundle holds"):
        compare(files(), [*rest, Layer(name, kind, OTHER, 1)])


def changed(**values: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(compose(tarball(), ENTRY).manifest)
    return {key: value for key, value in {**found, **values}.items() if value is not None}


def with_layer(**values: Any) -> dict[str, Any]:
    """The manifest with its second layer altered."""
    found = changed()
    found["layers"][1] = {
        key: value for key, value in {**found["layers"][1], **values}.items() if value is not None
    }
    return found


TITLE = {"org.opencontainers.image.title": "gatelib/bundle/data.json"}
IMAGE = {"mediaType": "application/vnd.oci.image.manifest.v1+json", "digest": OTHER, "size": 2}
FOREIGN: dict[str, Any] = {
    "no object": [],
    "nothing": {},
    "no type": changed(mediaType=None),
    "an index": changed(mediaType="application/vnd.oci.image.index.v1+json"),
    "an image of Docker": changed(mediaType="application/vnd.docker.distribution.manifest.v2+json"),
    "another version": changed(schemaVersion=1),
    "no version": changed(schemaVersion=None),
    "a subject, which Conftest fetches too": changed(subject=IMAGE),
    "manifests beside layers": changed(manifests=[IMAGE]),
    "layers in another spelling, which Go takes": changed(Layers=[]),
    "annotations": changed(annotations={"a": "b"}),
    "a kind of artifact": changed(artifactType="application/x"),
    "no configuration": changed(config=None),
    "another configuration": changed(config={**changed()["config"], "digest": OTHER}),
    "a configuration of another type": changed(config={**changed()["config"], "mediaType": "application/x"}),
    "a configuration that becomes a file": changed(config={**changed()["config"], "annotations": TITLE}),
    "a configuration with its content": changed(config={**changed()["config"], "data": "e30="}),
    "no layers": changed(layers=[]),
    "layers that are none": changed(layers={"0": changed()["layers"][0]}),
    "a layer that is none": changed(layers=[*changed()["layers"], "x"]),
    "the bundle not first": changed(layers=changed()["layers"][1:]),
    "the bundle by another name": changed(
        layers=[descriptor("x", artifact.TARBALL_TYPE, tarball()), *changed()["layers"][1:]]
    ),
    "the bundle by another type": changed(
        layers=[descriptor("bundle.tar.gz", "application/x", tarball()), *changed()["layers"][1:]]
    ),
    "too many layers": changed(layers=changed()["layers"] * 3_000),
    "a layer from elsewhere": with_layer(urls=["https://registry.example.com/x"]),
    "a layer with its content": with_layer(data="e30="),
    "a layer that is unpacked": with_layer(annotations={**TITLE, "io.deis.oras.content.unpack": "true"}),
    "a layer without a name": with_layer(annotations=None),
    "a layer whose name is no text": with_layer(annotations={"org.opencontainers.image.title": 1}),
    "a layer for one platform": with_layer(platform={"os": "linux"}),
    "a layer without a type": with_layer(mediaType=None),
    "a layer without a digest": with_layer(digest=None),
    "a layer with a weak digest": with_layer(digest="md5:" + "0" * 32),
    "a layer with a path for a digest": with_layer(digest="sha256:../../" + "0" * 58),
    "a layer without a size": with_layer(size=None),
    "a layer of no size": with_layer(size=-1),
    "a layer of half a byte": with_layer(size=0.5),
    "a layer of a true size": with_layer(size=True),
    "a layer of a size in letters": with_layer(size="2"),
    "a layer that is too large": with_layer(size=archive.MOST_BYTES + 1),
}  # fmt: skip


@pytest.mark.parametrize("what", FOREIGN)
def test_a_manifest_that_says_anything_else_is_refused(what: str) -> None:
    with pytest.raises(BundleError, match=r"artifact|layer"):
        read(json.dumps(FOREIGN[what]).encode())


@pytest.mark.parametrize(
    "manifest",
    [
        b"",
        b"x",
        b"\xff",
        b"[" * 100_000,
        b'{"layers": NaN}',
        compose(tarball(), ENTRY).manifest + b"{}",
        compose(tarball(), ENTRY).manifest.replace(b'{"schemaVersion"', b'{"layers":[],"schemaVersion"'),
    ],
)
def test_a_manifest_that_is_no_json_or_says_a_thing_twice_is_refused(manifest: bytes) -> None:
    with pytest.raises(BundleError, match="is no JSON"):
        read(manifest)


def test_a_digest_is_what_sha256_says() -> None:
    assert digest_of(b"{}") == "sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
