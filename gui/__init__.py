"""The window: thin panels over services that run in a worker process. No proof, torch or numba is imported here."""
