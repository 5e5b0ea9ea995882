"""Word vectors of three dimensions, data whose words they know in part, and a spec with both."""

from kx.contracts import DatasetInfo

WORDS = ("", "", "cat", "dog", "cow")
INFO = DatasetInfo("news", "binary", (4,), vocabulary=5, words=WORDS, tells_words=True)
TEXT = "cat 1 2 3\ncow 4 5 6\nhen 7 8 9\n"
SPEC = """
name: tiny
seeds: 2
dataset: {name: imdb, encoding: sequence, maxlen: 20, num_words: 40, words: true}
architecture:
  {name: embedding_mlp, embedding_dim: 3, pretrained: v.txt, freeze_embeddings: true}
validation: {strategy: holdout, size: 200, train_size: 64, stratify: true, refit: none}
training: {epochs: 2}
"""
