"""Unit tests and fixtures together: what of them is run, on which engine, and why one failed."""
