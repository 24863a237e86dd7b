# METADATA
# title: What a Constraint adds
# description: >-
#   Stands beside the constants of its package. A Constraint's parameters go over those that are compiled in, by group
#   and name; exceptions and evidence are the Constraint's only, so that no object of the cluster can pose as one.
package gatelib.compiled

# METADATA
# description: Parameters over the defaults; what has the wrong form is handed on, and refused where it is read.
params := over if {
	not is_object(over)
} else := {group: laid_over(object.get(given_params, group, {}), group) | some group in groups}

groups := object.keys(given_params) | object.keys(over)

laid_over(given, group) := given if not group in object.keys(over)

laid_over(_, group) := over[group] if not is_object(over[group])

laid_over(given, group) := object.union(object.remove(given, object.keys(over[group])), over[group]) if is_object(over[group])

over := object.get(input, ["parameters", "params"], {})

# METADATA
# description: PolicyException records.
exceptions := object.get(input, ["parameters", "exceptions"], [])

# METADATA
# description: What is known of images, by file.
evidence := object.get(input, ["parameters", "evidence"], {})

# METADATA
# description: What was verified of that.
verifications := object.get(input, ["parameters", "verifications"], [])
