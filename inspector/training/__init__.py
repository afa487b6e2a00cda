"""Fits and measures a model in a process of its own, so that the line does not notice."""
