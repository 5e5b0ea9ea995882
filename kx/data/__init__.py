"""Datasets: one loader per file, where files come from, and the preparation of features."""
