"""The policy in the forms that other tools enforce."""
