"""The documentation of rules: a page a rule, and an index of them."""

from gatelib.authoring.docs.writing import PAGES, Pages, page, pages

__all__ = ["PAGES", "Pages", "page", "pages"]
