"""The store of runs: folders, records, histories, groups, and how runs compare."""
