"""Texts: tokenized, their vocabulary, sequences of word numbers."""
