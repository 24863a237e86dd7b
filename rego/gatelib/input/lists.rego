# METADATA
# title: Lists
# description: >-
#   Anything with `items` is a list. Lists in lists are walked, since a list's items inherit its kind and may be lists
#   themselves.
package gatelib.input.lists

# METADATA
# description: An item of a list with the apiVersion and kind that it takes from above where it has none.
inherit(content, path, item) := object.union(
	inherited(content, path),
	{key: value | some key, value in item; not is_untyped(key, value)},
) if {
	is_object(item)
} else := item

is_untyped(key, value) if {
	key in {"apiVersion", "kind"}
	value in {null, ""}
}

# METADATA
# description: The items of a list and of the lists in it, each as `[path, item]`; of what is no list, itself.
leaves(content) := [[[], content]] if not is_list(content)

leaves(content) := [[path, item] |
	walk(content, [path, item])
	count(path) > 0
	within_lists(content, path)
	not is_list(item)
] if {
	is_list(content)
}

within_lists(content, path) if {
	count(path) % 2 == 0
	every position, step in path {
		step_into_list(content, path, position, step)
	}
}

step_into_list(content, path, position, "items") if {
	position % 2 == 0
	is_list(object.get(content, array.slice(path, 0, position), null))
}

step_into_list(_, _, position, step) if {
	position % 2 == 1
	is_number(step)
}

# METADATA
# description: Whether the value is a list.
is_list(content) if {
	is_object(content)
	is_array(content.items)
}

# METADATA
# description: The apiVersion and kind that an item without its own takes from the innermost typed list.
inherited(content, path) := {key: value |
	some key, value in {"apiVersion": object.get(list, "apiVersion", ""), "kind": trim_suffix(list.kind, "List")}
	value != ""
} if {
	typed := [above |
		some depth in numbers.range(0, count(path))
		depth % 2 == 0
		depth < count(path)
		above := object.get(content, array.slice(path, 0, depth), {})
		is_string(above.kind)
		not above.kind in {"", "List"}
	]
	list := typed[count(typed) - 1]
} else := {}

# METADATA
# description: Kinds that are named like an object and have the items of a list, or the other way round.
ambiguous(content) := {content.kind | is_ambiguous(content)} if not is_list(content)

ambiguous(content) := {node.kind |
	walk(content, [path, node])
	is_within_lists(content, path)
	is_ambiguous(node)
} if {
	is_list(content)
}

is_within_lists(_, path) if path == []

is_within_lists(content, path) if within_lists(content, path)

is_ambiguous(content) if {
	is_list(content)
	is_string(content.kind)
	content.kind != ""
	not endswith(content.kind, "List")
}

is_ambiguous(content) if {
	is_object(content)
	is_string(content.kind)
	endswith(content.kind, "List")
	not type_name(object.get(content, "items", null)) in {"array", "null"}
}
