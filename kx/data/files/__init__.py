"""Files of data: downloads, archives, folders, the cache; each bounded and verified."""
