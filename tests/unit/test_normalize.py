from __future__ import annotations

from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gatelib.loader import load
from gatelib.normalize import REDACTED, Document, Kinds, Refusal, malformed_metadata, normalize
from gatelib.policy import shipped
from tests.budget import budget
from tests.unit.rego import value_of

KINDS = Kinds.of(shipped().data["kinds"])


def read(text: str, *, namespace: str | None = None, root: int = 0) -> list[Document | Refusal]:
    loaded = load(text.encode())
    assert loaded.error is None
    return [
        found for raw in loaded.documents for found in normalize(raw, KINDS, root=root, namespace=namespace)
    ]


def normalized(value: object, *, namespace: str | None = None, root: int = 0) -> list[Document | Refusal]:
    return read(orjson.dumps(value).decode(), namespace=namespace, root=root)


def only(value: object, *, namespace: str | None = None, root: int = 0) -> Document:
    (document,) = normalized(value, namespace=namespace, root=root)
    assert isinstance(document, Document)
    return document


def contents(value: object) -> list[dict[str, Any]]:
    return [found.content for found in normalized(value) if isinstance(found, Document)]


# Lists


def test_an_object_is_its_own_document() -> None:
    pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "api", "namespace": "shop"}}
    assert normalized(pod) == [Document(0, (), "Pod", "namespace:shop", pod)]


def test_documents_keep_the_number_they_have_in_the_file_empty_ones_counted() -> None:
    found = read("kind: Pod\n---\n---\n# nothing\n---\nkind: Service\n")
    assert [(one.ordinal, one.type) for one in found if isinstance(one, Document)] == [
        (0, "Pod"),
        (3, "Service"),
    ]


def test_items_of_a_list_come_in_their_order_with_their_place() -> None:
    found = read("kind: List\nitems:\n- {kind: Pod}\n- {kind: Service}\n- {kind: Job}\n")
    assert found == [
        Document(0, ("items", 0), "Pod", "root:0", {"kind": "Pod"}),
        Document(0, ("items", 1), "Service", "root:0", {"kind": "Service"}),
        Document(0, ("items", 2), "batch/Job", "root:0", {"kind": "Job"}),
    ]


def test_items_of_a_typed_list_inherit_its_type() -> None:
    given = {"apiVersion": "v1", "kind": "PodList", "items": [{"metadata": {"name": "a"}}]}
    assert contents(given) == [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}]


@pytest.mark.parametrize("empty", [None, ""])
def test_what_is_empty_in_an_item_is_inherited(empty: str | None) -> None:
    given = {
        "apiVersion": "apps/v1",
        "kind": "DeploymentList",
        "items": [{"kind": empty, "apiVersion": empty}],
    }
    assert contents(given) == [{"apiVersion": "apps/v1", "kind": "Deployment"}]


def test_an_item_keeps_its_own_type() -> None:
    given = {"apiVersion": "v1", "kind": "PodList", "items": [{"kind": "Service"}]}
    assert contents(given) == [{"kind": "Service", "apiVersion": "v1"}]


def test_anything_with_items_is_a_list() -> None:
    assert contents({"items": [{"kind": "Pod"}]}) == [{"kind": "Pod"}]


def test_lists_in_lists_are_flattened_with_the_whole_way_in_their_place() -> None:
    given = {"kind": "List", "items": [{"kind": "List", "items": [{"kind": "Pod"}]}, {"kind": "Service"}]}
    assert [(found.prefix, found.type) for found in normalized(given) if isinstance(found, Document)] == [
        (("items", 0, "items", 0), "Pod"),
        (("items", 1), "Service"),
    ]


def test_a_plain_list_in_a_typed_one_hands_its_type_on() -> None:
    given = {
        "apiVersion": "v1",
        "kind": "PodList",
        "items": [{"apiVersion": "v1", "kind": "List", "items": [{"metadata": {"name": "a"}}]}],
    }
    assert contents(given) == [{"metadata": {"name": "a"}, "apiVersion": "v1", "kind": "Pod"}]


