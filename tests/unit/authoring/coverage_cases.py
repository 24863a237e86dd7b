"""Policies with tests, and which of their bodies those tests make hold."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.unit.teams import rule


@dataclass(frozen=True)
class Case:
    """A policy of which a test is known to leave some bodies out."""

    name: str
    policy: str
    """Bodies that no test makes hold have ``# missed`` on their first line."""
    test: str
    """The statements of the test; the policy is ``rule``."""

    def write(self, folder: Path, number: int) -> Path:
        """Write the policy and its test, and return the policy's file."""
        path = rule(folder / self.name, self.policy, id=f"ACME-{number:03}", name=self.name)
        (path.parent / f"{self.name}_test.rego").write_text(
            f"package gatelib.rules.acme.{self.name}_test\n\n"
            f"import data.gatelib.rules.acme.{self.name} as rule\n\n"
            f"test_it if {{\n{self.test}}}\n"
        )
        return path


def marked(path: Path) -> set[int]:
    """Return the lines of the bodies that a case says are missed; no case asks for `subjects`."""
    lines = enumerate(path.read_text().splitlines(), 1)
    return {number for number, line in lines if "# missed" in line or line.startswith("subjects contains")}


CASES = (
    Case(
        "one_line",
        """\
yes if input.a

no if input.b # missed
""",
        """\
	rule.yes with input as {"a": 1}
	not rule.no
""",
    ),
    Case(
        "begun_and_not_held",
        """\
low contains x if { # missed
	some x in input.list
	x < 3
}
""",
        """\
	rule.low == set() with input as {"list": [5]}
""",
    ),
    Case(
        "elses",
        """\
kind(x) := "one" if { # missed
	x == 1
} else := "two" if {
	x == 2
} else := "many" # missed
""",
        """\
	rule.kind(2) == "two"
""",
    ),
    Case(
        "elses_on_a_line",
        """\
a := 1 if input.a else := 2 if input.b

b := "x" if input.c else := "y" if "z" in input.d
""",
        """\
	rule.a == 1 with input as {"a": 1}
	rule.a == 2 with input as {"b": 1}
	rule.b == "x" with input as {"c": 1}
	rule.b == "y" with input as {"d": ["z"]}
""",
    ),
    Case(
        "default_not_needed",
        """\
default limit := 5 # missed

limit := input.limit
""",
        """\
	rule.limit == 3 with input as {"limit": 3}
""",
    ),
    Case(
        "default_needed",
        """\
default limit := 5

limit := input.limit # missed

default f(_) := "none"

f(1) := "one"
""",
        """\
	rule.limit == 5
	rule.f(1) == "one"
	rule.f(2) == "none"
""",
    ),
    Case(
        "undefined_values",
        """\
name := input.metadata.name # missed

names contains input.name # missed

f(x) := x.y.z # missed
""",
        """\
	not rule.name
	rule.names == set()
	not rule.f({})
""",
    ),
    Case(
        "same_answer",
        """\
ok if input.a

ok if input.b # missed

f(x) if x.a

f(y) if y.b
""",
        """\
	rule.ok with input as {"a": 1, "b": 1}
	rule.f({"a": 1})
	rule.f({"b": 1})
""",
    ),
    Case(
        "another_answer",
        """\
size := 1 if input.a

size := 2 if input.b # missed
""",
        """\
	rule.size == 1 with input as {"a": 1}
""",
    ),
    Case(
        "comprehensions",
        """\
found := [y |
	some x in input.list
	y := x.name
]

all_small if {
	every x in input.list { x < 3 }
}

by_name[name] := x if { # missed
	some x in input.none
	name := x.name
}
""",
        """\
	rule.found == [] with input as {"list": []}
	rule.all_small with input as {"list": [1]}
	rule.by_name == {}
""",
    ),
    Case(
        "order",
        """\
asked := documents.list(input.a.b) == lazy # missed

lazy := [] # missed

some_of contains x if some x in array.concat(input.a.b, lazier) # missed

lazier := [1] # missed
""",
        """\
	not rule.asked
	rule.some_of == set()
""",
    ),
    Case(
        "texts_with_braces",
        """\
odd := "} else := {" if { # missed
	"if {" in input.list
}

even := `a } b` if {
	`x := 1` == input.text
} else := "# no comment" if {
	input.list == []
}

u := "ü" if input.text == "ü" else := "ö" # missed
""",
        """\
	not rule.odd with input as {"list": []}
	rule.even == "# no comment" with input as {"list": []}
	rule.even == "a } b" with input as {"text": "x := 1"}
	rule.u == "ü" with input as {"text": "ü"}
""",
    ),
)
