"""How a network for tables is trained where nobody says otherwise, docs/tables.md included."""

from __future__ import annotations

BATCHES = ((0, 32), (2_000, 128), (100_000, 1_024))
"""From so many rows of a table on: examples of a batch."""


def training_lines(rows: int) -> list[str]:
    """Return the section ``training`` of a spec for a table of so many rows.

    Source:
        Holzmüller, Grinsztajn and Steinwart (2024), "Better by default: strong pre-tuned MLPs and
        boosted trees on tabular data", NeurIPS: a decay of the weights by 1e-2; step and batch were
        chosen by `make tables`.
    """
    batch = next(size for least, size in reversed(BATCHES) if rows >= least)
    return [
        "training:",
        "  optimizer: {name: adamw, learning_rate: 2e-3, weight_decay: 1e-2}",
        f"  batch_size: {batch}",
        "  epochs: 200                # at most: validation rows choose the best epoch",
        "  early_stopping: {patience: 16}",
    ]