def test_a_list_as_deep_as_a_file_may_be_does_not_exhaust_the_stack() -> None:
    value: dict[str, Any] = {"kind": "Pod"}
    for _ in range(40):
        value = {"kind": "List", "items": [value]}
    assert contents(value) == [{"kind": "Pod"}]


@pytest.mark.parametrize(
    ("item", "what"),
    [
        (None, "null"),
        ("text", "a string, no object"),
        (7, "a number, no object"),
        (1.5, "a number, no object"),
        (True, "a boolean, no object"),
        ([], "a list, no object"),
    ],
)
def test_an_item_that_is_no_object_is_an_error_and_the_others_are_judged(item: object, what: str) -> None:
    assert normalized({"kind": "List", "items": [{"kind": "Pod"}, item]}) == [
        Document(0, ("items", 0), "Pod", "root:0", {"kind": "Pod"}),
        Refusal(0, ("items", 1), f"item 1 of the list is {what}", is_error=True),
    ]


@pytest.mark.parametrize("items", [None, []])
def test_a_list_without_items_is_named_and_no_error(items: object) -> None:
    assert normalized({"apiVersion": "v1", "kind": "PodList", "items": items}) == [
        Refusal(0, (), "an empty list", is_error=False)
    ]


@pytest.mark.parametrize("items", [{"a": 1}, "text", 7])
def test_items_that_are_no_list_make_no_list(items: object) -> None:
    given = {"apiVersion": "v1", "kind": "ConfigMap", "items": items}
    assert contents(given) == [given]


def test_an_object_that_carries_items_is_an_error_and_its_items_are_judged() -> None:
    given = {"apiVersion": "v1", "kind": "Pod", "items": [{"metadata": {"name": "a"}}]}
    reason = "`Pod` has `items`: some tools take it for a list and others for the object it names"
    assert normalized(given) == [
        Refusal(0, ("items",), reason, is_error=True),
        Document(
            0,
            ("items", 0),
            "Pod",
            "root:0",
            {"metadata": {"name": "a"}, "apiVersion": "v1", "kind": "Pod"},
        ),
    ]


# What is nothing to judge


@pytest.mark.parametrize("text", ["- a\n- b", "just text", "7", "true", "1.5"])
def test_a_document_that_is_no_object_is_named(text: str) -> None:
    (found,) = read(text)
    assert isinstance(found, Refusal)
    assert (found.path, found.is_error) == ((), False)
    assert found.reason.startswith("the document is ")


@pytest.mark.parametrize(
    "given",
    [{}, {"kind": ""}, {"kind": None}, {"replicas": 3}, {"apiVersion": "v1"}, {"kind": 7}],
)
def test_an_object_without_a_kind_is_named_and_no_error(given: dict[str, object]) -> None:
    reason = "no Kubernetes object or record: it has no `kind`"
    assert normalized(given) == [Refusal(0, (), reason, is_error=False)]


@pytest.mark.parametrize(
    ("kind", "what"), [(7, "a number"), (True, "a boolean"), ([], "a list"), ({}, "an object")]
)
def test_a_kind_of_the_wrong_type_beside_an_api_version_is_an_error(kind: object, what: str) -> None:
    assert normalized({"apiVersion": "v1", "kind": kind}) == [
        Refusal(0, ("kind",), f"`kind` must be a string, and is {what}", is_error=True)
    ]


@pytest.mark.parametrize(
    ("version", "kind", "reason"),
    [
        ("admission.k8s.io/v1", "AdmissionReview", "an AdmissionReview wraps an object and is none"),
        ("kustomize.config.k8s.io/v1beta1", "Kustomization", "a kustomization is rendered, not applied"),
        ("kustomize.config.k8s.io/v1alpha1", "Component", "a kustomization is rendered, not applied"),
    ],
)
def test_what_no_cluster_takes_is_named(version: str, kind: str, reason: str) -> None:
    assert normalized({"apiVersion": version, "kind": kind}) == [Refusal(0, (), reason, is_error=False)]


