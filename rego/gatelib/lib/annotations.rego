# METADATA
# title: Annotations
# description: >-
#   Annotations that a rule requires, each in one of the forms `percentage`, `duration`, `https_url` and `text`.
package gatelib.lib.annotations

# METADATA
# description: >-
#   Why the annotations do not satisfy the requirement of one key in one form, as a message; undefined where
#   they do. `annotations` is an object; a form that is not known is satisfied by nothing.
problem(annotations, key, form) := sprintf("annotation `%v` is missing", [key]) if {
	is_null(object.get(annotations, key, null))
} else := sprintf("annotation `%v` is not text", [key]) if {
	not is_string(annotations[key])
} else := sprintf("annotation `%v` is empty", [key]) if {
	trim_space(annotations[key]) == ""
} else := sprintf("annotation `%v` is `%s`, which is no %s", [key, annotations[key], wanted]) if {
	not satisfies(annotations[key], form)
	wanted := object.get(phrases, form, "value of a known form")
}

phrases := {
	"percentage": "percentage between 0% and 100%, both excluded, such as `99.9%`",
	"duration": "duration such as `30d`, `4w` or `12h`",
	"https_url": "https:// URL",
}

# What is left after the test for emptiness.
satisfies(_, form) if form == "text"

satisfies(value, "percentage") if {
	regex.match(`^[0-9]{1,2}(\.[0-9]+)?%$`, value)
	regex.match(`[1-9]`, value)
}

# Units from the longest to the shortest, each at most once.
satisfies(value, "duration") if {
	regex.match(`^([0-9]+y)?([0-9]+w)?([0-9]+d)?([0-9]+h)?([0-9]+m)?([0-9]+s)?$`, value)
	regex.match(`[1-9]`, value)
}

# RFC 3986 without user information.
satisfies(value, "https_url") if {
	regex.match(`^[Hh][Tt][Tt][Pp][Ss]://([A-Za-z0-9._-]*[A-Za-z0-9]|\[[0-9A-Fa-f:.]+\])(:[0-9]{1,5})?([/?#]|$)`, value)
	regex.match(`^[A-Za-z0-9:/?#@!$&'()*+,;=._~%\[\]-]+$`, value)
}
