"""Pieces that pages share; each draws from the look and knows no page."""
