# METADATA
# title: CIDR ranges
# description: >-
#   IPv4 and IPv6 address ranges in CIDR notation. The grammar is checked here, so that no built-in sees a
#   text that it would raise on.
package gatelib.lib.cidrs

# METADATA
# description: >-
#   The range as `{family, prefix}`; space around it does not matter, and anything else is undefined. A range
#   of IPv4-mapped IPv6 addresses is the IPv4 range that it stands for; its prefix is negative where it holds
#   more than all of IPv4.
parse(text) := {"family": "IPv4", "prefix": to_number(parts[1])} if {
	parts := halves(text)
	regex.match(ipv4, parts[0])
	regex.match(`^(3[0-2]|[12]?[0-9])$`, parts[1])
}

parse(text) := {"family": family, "prefix": to_number(parts[1]) - bits_before[family]} if {
	parts := halves(text)
	regex.match(`^(12[0-8]|1[01][0-9]|[1-9]?[0-9])$`, parts[1])
	family := family_of(groups(parts[0]))
}

halves(text) := parts if {
	is_string(text)
	parts := split(trim_space(text), "/")
	count(parts) == 2
}

# What an IPv4-mapped prefix counts before the IPv4 address begins.
bits_before := {"IPv4": 96, "IPv6": 0}

family_of(address) := "IPv4" if {
	mapped(address)
} else := "IPv6"

mapped(address) if {
	address[5] == "ffff"

	# gatelib:equivalent number `0` -> `-1`: a slice that begins before the first element begins with it
	every group in array.slice(address, 0, 5) {
		trim_left(group, "0") == ""
	}
}

# The eight groups of an IPv6 address (RFC 4291, section 2.2); `::` stands for at least one of zeros.
groups(text) := written if {
	written := fields(text)
	count(written) == 8
}

groups(text) := array.concat(array.concat(left, zeros), right) if {
	sides := split(text, "::")
	count(sides) == 2
	not contains(sides[0], ".")
	left := fields(sides[0])
	right := fields(sides[1])
	missing := 8 - (count(left) + count(right))
	missing > 0

	# gatelib:equivalent string: only `mapped` looks into groups, and to it an empty one is a zero too
	zeros := ["0" | some _ in numbers.range(1, missing)]
}

fields(text) := [] if text == ""

fields(text) := found if {
	found := split(lower(plain(text)), ":")
	every field in found {
		regex.match(`^[0-9a-f]{1,4}$`, field)
	}
}

# An IPv4 address at the end takes the place of two groups; which ones does not matter here.
plain(text) := concat("", [trim_suffix(text, last), "0:0"]) if {
	# gatelib:equivalent number `1` -> `2`: of what is found only the first is taken
	last := regex.find_n(`[0-9.]*$`, text, 1)[0]
	regex.match(ipv4, last)
} else := text

ipv4 := `^((25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])\.){3}(25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])$`
