# METADATA
# title: Parameters
# description: The parameters in force, a team's own over the shipped defaults.
package gatelib.lib.params

default overrides := {}

overrides := data.gatelib.params

# METADATA
# description: Every parameter, by group and name; lists are replaced, objects merged.
all := object.union(data.gatelib.defaults, overrides) if {
	is_object(overrides)
} else := data.gatelib.defaults

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
	some group, _ in overrides
	not data.gatelib.params_schema.properties[group]
}

errors contains {
	"code": "GL-ERR-003",
	"message": sprintf("the parameters of `%s` do not fit their schema", [group]),
} if {
	some group, value in overrides
	schema := data.gatelib.params_schema.properties[group]
	[fits, _] := json.match_schema(value, schema)
	not fits
}
