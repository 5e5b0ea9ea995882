"""What everything stands on: errors, signals, files written whole, JSON, numbers as text."""
