"""Pictures: decoded, resized, cached, given row by row."""
