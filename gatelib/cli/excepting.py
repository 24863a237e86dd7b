"""``gatelib exception new``, ``sign`` and ``revoke``."""

from __future__ import annotations

import re
from datetime import timezone
from pathlib import Path
from typing import Any, Final

import click

from gatelib.cli.files import write_file
from gatelib.errors import UsageError

_FILE: Final = click.Path(dir_okay=False, path_type=Path)
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")
_TARGET: Final = ("kind", "namespace", "name", "container", "path", "cve", "package", "image")
_CONFIG: Final = click.option("--config", metavar="FILE", help="Whose parameters hold.")


@click.command(
    epilog="Example: gatelib exception new --rule GL-K8S-001 --kind DaemonSet --namespace shop --name agent …"
)
@click.option("--rule", "rules", multiple=True, required=True, metavar="ID", help="Repeatable.")
@click.option("--kind", metavar="KIND", help="The object's kind, as DaemonSet or apps/DaemonSet.")
@click.option("--namespace", metavar="NAME", help="Its namespace, where it names one.")
@click.option("--name", metavar="NAME", help="Its name.")
@click.option("--container", metavar="NAME", help="Only inside this container.")
@click.option("--path", metavar="PLACE", help="Only at or below this place in the object.")
@click.option("--cve", metavar="ID", help="A vulnerability, instead of an object.")
@click.option("--package", metavar="NAME", help="The package that has it.")
@click.option("--image", metavar="REFERENCE", help="The image that has the package.")
@click.option("--reason", required=True, metavar="TEXT", help="Why the rule cannot be kept for now.")
@click.option("--requester", required=True, metavar="IDENTITY", help="Who asks.")
@click.option("--approver", "approvers", multiple=True, required=True, metavar="IDENTITY", help="Repeatable.")
@click.option("--expires", required=True, metavar="DATE", help="The last day, or a moment of RFC 3339.")
@click.option("--audience", metavar="TEXT", help="The repository or cluster that it is for.")
@click.option("--ticket", metavar="TEXT", help="Where the debt is tracked.")
@click.option("--created", metavar="TIME", help="When it was asked for, RFC 3339.  [default: the clock]")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="Where the record goes.")
@_CONFIG
def new(
    rules: tuple[str, ...],
    reason: str,
    requester: str,
    approvers: tuple[str, ...],
    expires: str,
    created: str | None,
    output: Path,
    config: str | None,
    **fields: Any,
) -> None:
    """Write a record for others to sign; what the rules on exceptions would deny is refused.

    Its name is that of the file.
    """
    import yaml

    from gatelib.cli.params import moment
    from gatelib.exceptions import judging

    if output.exists():
        raise UsageError("there is such a file already", file=str(output), hint="a record is written once")
    if not reason.strip():
        raise UsageError("an exception has a reason", hint="say why the rule cannot be kept for now")
    at = moment(created).astimezone(timezone.utc).replace(microsecond=0)
    record: dict[str, Any] = {
        "apiVersion": "gatelib.dev/v1",
        "kind": "PolicyException",
        "metadata": {"name": output.name.split(".")[0]},
        "spec": {
            "rules": list(rules),
            "target": {key: fields[key] for key in _TARGET if fields[key] is not None},
            "reason": reason,
            **{key: fields[key] for key in ("ticket", "audience") if fields[key] is not None},
            "requester": requester,
            "approver": list(approvers),
            "created": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "expires": expires,
        },
    }
    policy = judging.in_force(config, at).policy
    if judging.needs_signatures(policy) and not fields["audience"]:
        raise UsageError(
            "a signed exception is for somewhere", hint="name the repository or cluster with --audience"
        )
    for fault in judging.faults(record, policy, at):
        raise UsageError(f"the rules would refuse it: {fault}")
    text = yaml.safe_dump(record, sort_keys=False, allow_unicode=True, width=110)
    write_file(output, text.encode())


@click.command(epilog="Example: gatelib exception sign exceptions/agent.yaml --key nina.pem")
@click.argument("file", type=_FILE)
@click.option("--key", required=True, metavar="FILE", help="Your private key in PEM, or env:NAME.")
@click.option("--as", "identity", metavar="IDENTITY", help="Refuse unless the record names you so.")
def sign(file: Path, key: str, identity: str | None) -> None:
    """Sign a record. The signatures go to NAME.dsse.json beside it, which carries the record as well."""
    from gatelib.cli.keys import read_signing_key
    from gatelib.exceptions import signing

    envelope = signing.signed(file, read_signing_key(key, None, identity), identity)
    write_file(signing.envelope_of(file), envelope.to_json() + b"\n")


@click.command(epilog="Example: gatelib exception revoke exceptions/agent.yaml --reason … -o revoked.yaml")
@click.argument("what", metavar="FILE|DIGEST")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--by-name", is_flag=True, help="Revoke whatever has the record's name, now or later.")
@click.option("--revoked", metavar="TIME", help="When, RFC 3339.  [default: the clock]")
@click.option("-o", "--output", required=True, type=_FILE, metavar="FILE", help="The list to add it to.")
def revoke(what: str, reason: str, by_name: bool, revoked: str | None, output: Path) -> None:
    """Add a record to a list of revocations, which `trust.revoked` of a configuration names."""
    from gatelib.cli.params import moment
    from gatelib.exceptions import record, signing
    from gatelib.exceptions import revoked as revocations

    at = moment(revoked).astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")
    if _DIGEST.fullmatch(what):
        if by_name:
            raise UsageError("a digest has no name", hint="name the record's file")
        key = {"sha256": what}
    elif not Path(what).exists():
        raise UsageError(
            "is neither a file nor a digest",
            file=what,
            hint="a digest has 64 digits, as `gatelib exception list` shows it",
        )
    else:
        found = signing.read(Path(what))
        key = {"name": record.name_of(found)} if by_name else {"sha256": record.digest(found)}
    text = revocations.added(output, {**key, "reason": reason, "revoked": at})
    write_file(output, text.encode())
