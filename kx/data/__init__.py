"""How data are read, prepared and checked; the datasets themselves are in ``kx.datasets``."""
