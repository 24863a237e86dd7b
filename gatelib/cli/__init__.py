"""The command line: it parses arguments, calls the public API, and picks an exit code."""
