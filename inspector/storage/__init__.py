"""Records, recipes and pictures on disk: SQLite through one writer, files written whole then renamed."""
