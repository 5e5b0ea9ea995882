"""Runs as other programs read them: MLflow, TensorBoard."""
