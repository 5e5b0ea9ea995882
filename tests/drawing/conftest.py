import re

import pytest


@pytest.fixture
def texts(tmp_path, monkeypatch):
    """A function that draws into an SVG and returns the texts in it."""
    from kx.drawing import canvas

    monkeypatch.setitem(canvas.STYLE, "svg.fonttype", "none")  # texts stay texts

    def drawn(draw, *arguments, **options):
        draw(tmp_path / "x.svg", *arguments, **options)
        return re.findall(r"<text[^>]*>([^<]*)</text>", (tmp_path / "x.svg").read_text())

    return drawn
