"""Registries of datasets, networks, strategies and callbacks; their options; plugins."""
