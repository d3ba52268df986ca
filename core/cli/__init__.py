"""The command line: parses, builds a request, runs it, prints what came out. Nothing is decided here."""
