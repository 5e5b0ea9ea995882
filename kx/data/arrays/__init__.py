"""Arrays in memory: checked, split, weighted, hashed, and lists of words as arrays."""
