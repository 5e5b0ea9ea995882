"""Architectures: one model factory per file."""
