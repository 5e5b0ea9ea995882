"""New examples for a trained network: from what people write to what preparations take."""
