# METADATA
# title: Parameters
# description: The parameters in force, a team's own over the shipped defaults.
package gatelib.lib.params

default overrides := {}

overrides := data.gatelib.params

# METADATA
# description: >-
#   Every parameter, by group and name, each the team's as a whole or as shipped. A group that does not fit its
#   schema is an error and stays as shipped, so that no rule meets a value it cannot work with.
all := {group: {name: value |
	some name, shipped in defaults
	value := object.get(own, name, shipped)
} |
	some group, defaults in data.gatelib.defaults
	own := object.get(usable, group, {})
}

usable := {group: value | some group, value in overrides; fits(group, value)} if {
	is_object(overrides)
} else := {}

# METADATA
# description: Why an override cannot be used, as `{code, message}`.
errors contains {
	"code": "GL-ERR-003",
	"message": "the parameters must be an object",
} if {
	not is_object(overrides)
}

errors contains {
	"code": "GL-ERR-003",
	"message": sprintf("`%s` is no group of parameters", [group]),
} if {
	is_object(overrides)
	some group, _ in overrides
	not data.gatelib.params_schema.properties[group]
}

errors contains {
	"code": "GL-ERR-003",
	"message": sprintf("the parameters of `%s` do not fit their schema", [group]),
} if {
	is_object(overrides)
	some group, value in overrides
	data.gatelib.params_schema.properties[group]
	not fits(group, value)
}

# The value goes in as a field: on its own, a text would be read as JSON and a list would be refused.
fits(group, value) if {
	schema := data.gatelib.params_schema.properties[group]
	[true, _] = json.match_schema({"value": value}, {"properties": {"value": schema}})
}
