"""The specs that are shipped."""

from benchmarks.processes import ROOT

SPECS = sorted((ROOT / "configs").rglob("*.yaml"), key=lambda path: (len(path.parts), path))
"""Those of the notes' data, then the templates for data of one's own, in configs/own."""
