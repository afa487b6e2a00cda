"""Procedural products for the simulated line: one file per product, what they share beside them."""
