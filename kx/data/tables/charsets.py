"""Encodings of tables: what a file says of its own, and what others may be."""

from __future__ import annotations

import codecs
import io
import re
from pathlib import Path

from kx.base.errors import DataError
from kx.data.tables.table_files import opened

BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
"""How a file begins that tells its own encoding; the longer marks first."""

LIKELY = (
    "cp1252", "cp1250", "cp1251", "cp1253", "cp1254",
    "gb18030", "big5", "shift_jis", "euc_jp", "euc_kr",
)  # fmt: skip
"""What programs write that do not write UTF-8: Windows by language, and the East Asian ones."""

ENOUGH = 200_000
"""Bytes that are looked at."""


SQUARES = re.compile(r"(?<![^\W\d_])([cdkm]?m)[²³](?!\w)")
"""Units of areas and volumes, whose ² and ³ are other signs by other encodings."""


class CharsetError(DataError):
    """A table is not in the encoding that it was read with."""


def charset_of(head: bytes) -> str:
    """Return the encoding of a file that begins with ``head``: UTF-8 unless it says another.

    Without a mark, UTF-16 shows by every second byte being zero, as in no other text.
    """
    for mark, charset in BOMS:
        if head.startswith(mark):
            return charset
    some = head[:1024]
    odd, even = some[1::2], some[::2]
    if odd and odd.count(0) > len(odd) / 2 and not even.count(0):
        return "utf-16-le"
    return "utf-16-be" if odd and even.count(0) > len(even) / 2 and not odd.count(0) else "utf-8"


def likely_charset(path: Path) -> str:
    """Return the encoding that a table most likely has which is no UTF-8; empty: none is likely.

    Raises:
        DataError: if it is no table.
    """
    import charset_normalizer

    with opened(path) as stream:
        read = io.BufferedReader(stream).read(ENOUGH)
    # A character of two bytes may be cut in half at the end.
    head = read[: read.rfind(b"\n") + 1] or read
    found = charset_normalizer.from_bytes(head, cp_isolation=list(LIKELY)).best()
    if found is None:
        return ""
    return "cp1252" if _western(head, found.encoding) else found.encoding


def _western(head: bytes, charset: str) -> bool:
    """Whether the Western encoding, which most programs write, reads the same but for m²."""
    text = head.decode("cp1252", "replace")
    units = SQUARES.sub(lambda unit: unit[1], text)
    same = units.encode("cp1252", "replace").decode(charset, "replace")
    return "\ufffd" not in text and units == same
