"""What a cluster's Gatekeeper takes: one ConstraintTemplate with all rules, and a Constraint for each action.

template.json               the rules, the decision and what elsewhere is data
constraints/<action>.json   deny, warn and canary, as far as there are rules for each
constraints/deny-<rule>.json  what a rule on trial will deny
sync.yaml                   what Gatekeeper has to keep for rules that look at other objects, if any do
"""

from __future__ import annotations

from gatelib.errors import PolicyError
from gatelib.export.gatekeeper import constraints, sync, template
from gatelib.export.gatekeeper.template import GATE, SHAPE
from gatelib.policy import Policy


def files(policy: Policy) -> dict[str, bytes]:
    """Return the manifests for a policy's rules of the admission gate, by their paths.

    Its parameters become the template's own, its exceptions and evidence parameters of the Constraints.

    Raises:
        PolicyError: the policy is none of the admission gate, or cannot be carried over.

    """
    rules = exported(policy)
    written = {"template.json": template.manifest(policy, rules)}
    for action, content in constraints.manifests(policy, rules).items():
        written[f"constraints/{action}.json"] = content
    looked_up = sync.kinds(policy, rules)
    if looked_up:
        written["sync.yaml"] = sync.manifest(looked_up)
    return written


def exported(policy: Policy) -> list[str]:
    """Return the IDs of the rules that Gatekeeper gets, in order.

    Raises:
        PolicyError: there are none, or the policy is for something else than reviews.

    """
    fixed = policy.data.get("bundle", {})
    hint = "export a bundle of the admission gate"
    if fixed.get("gate", GATE) != GATE:
        raise PolicyError(f"the policy is one of gate `{fixed['gate']}`", hint=hint)
    if SHAPE not in fixed.get("inputs", [SHAPE]):
        raise PolicyError(f"the policy does not take `{SHAPE}`", hint=hint)
    requires = fixed.get("requires", policy.data["gates"][GATE].get("requires", []))
    if requires:
        kinds = ", ".join(f"`{need['kind']}`" for need in requires)
        raise PolicyError(
            f"the policy requires {kinds} beside what it judges, which no review has", hint=hint
        )
    rules = [
        rule
        for rule, entry in policy.catalog.items()
        if GATE in entry["gates"] and not entry.get("deprecated", False)
    ]
    if not rules:
        raise PolicyError("the policy has no rule of the admission gate", hint=hint)
    return rules
