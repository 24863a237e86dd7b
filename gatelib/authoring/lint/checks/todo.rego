# METADATA
# title: Nothing is left to do
# description: >-
#   A rule in force that is known to be unfinished is one that people believe in.
# custom:
#   severity: warning
package gatelib.lint.todo

import data.gatelib.linting

violation contains linting.at(file, comment, message) if {
	some file in array.concat(input.policies, input.tests)
	some comment in file.comments
	regex.match(`(^|[^A-Za-z0-9_])(TODO|FIXME|XXX)([^A-Za-z0-9_]|$)`, comment.text)
	message := "finish it, or write an issue and remove the comment"
}
