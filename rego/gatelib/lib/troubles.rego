# METADATA
# title: Troubles
# description: >-
#   What keeps selected rules from judging at all, as `{rule, code, says}`: an error, but for rules on trial. Apart from
#   the selection, since rules are held back by what is selected, and no engine takes packages that need each other.
package gatelib.lib.troubles

import data.gatelib.input.shapes
import data.gatelib.input.synced
import data.gatelib.lib.selection
import data.gatelib.lib.stages

errors contains {
	"code": trouble.code,
	"message": sprintf("rule `%s` %s", [trouble.rule, trouble.says]),
} if {
	some trouble in all
	not trouble.rule in stages.trials
}

# METADATA
# description: What keeps rules on trial from judging at all, which is no error.
of_trials contains trouble if {
	some trouble in all
	trouble.rule in stages.trials
}

all contains {
	"rule": id,
	"code": "GL-ERR-004",
	"says": "is in the catalogue and its policy is not loaded",
} if {
	some id in selection.known
	not selection.judged[id]
}

all contains {
	"rule": id,
	"code": "GL-ERR-010",
	"says": "looks at other objects of the cluster, and none are synced",
} if {
	shapes.is_review
	not synced.there
	some id in selection.known
	selection.catalog[id].scope == "set"
}
