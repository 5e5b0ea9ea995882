"""What a convolutional network sees: functions of a model and arrays; no files, no printing."""
