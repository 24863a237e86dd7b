"""What can be said of an expression without running it."""

from __future__ import annotations

from typing import Any, Final

from gatelib.authoring.lint.tree import COMPREHENSIONS, Node, Places, constant, kind, start, steps

_OTHERS: Final = {"Call": "call", **dict.fromkeys(COMPREHENSIONS, "comprehension")}


class Shapes:
    """Tells the shapes of the expressions of one policy."""

    def __init__(self, places: Places) -> None:
        self._places = places

    def of(self, expression: Node) -> dict[str, Any]:
        """Return ``{shape, line, column}``, and what the shape has beside it."""
        line, column = self._places.at(start(expression))
        return {**self._bare(expression), "line": line, "column": column}

    def _bare(self, expression: Node) -> dict[str, Any]:
        is_constant, value = constant(expression)
        if is_constant:
            return {"shape": "constant", "value": value}
        match kind(expression):
            case ("Array" | "Set") as form, parts:
                return {"shape": form.lower(), "items": [self.of(item) for item in parts["items"]]}
            case "Object", parts:
                return {"shape": "object", "items": len(parts["fields"])}
            case "Var", parts:
                return {"shape": "variable", "name": parts["value"]}
            case (("RefDot" | "RefBrack"), _):
                head, behind, _ = steps(expression)
                return {"shape": "reference", "name": kind(head)[1].get("value"), "steps": behind}
            case form, _:
                return {"shape": _OTHERS.get(form, "expression")}
