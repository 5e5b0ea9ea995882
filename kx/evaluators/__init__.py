"""Validation strategies, and the numbers that judge a fit."""
