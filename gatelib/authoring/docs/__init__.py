"""The documentation of rules: a page a rule, and an index of them."""

from gatelib.authoring.docs.writing import INDEX, Pages, page, pages

__all__ = ["INDEX", "Pages", "page", "pages"]
