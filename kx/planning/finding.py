"""What a rule finds wrong with a plan: where, what, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass

from kx.base.errors import Problem, cut
from kx.base.remark import Remark, as_remark
from kx.contracts import Complaint
from kx.spec.document import Document, Key
from kx.wording.recorded import in_words


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
    message: str | Remark
    hint: str | Remark = ""
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
        message, hint = in_words(self.message), in_words(self.hint)
        return document.problem(self.key, message, got=self.got, hint=hint, at_key=self.at_key)

    def remark(self, where: str = "", got: str = "") -> Remark:
        """Return what the record says of it.

        Args:
            where: in a file, if it is known.
            got: what stands there, if that is to be told.
        """
        place = ": ".join(filter(None, (where, ".".join(map(str, self.key)))))
        return Remark.of("spec.place", where=place, what=self._what(got)).with_texts(cut)

    def _what(self, got: str) -> Remark:
        if isinstance(self.message, str) and isinstance(self.hint, str):
            stands = f"got {got}" if got else ""
            return as_remark("; ".join(filter(None, (self.message, stands, self.hint))))
        what = as_remark(self.message)
        what = Remark.of("spec.got", what=what, got=got) if got else what
        return Remark.of("spec.hint", what=what, hint=as_remark(self.hint)) if self.hint else what
