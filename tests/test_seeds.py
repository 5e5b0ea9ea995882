from kx.base.seeds import PURPOSES, derive


def test_a_seed_has_its_own_draws_for_each_purpose_and_fit():
    names = ("", "holdout", "refit", "fold-1", "fold-2")
    seeds = [derive(s, p, n) for s in (0, 1, 2**32 - 1) for p in PURPOSES for n in names]

    assert len(set(seeds)) == len(seeds) == 3 * len(PURPOSES) * 5
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_a_derived_seed_never_changes():
    assert derive(0, "split") == 821328062
    assert derive(42, "weights", "fold-3") == 1836637897