def test_flux_kustomizations_are_objects_of_the_cluster() -> None:
    assert only({"apiVersion": "kustomize.toolkit.fluxcd.io/v1", "kind": "Kustomization"}).type == (
        "kustomize.toolkit.fluxcd.io/Kustomization"
    )


# Type, scope, namespace


@pytest.mark.parametrize(
    ("version", "kind", "type_"),
    [
        ("v1", "Pod", "Pod"),
        ("apps/v1", "Deployment", "apps/Deployment"),
        ("apps/v1beta2", "Deployment", "apps/Deployment"),
        ("extensions/v1beta1", "Deployment", "apps/Deployment"),
        (None, "Deployment", "apps/Deployment"),
        ("", "CronJob", "batch/CronJob"),
        (None, "Unheard", "Unheard"),
        ("v1", "Deployment", "Deployment"),
        ("example.com/v1/more", "Thing", "example.com/Thing"),
        (7, "Job", "batch/Job"),
    ],
)
def test_the_type_is_the_group_and_the_kind(version: object, kind: str, type_: str) -> None:
    assert only({"apiVersion": version, "kind": kind}).type == type_


def test_objects_without_a_namespace_share_the_scope_of_their_root() -> None:
    assert only({"kind": "Pod"}, root=3).scope == "root:3"
    assert only({"kind": "Pod", "metadata": {"namespace": ""}}, root=3).scope == "root:3"
    assert only({"kind": "Pod", "metadata": {"namespace": 7}}, root=3).scope == "root:3"
    assert only({"kind": "Pod", "metadata": "none"}, root=3).scope == "root:3"


def test_a_namespace_lies_in_the_scope_that_it_makes() -> None:
    assert only({"kind": "Namespace", "metadata": {"name": "shop"}}).scope == "namespace:shop"


@pytest.mark.parametrize("metadata", [{}, {"namespace": ""}, {"namespace": None}])
def test_an_object_that_names_no_namespace_gets_the_given_one(metadata: dict[str, object]) -> None:
    document = only({"kind": "Pod", "metadata": metadata}, namespace="shop")
    assert document.content["metadata"] == {"namespace": "shop"}
    assert document.scope == "namespace:shop"


@pytest.mark.parametrize("value", [{"kind": "Pod"}, {"kind": "Pod", "metadata": None}])
def test_an_object_without_metadata_gets_the_given_namespace(value: dict[str, object]) -> None:
    assert only(value, namespace="shop").content == {"kind": "Pod", "metadata": {"namespace": "shop"}}


def test_an_object_keeps_the_namespace_that_it_names() -> None:
    document = only({"kind": "Pod", "metadata": {"namespace": "own"}}, namespace="shop")
    assert document.scope == "namespace:own"


@pytest.mark.parametrize("kind", ["Namespace", "ClusterRole", "PersistentVolume", "CustomResourceDefinition"])
def test_an_object_of_the_whole_cluster_gets_no_namespace(kind: str) -> None:
    assert only({"kind": kind, "metadata": {"name": "x"}}, namespace="shop").content == {
        "kind": kind,
        "metadata": {"name": "x"},
    }


def test_metadata_of_the_wrong_type_is_left_for_the_error_to_show() -> None:
    assert only({"kind": "Pod", "metadata": "text"}, namespace="shop").content["metadata"] == "text"


def test_the_given_document_is_not_changed() -> None:
    raw = load(b"kind: Secret\ndata: {a: c2VjcmV0}\nmetadata: {annotations: {x: y}}\n").documents[0]
    before = orjson.dumps(raw.value)
    list(normalize(raw, KINDS, root=0, namespace="shop"))
    assert orjson.dumps(raw.value) == before


