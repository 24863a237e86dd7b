"""What is compared: a bundle, a definition, a folder of policies, or a revision of their repository."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from gatelib import guards
from gatelib.authoring import workspace
from gatelib.authoring.impact.model import SideInfo
from gatelib.authoring.impact.revisions import Repository
from gatelib.errors import GatelibError, PolicyError, UsageError
from gatelib.policy import Policy, shipped
from gatelib.settings import no_access

if TYPE_CHECKING:
    from gatelib.bundle.loading import Trust

OCI: Final = "oci://"
_DEFINITIONS: Final = (".yaml", ".yml")
_WORK_TREE: Final = "the work tree"


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two policies."""

    info: SideInfo
    policy: Policy


@dataclass(frozen=True, slots=True, kw_only=True)
class Opener:
    """Opens what a side is named by."""

    base: Path
    """What names are relative to."""
    folders: Callable[[], tuple[Path, Sequence[Path]]]
    """Where the policies are that revisions have, and what their names are relative to; asked when needed."""
    trust: Trust
    """What a bundle must prove."""
    now: datetime
    access: Callable[[str], Mapping[str, Any]] = field(default=no_access, repr=False)
    """Says how a registry is reached."""

    def open(self, name: str | None) -> Side:
        """Return the side of a name; ``None`` is the work tree.

        What is a file or folder here is no revision; ``REVISION:FILE`` is a definition as a revision has it.

        Raises:
            UsageError: it names nothing.
            PolicyError: its policies may not be used.
            BundleError: the bundle cannot be read, or does not prove what it must.
            RegistryError: the registry does not give it.

        """
        if name is None:
            top, folders = self.folders()
            return _side(_WORK_TREE, "work tree", "", _of_folders(folders, top))
        place = self.base / name
        try:
            return self._named(name, place)
        except GatelibError as error:
            if error.file == str(place):
                error.file = name
            raise

    def _named(self, name: str, place: Path) -> Side:
        if name.startswith(OCI):
            return self._pulled(name)
        if place.is_dir():
            return _side(name, "folder", "", _of_folders([place], self.base))
        if place.is_file() and place.suffix in _DEFINITIONS:
            return _side(name, "definition", "", _defined(place))
        if place.is_file():
            from gatelib.bundle import loading

            return self._bundle(name, loading.read(place, self.trust, now=self.now))
        return self._revision(name)

    def _pulled(self, name: str) -> Side:
        from gatelib.bundle import loading, oci

        reference = name.removeprefix(OCI)
        pulled = oci.pull(reference, **self.access(reference))
        return self._bundle(name, loading.open_bundle(pulled.tarball, self.trust, now=self.now))

    def _bundle(self, name: str, bundle: Any) -> Side:
        from gatelib.bundle import loading

        # To be looked at is no harm: what it finds decides nothing.
        return _side(name, "bundle", bundle.revision, loading.policy(bundle, vouched=True))

    def _revision(self, name: str) -> Side:
        revision, colon, file = name.partition(":")
        if colon:
            repository = Repository(self.base)
            commit = repository.commit(revision)
            with _folder() as target:
                return _side(name, "definition", commit, _defined_then(repository, commit, file, target))
        try:
            top, folders = self.folders()
        except UsageError as error:
            raise UsageError(
                f"`{name}` is no bundle, definition or folder, and a revision needs to know of what",
                hint=error.hint,
            ) from None
        repository = Repository(top)
        commit = repository.commit(name)
        with _folder() as target:
            repository.export(commit, folders, target)
            root = repository.top.resolve()
            exported = [target / folder.resolve().relative_to(root) for folder in folders]
            for folder in exported:
                folder.mkdir(parents=True, exist_ok=True)  # the revision before the first policy
            return _side(name, "revision", commit, _of_folders(exported, target))


@contextmanager
def _folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="gatelib-impact-") as name:
        yield Path(name).resolve()


def _of_folders(folders: Sequence[Path], base: Path) -> Policy:
    try:
        policy = workspace.open_(folders, [], base).policy
        known = {module.text for module in shipped().modules}
        for module in policy.modules:
            if module.text not in known:  # the library as it ships was looked through when it was made
                guards.check_builtins(module)
        return policy
    except (ValueError, LookupError) as error:  # of the library's own tables, which elsewhere are as shipped
        raise PolicyError(f"the policies' data cannot be read: {type(error).__name__}") from None


def _defined_then(repository: Repository, commit: str, file: str, target: Path) -> Policy:
    """Return what a definition describes as a revision has it, with the policies that it names."""
    from gatelib.loader import load

    top, place = repository.top.resolve(), Path(os.path.normpath(target / file))
    repository.export(commit, [top / file], target)
    if not place.is_file() or place.suffix not in _DEFINITIONS:
        raise UsageError(f"the revision has no definition `{file}`", hint="such as main:bundles/pr.yaml")
    documents = load(place.read_bytes()).documents
    value = documents[0].value if documents else None
    named = value.get("policies") if isinstance(value, dict) else None
    for folder in named if isinstance(named, list) else []:
        if isinstance(folder, str):
            repository.export(commit, [Path(os.path.normpath((top / file).parent / folder))], target)
    return _defined(place)


def _defined(path: Path) -> Policy:
    from gatelib.bundle import definition

    core = shipped()
    policy = definition.read(path, core)
    fixed = {**policy.data["bundle"], "revision": core.data["bundle"]["revision"]}
    return replace(policy, data={**policy.data, "bundle": fixed})


def _side(name: str, kind: str, revision: str, policy: Policy) -> Side:
    """Return a side that judges files, whatever input its bundle takes where it is enforced."""
    fixed = {key: value for key, value in policy.data["bundle"].items() if key != "inputs"}
    policy = replace(policy, data={**policy.data, "bundle": fixed})
    info = SideInfo(
        name=name,
        kind=kind,
        revision=revision or str(fixed.get("revision", "")),
        sha256=policy.sha256(),
        signed_by=policy.origin.signed_by if policy.origin else None,
    )
    return Side(info, policy)
