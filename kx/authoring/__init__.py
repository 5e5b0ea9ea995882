"""What helps to write a spec: a template of it, and the schema that editors read."""
