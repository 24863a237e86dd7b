# METADATA
# title: Packages are imported, not named in place
# description: >-
#   Gatekeeper evaluates `data.lib.…` in place as undefined, without an error: the exported rule passes
#   everything.
# custom:
#   severity: error
package gatelib.lint.inline_package

import data.gatelib.linting

violation contains linting.at(file, reference, message) if {
	some file in input.policies
	some reference in file.references
	reference.name == "data"
	some name in packages_of(reference)
	name in packages
	message := sprintf("`data.%s` is read in place, which Gatekeeper takes for undefined: import it", [name])
}

violation contains linting.at(file, called, message) if {
	some file in input.policies
	some called in file.calls
	startswith(called.name, "data.")
	parts := split(called.name, ".")
	name := concat(".", array.slice(parts, 1, count(parts) - 1))
	message := sprintf("`data.%s` is called in place, which Gatekeeper takes for undefined: import it", [name])
}

packages := {name | some name in input.packages}

# What a path may be the package of, or be a rule in.
packages_of(reference) := {concat(".", array.slice(parts, 1, end)) | some end in numbers.range(2, count(parts))} if {
	parts := split(reference.target, ".")
	count(parts) > 1
}
