"""Plots, drawn by matplotlib: numbers in, a file out."""
