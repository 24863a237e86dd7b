"""What a team's repository begins with, and a rule that is to be filled in."""
