# METADATA
# title: Documents are grouped by position, not by nested comprehensions
# description: >-
#   A comprehension that goes through a collection again for each of its elements is quadratic: 3.3 s where
#   positions take 0.06 s.
# custom:
#   severity: warning
package gatelib.lint.nested_grouping

import data.gatelib.linting

violation contains linting.at(file, grouping, message) if {
	some file in input.policies
	some grouping in file.groupings
	text := "`%s` is gone through again for each of its elements: collect positions in a partial rule, and turn that into a complete one"
	message := sprintf(text, [grouping.collection])
}
