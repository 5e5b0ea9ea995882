"""What a rule finds wrong with a plan: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from kx.base.errors import Problem
from kx.contracts import Complaint
from kx.spec.document import Document, Key


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing in a spec that will not work, or is hardly meant.

    Attributes:
        key: of the spec, such as ``("training", "epochs")``.
        message: what is wrong.
        hint: what to do about it.
        got: what stands there, if that helps.
        at_key: whether the key itself is at fault rather than what stands behind it.
        fatal: False for a warning.
    """

    key: Key
    message: str
    hint: str = ""
    got: str = ""
    at_key: bool = False
    fatal: bool = True

    @classmethod
    def of(cls, section: str, complaint: Complaint) -> Finding:
        """Return what a component, or a part of kx, complains of in a section of the spec."""
        inner = complaint.key.split(".") if complaint.key else []
        key = (section, *inner)
        # Below an option that is a mapping, it is the mapping's key that is at fault.
        return cls(key, complaint.message, complaint.hint, "", len(inner) > 1, complaint.fatal)

    def problem(self, document: Document) -> Problem:
        """Return it with its place in the text of the spec."""
        return document.problem(
            self.key, self.message, got=self.got, hint=self.hint, at_key=self.at_key
        )
