"""Lookups: logUp over one tree of fractions, shared by all lookups of a proof."""
