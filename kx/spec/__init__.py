"""The experiment file: from text to checked values, every mistake located."""
