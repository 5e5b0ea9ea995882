"""What strategies and scores are made of: folds, conclusions, baselines, intervals, tests."""
