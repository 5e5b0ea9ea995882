"""What remains of a run, and how it is shown: files, records, pictures, tables."""
