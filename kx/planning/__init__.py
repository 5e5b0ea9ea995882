"""From a spec to a plan: every name looked up, every option checked, nothing heavy imported.

What can be known to be wrong is found here, all of it at once.
"""

from kx.planning.making import is_sound, make_plan, plan_again, plan_document
from kx.planning.plan import SECTIONS, Plan

__all__ = ["SECTIONS", "Plan", "is_sound", "make_plan", "plan_again", "plan_document"]
