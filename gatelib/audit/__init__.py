"""Audits: a choice of releases that anyone can repeat, and each of them verified again as of its day."""
