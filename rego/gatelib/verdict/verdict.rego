# METADATA
# title: Verdict
# description: >-
#   The decision as the answer to a request `{action, subject, context, artefact}`: `data.gatelib.verdict` is
#   `{allow, decider, rule_id, reason, findings, bundle, now}`, and says no to everything else.
package gatelib.verdict

import data.gatelib.lib.verdicts

# METADATA
# description: Whether it may be done.
default allow := false

allow := verdicts.answer.allow

# METADATA
# description: Who decided.
default decider := "gatelib"

decider := verdicts.answer.decider

# METADATA
# description: The rule that denies, the most severe first; null where none does.
default rule_id := "GL-ERR-201"

rule_id := verdicts.answer.rule_id

# METADATA
# description: Why, in one line.
default reason := "the policy gave no whole decision"

reason := verdicts.answer.reason

# METADATA
# description: All that was found, most severe first; what an exception hides has its name as `waived_by`.
default findings := []

findings := verdicts.answer.findings

# METADATA
# description: The revision of the bundle that decided.
default bundle := ""

bundle := verdicts.answer.bundle

# METADATA
# description: The moment of judgement.
default now := ""

now := verdicts.answer.now
