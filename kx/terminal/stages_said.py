"""What goes on in a run beside its fits, in words: for logs and terminals alike."""

from __future__ import annotations

from kx.base.remark import Remark
from kx.base.text import clean, shortened, size
from kx.wording.recorded import in_a_line
from kx.wording.words import Words


def stage_said(text: str | Remark, words: Words) -> str:
    """Return a stage in words; what a plugin calls its own stays as it is."""
    return text if isinstance(text, str) else in_a_line(text, words)


def download_said(name: str, done: int, total: int | None, words: Words) -> str:
    """Return how far a download is, in bytes; of an unknown size, what has come."""
    what = words("live.downloading", name=shortened(clean(name)))
    far = words("live.of", done=size(done), total=size(total)) if total else size(done)
    return words("join.reasoned", what=what, why=far)


def count_said(what: str | Remark, done: int, total: int, words: Words) -> str:
    """Return how many of something that is counted are done."""
    far = words("live.of", done=f"{done:,}", total=f"{total:,}")
    return words("join.reasoned", what=clean(stage_said(what, words)), why=far)
