"""Control attestations: which controls hold for a release, made from its evidence, signed, verified."""
