import pytest

from kx.data.files.sources import SourceFiles
from kx.data.files.weight_files import SourceWeights
from tests.word_vectors.vectors import TEXT


@pytest.fixture
def weights(tmp_path):
    """Weights in a folder that has the word vectors ``v.txt``."""
    (tmp_path / "v.txt").write_text(TEXT)
    return SourceWeights(SourceFiles(), tmp_path)
