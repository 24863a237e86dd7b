"""Checks of policies: each is Rego over facts, read from the policies and what lies around them."""
