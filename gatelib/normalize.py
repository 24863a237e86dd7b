"""Documents as rules see them: lists flattened, namespaces filled in, secrets' values taken out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from gatelib.loader import JSON, Path, RawDocument
from gatelib.records import GROUP

MALFORMED: Final = "GL-ERR-007"
"""A value whose type the API server would refuse."""

REDACTED: Final = "**redacted**"
"""What stands for a secret's value from here on; what was empty stays empty."""

_LONGEST_NAME: Final = 512
"""Characters; the API server takes 253 in a name, and 317 in an API version."""

_SHOWN_OF_A_SECRET: Final = frozenset({"apiVersion", "kind", "metadata", "type", "immutable"})
_LAST_APPLIED: Final = "kubectl.kubernetes.io/last-applied-configuration"
_NO_MANIFESTS: Final = {
    "admission.k8s.io/AdmissionReview": "an AdmissionReview wraps an object and is none",
    "kustomize.config.k8s.io/Kustomization": "a kustomization is rendered, not applied",
    "kustomize.config.k8s.io/Component": "a kustomization is rendered, not applied",
}


class Document(NamedTuple):
    """One object."""

    ordinal: int
    """Number of the YAML or JSON document it stands in."""
    prefix: Path
    """Where in that document, for an item of a list."""
    type: str
    """``group/Kind``, or the bare kind in the core group."""
    scope: str
    """What it shares with the other objects of its namespace, as ``gatelib.lib.documents`` names it."""
    content: dict[str, Any]


class Refusal(NamedTuple):
    """A place in a document that cannot be judged, or a document that is nothing to judge."""

    ordinal: int
    path: Path
    reason: str
    is_error: bool


class Kinds(NamedTuple):
    """What ``data.gatelib.kinds`` says of the kinds of the field."""

    well_known: Mapping[str, str]
    aliases: Mapping[str, str]
    cluster_scoped: frozenset[str]

    @classmethod
    def of(cls, data: Mapping[str, Any]) -> Kinds:
        """Take the part of the policy's data."""
        return cls(data["well_known"], data["aliases"], frozenset(data["cluster_scoped"]))

    def type_of(self, content: Mapping[str, Any]) -> str:
        """Return ``group/Kind``, by the same rules as ``gatelib.lib.documents.type_of``."""
        kind, version = content["kind"], content.get("apiVersion")
        if not isinstance(version, str) or not version:
            group = self.well_known.get(kind, "")
        else:
            group = version.split("/")[0] if "/" in version else ""
        name = f"{group}/{kind}" if group else kind
        return self.aliases.get(name, name)


def normalize(
    raw: RawDocument, kinds: Kinds, *, root: int, namespace: str | None
) -> Iterator[Document | Refusal]:
    """Yield the objects of one document, and what in it is none.

    ``namespace`` is what objects get that name none, and are not known to be of the whole cluster.
    """
    todo: list[tuple[Path, JSON, str, str]] = [((), raw.value, "", "")]
    while todo:
        path, value, version, kind = todo.pop()
        if not isinstance(value, dict):
            what = "null" if value is None else f"{_article(value)}, no object"
            reason = f"item {path[-1]} of the list is {what}" if path else f"the document is {what}"
            yield Refusal(raw.ordinal, path, reason, is_error=bool(path))
            continue
        content = _inheriting(value, version, kind)
        items = content.get("items")
        if isinstance(items, list):
            if (refusal := _as_list(raw.ordinal, path, value)) is not None:
                yield refusal
            inherited = _item_type(value, version, kind)
            todo.extend(
                ((*path, "items", position), item, *inherited)
                for position, item in reversed(list(enumerate(items)))
            )
            continue
        yield _document(raw.ordinal, path, content, kinds, root, namespace)


def _as_list(ordinal: int, path: Path, content: Mapping[str, Any]) -> Refusal | None:
    kind = content.get("kind")
    if isinstance(kind, str) and kind and not kind.endswith("List"):
        reason = f"`{kind}` has `items`: some tools take it for a list and others for the object it names"
        return Refusal(ordinal, (*path, "items"), reason, is_error=True)
    return Refusal(ordinal, path, "an empty list", is_error=False) if not content["items"] else None


def _document(
    ordinal: int, path: Path, content: dict[str, Any], kinds: Kinds, root: int, namespace: str | None
) -> Document | Refusal:
    kind = content.get("kind")
    if not isinstance(kind, str) or not kind:
        if kind in (None, "") or not content.get("apiVersion"):
            return Refusal(ordinal, path, "no Kubernetes object or record: it has no `kind`", is_error=False)
        reason = f"`kind` must be a string, and is {_article(kind)}"
        return Refusal(ordinal, (*path, "kind"), reason, is_error=True)
    type_ = kinds.type_of(content)
    if type_ in _NO_MANIFESTS:
        return Refusal(ordinal, path, _NO_MANIFESTS[type_], is_error=False)
    if kind.endswith("List") and "items" in content and content["items"] is None:
        return Refusal(ordinal, path, "an empty list", is_error=False)
    if kind.endswith("List") and "items" in content:
        reason = f"`items` of `{kind}` must be a list, and is {_article(content['items'])}"
        return Refusal(ordinal, (*path, "items"), reason, is_error=True)
    if (long := _too_long(content)) is not None:
        name = ".".join(map(str, long))
        reason = f"`{name}` has more than {_LONGEST_NAME} characters, which no API server takes"
        return Refusal(ordinal, (*path, *long), reason, is_error=True)
    if namespace is not None and kind not in kinds.cluster_scoped and not type_.startswith(f"{GROUP}/"):
        content = _with_namespace(content, namespace)
    if is_secret(content):
        content = _redacted(content)
    return Document(ordinal, path, type_, _scope(type_, content, root), content)


