"""What architectures are made of: output layers, inputs, embeddings, networks of Keras."""