# Secrets

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"


def test_the_values_of_a_secret_are_taken_out_and_its_keys_stay() -> None:
    secret = only(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "db", "annotations": {LAST_APPLIED: '{"data":{"a":"hidden"}}', "x": "y"}},
            "type": "Opaque",
            "data": {"a": "aGlkZGVu", "empty": "", "nothing": None},
            "stringData": {"b": "hidden", "number": 7},
        }
    )
    assert secret.content == {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": "db", "annotations": {LAST_APPLIED: REDACTED, "x": "y"}},
        "type": "Opaque",
        "data": {"a": REDACTED, "empty": "", "nothing": None},
        "stringData": {"b": REDACTED, "number": REDACTED},
    }


@pytest.mark.parametrize("field", ["data", "stringData"])
@pytest.mark.parametrize("value", ["hidden", ["hidden"], {"a": {"b": "hidden"}}, {"a": ["hidden"]}])
def test_a_secrets_values_are_taken_out_whatever_their_type(field: str, value: object) -> None:
    document = only({"apiVersion": "v1", "kind": "Secret", field: value})
    assert b"hidden" not in orjson.dumps(document.content)
    assert document.content[field]


@pytest.mark.parametrize("value", [None, {}, [], ""])
def test_what_is_empty_in_a_secret_stays_empty(value: object) -> None:
    assert only({"apiVersion": "v1", "kind": "Secret", "data": value}).content["data"] == value


@pytest.mark.parametrize("version", ["v1", None, "", "example.com/v1", 7])
def test_a_secret_in_a_list_or_of_an_odd_version_is_a_secret(version: object) -> None:
    item = {"apiVersion": version, "data": {"a": "hidden"}}
    found = normalized({"apiVersion": "v1", "kind": "SecretList", "items": [item]})
    assert b"hidden" not in orjson.dumps([one.content for one in found if isinstance(one, Document)])


