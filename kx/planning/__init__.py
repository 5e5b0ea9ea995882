"""From a spec to a plan: every name looked up, every option checked, nothing heavy imported.

What can be known to be wrong is found here, all of it at once.
"""

from kx.planning.making import (
    import_plugins,
    is_sound,
    is_sound_closed,
    make_plan,
    plan_closed,
    plan_data,
    plan_document,
    plugin_files,
    unasked,
)
from kx.planning.plan import SECTIONS, DataPlan, Plan, Proposed

__all__ = [
    "SECTIONS",
    "DataPlan",
    "Plan",
    "Proposed",
    "import_plugins",
    "is_sound",
    "is_sound_closed",
    "make_plan",
    "plan_closed",
    "plan_data",
    "plan_document",
    "plugin_files",
    "unasked",
]
