"""What a terminal shows: panels, tables, progress."""
