"""A job as data, its events as JSON lines, and the worker process that runs it."""