def test_other_objects_keep_their_data() -> None:
    given = {"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "shown"}}
    assert only(given).content == given


# Metadata of a form that the API server refuses


def test_metadata_of_the_right_form_is_no_problem() -> None:
    metadata = {"name": "a", "generateName": None, "labels": {"a": "b"}, "annotations": None}
    assert list(malformed_metadata({"metadata": metadata})) == []
    assert list(malformed_metadata({})) == []
    assert list(malformed_metadata({"metadata": None})) == []


@pytest.mark.parametrize(
    ("metadata", "path", "message"),
    [
        ("text", ("metadata",), "`metadata` must be an object, and is a string"),
        ({"name": 7}, ("metadata", "name"), "`metadata.name` must be a string, and is a number"),
        (
            {"generateName": ["a"]},
            ("metadata", "generateName"),
            "`metadata.generateName` must be a string, and is a list",
        ),
        (
            {"namespace": True},
            ("metadata", "namespace"),
            "`metadata.namespace` must be a string, and is a boolean",
        ),
        ({"labels": []}, ("metadata", "labels"), "`metadata.labels` must be an object, and is a list"),
        (
            {"annotations": {"a": 1}},
            ("metadata", "annotations", "a"),
            "`metadata.annotations.a` must be a string, and is a number",
        ),
    ],
)
def test_malformed_metadata_has_its_place_and_its_type(
    metadata: object, path: tuple[str, ...], message: str
) -> None:
    assert list(malformed_metadata({"metadata": metadata})) == [(path, message)]


def test_python_and_rego_say_the_same_of_malformed_metadata() -> None:
    given = [
        {"name": 7, "labels": {"a": 1, "b": None}, "annotations": "x"},
        {"namespace": [], "generateName": {}},
        "text",
        {"labels": {"a": True}, "annotations": {"b": [1]}},
    ]
    documents = [
        {"index": index, "content": {"apiVersion": "v1", "kind": "ConfigMap", "metadata": metadata}}
        for index, metadata in enumerate(given)
    ]
    theirs = value_of("data.gatelib.lib.malformed.all", {"gatelib": 1, "documents": documents})
    ours = [
        {"document": index, "path": list(path), "message": message}
        for index, metadata in enumerate(given)
        for path, message in malformed_metadata({"metadata": metadata})
    ]
    assert sorted(ours, key=orjson.dumps) == sorted(
        ({key: entry[key] for key in ("document", "path", "message")} for entry in theirs), key=orjson.dumps
    )


# Agreement with Rego

_TEXTS = st.sampled_from(["", "a", "shop", "x/y"])
_ODD: st.SearchStrategy[Any] = (
    st.none() | st.booleans() | st.integers(-2, 2) | _TEXTS | st.just([]) | st.just({})
)
_VERSIONS = st.sampled_from(["v1", "apps/v1", "extensions/v1beta1", "batch/v1", "a/b/c", "/v1", "", None, 7])
_KINDS = st.sampled_from(
    [
        *("Pod", "Deployment", "DaemonSet", "NetworkPolicy", "DeploymentConfig", "Rollout", "Namespace"),
        *("PodList", "DeploymentList", "List", "Unheard", "Kustomization", "", None, 7),
    ]
)
_METADATA = st.fixed_dictionaries({}, optional={"name": _ODD, "namespace": _ODD}) | _ODD
_OBJECTS = st.fixed_dictionaries(
    {}, optional={"apiVersion": _VERSIONS, "kind": _KINDS, "metadata": _METADATA, "spec": _ODD}
)
_TREES = st.recursive(
    _OBJECTS,
    lambda inner: st.tuples(_OBJECTS, st.lists(inner | _ODD, max_size=3)).map(
        lambda pair: {**pair[0], "items": pair[1]}
    ),
    max_leaves=8,
)


def has_kind(content: object) -> bool:
    return isinstance(content, dict) and isinstance(content.get("kind"), str) and content["kind"] != ""


@settings(max_examples=budget(150, 5000), deadline=None)
@given(st.lists(_OBJECTS.filter(has_kind), min_size=1, max_size=12), st.integers(0, 3))
def test_type_and_scope_are_those_of_the_rules(values: list[dict[str, Any]], root: int) -> None:
    ours = [
        (found.type, found.scope)
        for value in values
        for found in normalized(value, root=root)
        if isinstance(found, Document) and found.type != "Namespace"
    ]
    documents = [{"index": index, "root": root, "content": value} for index, value in enumerate(values)]
    judged = value_of("data.gatelib.lib.documents.judged", {"gatelib": 1, "documents": documents})
    theirs = [(entry["type"], entry["scope"]) for entry in judged if entry["type"] != "Namespace"]
    assert ours == theirs


@settings(max_examples=budget(150, 5000), deadline=None)
@given(_TREES)
def test_lists_are_flattened_as_the_rules_flatten_them(value: dict[str, Any]) -> None:
    found = normalized(value)
    if not has_kind(value):
        value = {**value, "kind": "List"} if "items" in value else {**value, "kind": "Pod"}
        found = normalized(value)
    errors = value_of("data.gatelib.input.errors", value)
    if errors:
        assert any(isinstance(one, Refusal) and one.is_error for one in found)
        return
    theirs = [entry["content"] for entry in value_of("data.gatelib.input.documents", value)]
    assert [typed(one.content) for one in found if isinstance(one, Document)] == [
        typed(content)
        for content in theirs
        if has_kind(content) and not (content["kind"].endswith("List") and content.get("items", 0) is None)
    ]


def typed(content: dict[str, Any]) -> dict[str, Any]:
    """Without a version or kind that names no type."""
    return {
        key: value
        for key, value in content.items()
        if key not in ("apiVersion", "kind") or (isinstance(value, str) and value)
    }
