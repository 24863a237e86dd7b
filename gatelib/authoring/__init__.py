"""The rule author's workbench: it tests, measures, describes and compares rules. No gate needs it."""
