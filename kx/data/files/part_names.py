"""What people call the parts of a dataset: the one table of these names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

NAMES: Mapping[str, tuple[str, ...]] = {
    "train": ("train", "training", "训练"),
    "validation": (
        "validation",
        "validate",
        "valid",
        "val",
        "dev",
        "development",
        "eval",
        "evaluation",
        "验证",
    ),
    "test": ("test", "testing", "测试"),
}
"""Part -> what it is called, in lower case, without what ``PLAIN`` cuts off."""

PARTS = tuple(NAMES)

PLAIN = re.compile(r"[\s_.-]*(data)?(set|data|split|part|images?|集)?[\s_.-]*")
"""What may follow such a name: ``train_set``, ``Test-Images``."""


def part_of(name: str) -> str:
    """Return the part that ``name``, in any case, stands for; empty if it stands for none."""
    for part, names in NAMES.items():
        for known in names:
            if name.casefold().startswith(known) and PLAIN.fullmatch(
                name.casefold().removeprefix(known)
            ):
                return part
    return ""


def by_part(names: Iterable[str]) -> dict[str, list[str]]:
    """Return part -> those of ``names`` that stand for it, in the order of ``PARTS``."""
    found = [(part_of(name), name) for name in names]
    table = {part: [name for known, name in found if known == part] for part in PARTS}
    return {part: named for part, named in table.items() if named}
