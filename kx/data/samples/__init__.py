"""Generated stand-ins for the official files. None of this is real data."""
