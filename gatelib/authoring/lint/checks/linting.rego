# METADATA
# title: What several checks need
# description: The facts by what they are about, and the form of a violation.
package gatelib.linting

# METADATA
# description: The policies that are rules, `gatelib.rules.<domain>.<name>`.
rules := [file | some file in input.policies; is_object(file.rule)]

# METADATA
# description: Every policy whose facts are known, the ones being written and what they import of the library.
known := array.concat(input.policies, input.shipped)

# METADATA
# description: A violation at a place, which is anything with `line` and `column`.
at(file, place, message) := {
	"file": file.file,
	"line": place.line,
	"column": place.column,
	"message": message,
}

# METADATA
# description: Where a key of a rule's METADATA is, or else its package.
key(file, name) := object.get(file.rule.places, name, file.package)
