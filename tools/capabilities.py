"""Write ``bundles/capabilities.json``: the built-ins that both engines have and a gate may use.

It takes the list of the ``opa`` on PATH, drops what the embedded engine does not know (asked one by one), and
what would let a policy reach out, read its surroundings, or answer differently from one time to the next.
``time.now_ns`` stays for the one package that reads the clock.
"""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import regorus

TARGET = Path(__file__).resolve().parent.parent / "bundles" / "capabilities.json"
UNSAFE = frozenset(
    {"http.send", "opa.runtime", "net.lookup_ip_addr", "rand.intn", "uuid.rfc4122", "trace", "print"}
)
NONDETERMINISTIC_KEPT = frozenset({"time.now_ns", "json.match_schema"})
"""OPA marks the second since it can fetch a remote schema; ``allow_net`` forbids that."""
EXPLOSIVE = frozenset({"net.cidr_expand"})
UNLIKE = frozenset({"strings.replace_n"})
"""Known to both, with different answers: regorus replaces one pair after the other."""

FEATURES = ["keywords_in_refs", "rego_v1"]


def known_to_regorus(name: str, arity: int) -> bool:
    """Tell whether the embedded engine has a function of that name, by calling it with nonsense."""
    engine = regorus.Engine()
    arguments = ", ".join("1" for _ in range(arity))
    try:
        engine.add_policy("probe.rego", f"package probe\nx := {name}({arguments})\n")
        engine.eval_query_as_json("data.probe")
    except Exception as error:
        return "could not find function" not in str(error)
    return True


def main() -> None:
    """Write the file."""
    current = json.loads(subprocess.check_output(["opa", "capabilities", "--current"]))
    kept = []
    for builtin in current["builtins"]:
        name = builtin["name"]
        if name in UNSAFE | EXPLOSIVE | UNLIKE or builtin.get("deprecated"):
            continue
        if builtin.get("nondeterministic") and name not in NONDETERMINISTIC_KEPT:
            continue
        if (
            "infix" in builtin
            or name.startswith("internal.")
            or known_to_regorus(name, len(builtin["decl"].get("args", [])))
        ):
            kept.append(builtin)
    current["builtins"] = kept
    current["allow_net"] = []
    current["features"] = FEATURES
    TARGET.write_text(json.dumps(current, indent=1) + "\n", "utf-8")
    print(f"{len(kept)} built-ins")


if __name__ == "__main__":
    main()
