package gatelib.lib.annotations_test

import data.gatelib.lib.annotations

test_satisfied_forms if {
	every form, values in {
		"percentage": ["99.9%", "99%", "0.1%", "5%", "99.999%", "05%"],
		"duration": ["30d", "4w", "12h", "90m", "45s", "1y", "1w2d", "1h30m"],
		"https_url": [
			"https://wiki.example.com/runbooks/api",
			"https://wiki.example.com",
			"HTTPS://wiki:8443/a?b=c#d",
			"https://[2001:db8::1]/runbook",
			"https://10.0.0.1:443/x",
			"https://10.0.0.1:443",
			"https://[2001:db8::1]:8443#top",
			"https://wiki.example.com?page=1",
			"https://wiki.example.com/a%20b/(c)",
		],
		"text": ["team-payments", "9"],
	} {
		every value in values {
			not annotations.problem({"a": value}, "a", form)
		}
	}
}

test_unsatisfied_forms if {
	wanted := {
		"percentage": "percentage between 0% and 100%, both excluded, such as `99.9%`",
		"duration": "duration such as `30d`, `4w` or `12h`",
		"https_url": "https:// URL",
		"colour": "value of a known form",
	}
	every form, values in {
		"percentage": [
			"99.9", "100%", "0%", "0.000%", "00%", "101%", "-5%", "99,9%", "99.%", ".9%", "99.9 %", " 99.9%",
			"99.9%\n", "99.9%%", "high",
		],
		"duration": ["30", "0d", "d", "30 d", "1M", "30days", "-1d", "1.5h", "2d1w", "1d1d", "30d\n", "0h0m"],
		"https_url": [
			"http://wiki.example.com", "https://", "https:///path", "https://?q", "https://:443/", "wiki.example.com",
			"https://user:pw@wiki.example.com/", "https://wiki example.com/", "https://wiki.example.com/a b",
			"ftp://wiki.example.com", "https:wiki.example.com", "https://wiki.example.com/{{service}}",
			"https://wiki.example.com:port/", "https://-/", "https://./", "https://wiki.example.com/\n", "x https://wiki.example.com",
			"xhttps://wiki.example.com", "javascript:run/https://wiki.example.com", "https://wiki.example.com:443443/",
			"https://[2001:db8::1/", "https://[]/", "https://wiki.example.com/ü",
		],
		"colour": ["red"],
	} {
		every value in values {
			annotations.problem({"a": value}, "a", form) == sprintf("annotation `a` is `%s`, which is no %s", [value, wanted[form]])
		}
	}
}

test_missing if {
	every form in ["percentage", "duration", "https_url", "text", "colour"] {
		annotations.problem({"b": "x"}, "a", form) == "annotation `a` is missing"
		annotations.problem({"a": null}, "a", form) == "annotation `a` is missing"
	}
}

test_empty if {
	every form in ["percentage", "duration", "https_url", "text", "colour"] {
		annotations.problem({"a": ""}, "a", form) == "annotation `a` is empty"
		annotations.problem({"a": " \t\n"}, "a", form) == "annotation `a` is empty"
	}
}

test_not_text if {
	every value in [99.9, false, true, ["99.9%"], {"value": "99.9%"}, [], {}] {
		annotations.problem({"a": value}, "a", "percentage") == "annotation `a` is not text"
	}
}
