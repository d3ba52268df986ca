"""The claims a bundle can carry, one folder each, all over the same dataset root."""
