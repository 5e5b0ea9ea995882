"""Pictures: numbers in, a file out."""
