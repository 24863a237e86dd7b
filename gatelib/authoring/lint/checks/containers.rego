# METADATA
# title: Containers come from `gatelib.lib.workloads`
# description: >-
#   A rule that walks a pod spec itself forgets a list of containers, or a kind of workload.
# custom:
#   severity: error
package gatelib.lint.containers

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in linting.rules
	some reference in file.references
	some step in reference.behind
	step in lists
	message := sprintf("`%s` is walked here: take containers from `gatelib.lib.workloads`", [step])
}

violation contains linting.at(file, text, message) if {
	some file in linting.rules
	some text in file.strings
	text.value in lists
	text.use in {"argument", "element"}
	message := sprintf("`%s` is walked here: take containers from `gatelib.lib.workloads`", [text.value])
}

lists := {"containers", "initContainers", "ephemeralContainers"}
