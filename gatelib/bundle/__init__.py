"""Bundles: rules and data in one signed file, as Open Policy Agent takes it."""
