"""Shows and asks; the only place, with app, that knows Qt."""
