"""Predictions of a run that is over: its network, its preparation, new inputs."""
