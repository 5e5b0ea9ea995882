"""``kx report``: one or many runs as a single HTML file that needs nothing else to be read."""
