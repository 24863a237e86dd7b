# METADATA
# title: Rollouts must hold before full weight
# description: >-
#   A canary protects users only where something stops it: a pause that a person ends, time in which alerts
#   can fire, or an analysis that can fail. Weights alone pass within seconds.
# custom:
#   id: GL-K8S-008
#   severity: high
#   controls: [REL-01]
#   gates: [pr, pre-promote, admission]
#   kinds: [argoproj.io/Rollout]
#   scope: document
#   params: [canary.require_hold, canary.min_hold, canary.blue_green]
#   remediation: >-
#     Give `spec.strategy.canary.steps` a `pause`, an `analysis` or an `experiment` before the step that sets
#     the full weight, or give the canary a background `analysis`.
#   since: 0.1.0
package gatelib.rules.kubernetes.canary_steps

import data.gatelib.lib.documents
import data.gatelib.lib.durations
import data.gatelib.lib.params

subjects contains rollout.index if some rollout in rollouts

deny contains finding(rollout, ["canary"], "the Rollout has no canary strategy") if {
	some rollout in understood
	is_null(field(rollout, ["canary"]))
	is_null(field(rollout, ["blueGreen"]))
}

deny contains finding(rollout, [], "the Rollout has both a canary and a blueGreen strategy") if {
	some rollout in understood
	is_object(field(rollout, ["canary"]))
	is_object(field(rollout, ["blueGreen"]))
}

deny contains finding(rollout, ["blueGreen"], "the Rollout uses the blueGreen strategy") if {
	some rollout in understood
	is_null(field(rollout, ["canary"]))
	is_object(field(rollout, ["blueGreen"]))
	not params.all.canary.blue_green in {"allow", "require_analysis"}
}

deny contains finding(
	rollout, ["blueGreen"],
	"the Rollout uses the blueGreen strategy, and neither analyses nor waits before it promotes",
) if {
	some rollout in understood
	is_null(field(rollout, ["canary"]))
	is_object(field(rollout, ["blueGreen"]))
	params.all.canary.blue_green == "require_analysis"
	field(rollout, ["blueGreen", "autoPromotionEnabled"]) != false
	not analyses(field(rollout, ["blueGreen", "prePromotionAnalysis"]))
}

deny contains finding(rollout, ["canary", "steps"], "the canary has no steps") if {
	some rollout in understood
	is_object(field(rollout, ["canary"]))
	count(steps(rollout)) == 0
}

deny contains finding(rollout, ["canary", "steps"], "the canary never holds before full weight") if {
	some rollout in understood
	count(steps(rollout)) > 0
	params.all.canary.require_hold != false
	not holds(rollout)
}

unjudged contains problem if some problem in problems

rollouts := documents.of_type("argoproj.io/Rollout")

# Those whose fields are all of the right form, so that what they lack is truly not there.
understood := [rollout | some rollout in rollouts; not rollout.index in misunderstood]

misunderstood := {problem.document | some problem in problems}

problems := [problem |
	some rollout in rollouts
	some [path, want] in fields_read(rollout)
	value := field(rollout, path)
	not is_null(value)
	not fits(value, want)
	problem := {
		"msg": sprintf("`%s` must be %s, and is `%v`", [written(path), want, value]),
		"document": rollout.index,
		"path": array.concat(["spec", "strategy"], path),
	}
]

field(rollout, path) := object.get(rollout.content, array.concat(["spec", "strategy"], path), null)

steps(rollout) := documents.list(field(rollout, ["canary", "steps"]))

holds(rollout) if {
	some position, step in steps(rollout)
	position < full_weight_at(rollout)
	holding(step)
}

# An analysis that runs beside the steps.
holds(rollout) if {
	analyses(field(rollout, ["canary", "analysis"]))
	number_or(field(rollout, ["canary", "analysis", "startingStep"]), 0) < full_weight_at(rollout)
}

# The position of the first step that gives the canary everything; after the last one it has everything anyway.
full_weight_at(rollout) := min(array.concat([count(steps(rollout))], [position |
	some position, step in steps(rollout)
	step.setWeight >= number_or(field(rollout, ["canary", "trafficRouting", "maxTrafficWeight"]), 100)
]))

# A pause without a duration lasts until somebody ends it.
holding(step) if {
	is_object(step.pause)
	is_null(object.get(step.pause, "duration", null))
}

holding(step) if {
	seconds := durations.seconds(step.pause.duration)
	seconds > 0
	seconds >= durations.seconds(params.all.canary.min_hold)
}

holding(step) if analyses(step.analysis)

holding(step) if analyses(step.experiment)

# Without templates nothing is measured, and nothing can fail.
analyses(measurement) if count(documents.list(measurement.templates)) > 0

number_or(value, fallback) := value if {
	is_number(value)
} else := fallback

fields_read(rollout) := array.concat(
	[
		[[], "an object"],
		[["canary"], "an object"],
		[["canary", "steps"], "a list"],
		[["blueGreen"], "an object"],
	],
	array.concat(hold_fields(rollout), promotion_fields),
)

hold_fields(rollout) := array.concat(
	[
		[["canary", "analysis"], "an object"],
		[["canary", "analysis", "templates"], "a list"],
		[["canary", "analysis", "startingStep"], "a whole number"],
		[["canary", "trafficRouting"], "an object"],
		[["canary", "trafficRouting", "maxTrafficWeight"], "a whole number"],
	],
	[[array.concat(["canary", "steps", position], path), want] |
		some position, _ in steps(rollout)
		some [path, want] in step_fields
	],
) if {
	params.all.canary.require_hold != false
} else := []

step_fields := [
	[[], "an object"],
	[["setWeight"], "a whole number"],
	[["pause"], "an object"],
	[["pause", "duration"], "a duration"],
	[["analysis"], "an object"],
	[["analysis", "templates"], "a list"],
	[["experiment"], "an object"],
	[["experiment", "templates"], "a list"],
]

promotion_fields := [
	[["blueGreen", "autoPromotionEnabled"], "a boolean"],
	[["blueGreen", "prePromotionAnalysis"], "an object"],
	[["blueGreen", "prePromotionAnalysis", "templates"], "a list"],
] if {
	params.all.canary.blue_green == "require_analysis"
} else := []

fits(value, "an object") if is_object(value)

fits(value, "a list") if is_array(value)

fits(value, "a boolean") if is_boolean(value)

fits(value, "a duration") if durations.seconds(value)

fits(value, "a whole number") if {
	is_number(value)

	# gatelib:equivalent function `floor` -> `ceil`: a number is its ceiling just where it is whole
	floor(value) == value
}

written(path) := concat(".", [sprintf("%v", [step]) | some step in array.concat(["spec", "strategy"], path)])

finding(rollout, path, message) := {
	"id": "GL-K8S-008",
	"msg": message,
	"document": rollout.index,
	"path": array.concat(["spec", "strategy"], path),
}
