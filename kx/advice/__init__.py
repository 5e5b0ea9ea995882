"""What to do next: a diagnosis of the curves, changes to a spec, the notes' workflow."""
