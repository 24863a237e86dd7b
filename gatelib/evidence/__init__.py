"""Evidence Packs: what a release claims, each claim in a file, bound to the release, hashed and sealed."""
