"""What is drawn of runs, as plain values: charts that pictures and pages render alike."""
