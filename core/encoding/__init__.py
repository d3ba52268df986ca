"""Bytes that mean one thing only: canonical JSON and length-delimited framing."""
