"""What kx costs, measured: whole processes, medians of several runs, with targets."""
