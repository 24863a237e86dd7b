"""Checks of policies: each is Rego over facts that are read from the policies and from what lies around them."""
