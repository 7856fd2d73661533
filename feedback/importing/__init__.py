"""How do decisions that were made before anything was connected come in? A table, one row a case or one row an event."""
