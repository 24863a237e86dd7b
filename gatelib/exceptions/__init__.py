"""PolicyExceptions: reading, verifying, revoking and writing them; what they waive, the rules decide."""
