"""What of the CPU decides which targets hold."""

from kx.spec.schema import TrainingSection
from kx.training.environment import chosen_precision


def is_fast_in_half() -> bool:
    """Whether kx would choose half precision by itself: the CPU has units for it (AMX)."""
    return chosen_precision(TrainingSection(precision="auto"))[0] == "mixed_bfloat16"
