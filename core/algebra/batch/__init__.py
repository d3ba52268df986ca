"""Untrusted points by the hundred thousand: decoded in blocks, by helper processes, which also sum over them."""
