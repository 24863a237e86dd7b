"""Which bodies of rules, and which lines, tests and fixtures reach."""
