"""Sentences about runs, in English and Chinese."""
