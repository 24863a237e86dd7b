"""How fast gatelib is, as ratios against peers in the same run."""