def _too_long(content: Mapping[str, Any]) -> Path | None:
    """Return the way to a name that would blow up the report, since every finding repeats it."""
    metadata = content.get("metadata")
    names: list[tuple[Path, Any]] = [((key,), content.get(key)) for key in ("apiVersion", "kind")]
    if isinstance(metadata, dict):
        names += [(("metadata", key), metadata.get(key)) for key in ("name", "generateName", "namespace")]
    for path, name in names:
        if isinstance(name, str) and len(name) > _LONGEST_NAME:
            return path
    return None


def is_secret(content: Mapping[str, Any]) -> bool:
    """Tell whether an object holds a secret, if only by a kind or group that is spelt wrong."""
    kind = content["kind"]
    return isinstance(kind, str) and kind.lower() == "secret"


def malformed_metadata(content: Mapping[str, Any]) -> Iterator[tuple[Path, str]]:
    """Yield ``(path, message)`` for metadata that the API server refuses, in the words of the rules."""
    metadata = content.get("metadata")
    if metadata is not None and not isinstance(metadata, dict):
        yield ("metadata",), _must_be("metadata", "an object", metadata)
    if not isinstance(metadata, dict):
        return
    for key in ("name", "generateName", "namespace"):
        if metadata.get(key) is not None and not isinstance(metadata[key], str):
            yield ("metadata", key), _must_be(f"metadata.{key}", "a string", metadata[key])
    for field in ("labels", "annotations"):
        entries = metadata.get(field)
        if entries is not None and not isinstance(entries, dict):
            yield ("metadata", field), _must_be(f"metadata.{field}", "an object", entries)
        elif entries:
            for key, value in entries.items():
                if value is not None and not isinstance(value, str):
                    yield ("metadata", field, key), _must_be(f"metadata.{field}.{key}", "a string", value)


def _inheriting(value: dict[str, Any], version: str, kind: str) -> dict[str, Any]:
    missing = {
        key: inherited
        for key, inherited in (("apiVersion", version), ("kind", kind))
        if inherited and value.get(key) in (None, "")
    }
    return {**value, **missing} if missing else value


def _item_type(value: Mapping[str, Any], version: str, kind: str) -> tuple[str, str]:
    """Return what items inherit: the type of the innermost list that has one of its own."""
    own_kind, own_version = value.get("kind"), value.get("apiVersion")
    if own_kind in ("List", "") or not isinstance(own_kind, str):
        return version, kind
    return own_version if isinstance(own_version, str) else "", own_kind.removesuffix("List")


def _with_namespace(content: dict[str, Any], namespace: str) -> dict[str, Any]:
    metadata = content.get("metadata")
    if metadata is None:
        metadata = {}
    if not isinstance(metadata, dict) or metadata.get("namespace") not in (None, ""):
        return content
    return {**content, "metadata": {**metadata, "namespace": namespace}}


def _redacted(content: dict[str, Any]) -> dict[str, Any]:
    hidden = dict(content)
    for field in hidden.keys() - _SHOWN_OF_A_SECRET:
        hidden[field] = _without_values(hidden[field])
    metadata = hidden.get("metadata")
    annotations = metadata.get("annotations") if isinstance(metadata, dict) else None
    if isinstance(metadata, dict) and isinstance(annotations, dict) and _LAST_APPLIED in annotations:
        hidden["metadata"] = {**metadata, "annotations": {**annotations, _LAST_APPLIED: REDACTED}}
    return hidden


def _without_values(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: REDACTED if entry else entry for key, entry in value.items()}
    if isinstance(value, list):
        return [REDACTED for _ in value]
    return REDACTED if value else value


def _scope(type_: str, content: Mapping[str, Any], root: int) -> str:
    metadata = content.get("metadata")
    metadata = metadata if isinstance(metadata, dict) else {}
    name = metadata.get("name" if type_ == "Namespace" else "namespace")
    return f"namespace:{name}" if isinstance(name, str) and name else f"root:{root}"


def namespace_of(scope: str) -> str:
    """Return the namespace that a document's scope names, ``""`` for none; a Namespace is in its own."""
    return scope.removeprefix("namespace:") if scope.startswith("namespace:") else ""


def _must_be(path: str, want: str, value: object) -> str:
    return f"`{path}` must be {want}, and is {_article(value)}"


def _article(value: object) -> str:
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "a boolean"
    names = {str: "a string", int: "a number", float: "a number", list: "a list", dict: "an object"}
    return names[type(value)]
