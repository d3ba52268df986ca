"""Two implementations of the group: `native` for use, `reference` in plain Python to be read and reviewed."""
