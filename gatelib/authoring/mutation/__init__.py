"""Mutation testing for Rego: a test that misses a small change to a policy is a test that is missing."""
