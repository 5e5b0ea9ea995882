"""Architectures that a spec can name: one module each, found by its name."""
