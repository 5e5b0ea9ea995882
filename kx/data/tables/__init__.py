"""Tables in files, and the targets that stand in them."""
