"""Runs on features: the base runs once over all pictures, and later runs do not even build it."""

import functools
from contextlib import ExitStack, closing

import pytest

from tests.transfer.transfers import FEATURES

pytestmark = pytest.mark.slow


def test_a_second_run_on_features_looks_at_no_picture(train):
    _, one, out, err = train(FEATURES)
    _, two, again, told = train(FEATURES)

    assert one["features"]["forward_passes"] == 24 + 8
    assert "features: 32 forward passes" in out
    assert "features (training): 24 of 24" in err
    assert two["features"]["forward_passes"] == 0
    assert two["features"]["cached"] is True
    assert "features from cache: 0 forward passes" in again
    assert "building MobileNet" in err
    assert "building" not in told
    assert two["scores"] == one["scores"]
    assert two["fits"][0]["scores"] == one["fits"][0]["scores"]


@pytest.fixture
def passes(home):
    """Make the features of a spec's pictures and train nothing: how many, and of which form."""
    from kx.contracts import Watcher
    from kx.planning import make_plan
    from kx.running.bases import find_base
    from kx.running.features import extracted
    from kx.running.loading import load
    from kx.running.work import Switches, Work
    from kx.runs.folder import RunFolder
    from kx.training.environment import start_tensorflow

    def made(text, precision="float32"):
        (home / "spec.yaml").write_text(text)
        plan = make_plan(home / "spec.yaml")
        with ExitStack() as stack:
            folder = stack.enter_context(RunFolder.create(home / "outputs", "unfitted"))
            history = stack.enter_context(closing(folder.history()))
            work = Work(plan, folder, Watcher(), Switches(), history, precision)
            loaded = load(work)
            base = find_base(work, loaded)
            found = extracted(work, loaded, base.extractor)
        facts, shape = found.features, found.bundle.info.input_shape
        assert (facts.parameters, facts.shape) == (base.extractor.parameters, shape)
        return facts.forward_passes, shape

    start_tensorflow(deterministic=True)
    return made


@pytest.fixture
def no_base(monkeypatch):
    """From when it is called on, no base can be built any more."""
    import keras

    @functools.wraps(keras.applications.MobileNet)
    def refuse(*_, **__):
        raise AssertionError("the base was built")

    return lambda: monkeypatch.setattr(keras.applications, "MobileNet", refuse)


CHANGES = {
    ("image_size: 32", "image_size: 40"): (10, 10, 32),
    ("seed: 3", "seed: 4"): (8, 8, 32),  # draws other random weights
    ("conv_pw_3_relu", "conv_pw_5_relu"): (4, 4, 64),
    ("alpha: 0.25", "alpha: 0.5"): (8, 8, 64),
    ("units:", "preprocess: rescale\n  units:"): (8, 8, 32),
}


def test_features_that_something_else_decides_are_made_anew(passes):
    first = passes(FEATURES)
    others = {change: passes(FEATURES.replace(*change)) for change in CHANGES}
    half = passes(FEATURES, "mixed_bfloat16")
    again = passes(FEATURES.replace("units: [8]", "units: [4]"))

    assert first == half == (32, (8, 8, 32))
    assert others == {change: (32, shape) for change, shape in CHANGES.items()}
    assert again == (0, (8, 8, 32))


def test_features_that_are_kept_need_no_base(passes, no_base):
    loud = FEATURES.replace("weights: none", "weights: imagenet\n  fallback: random")
    first = [passes(FEATURES), passes(loud)]
    no_base()
    again = [passes(FEATURES), passes(loud)]

    # Weights that cannot be had are drawn by the seed alone: as if none had been asked for.
    assert [number for number, _ in first] == [32, 0]
    assert [number for number, _ in again] == [0, 0]
    with pytest.raises(AssertionError, match="the base was built"):
        passes(FEATURES.replace("seed: 3", "seed: 4"))


def test_features_belong_to_the_content_of_the_weights(passes, no_base, home):
    import keras

    options = {"alpha": 0.25, "weights": None, "include_top": False, "input_shape": (32, 32, 3)}
    one, two = (keras.applications.MobileNet(**options) for _ in range(2))
    mine = home / "mine.weights.h5"
    text = FEATURES.replace("weights: none", f"weights: {mine.name}")
    counts = []
    for network in (one, two, one):  # the same file, with other content, and with the first again
        network.save_weights(mine)
        counts.append(passes(text)[0])
    one.save_weights(home / "copy.weights.h5")
    counts.append(passes(text.replace("mine", "copy"))[0])
    no_base()
    other_seed = passes(text.replace("seed: 3", "seed: 4"))

    assert counts == [32, 32, 0, 0]
    assert other_seed == (0, (8, 8, 32))


@pytest.mark.parametrize("damage", ["", "{}", '"parameters": 2', '"files": 7, "parameters": 2'])
def test_a_damaged_note_of_the_base_is_made_anew(passes, home, damage):
    passes(FEATURES)
    (note,) = [path for path in (home / "cache/features").glob("*.json")
               if not path.with_suffix(".npy").exists()]  # fmt: skip
    whole = note.read_text()
    note.write_text(whole.replace('"parameters": 2', damage, 1) if "para" in damage else damage)
    again = passes(FEATURES)

    assert again == (0, (8, 8, 32))
    assert note.read_text() == whole


def test_folders_in_the_place_of_features_and_of_the_base_are_put_aside_and_told(train, home):
    _, one, _, _ = train(FEATURES)
    for path in list((home / "cache/features").iterdir()):
        path.unlink()
        path.mkdir()
    _, two, _, _ = train(FEATURES)
    _, three, _, _ = train(FEATURES)

    told = [[said["values"]["text"]["code"] for said in of["warnings"]] for of in (two, three)]
    assert told[0].count("cache.aside") == 3  # the base's note, and two parts
    assert "cache.aside" not in told[1]
    assert three["features"]["forward_passes"] == 0
    assert three["scores"] == two["scores"] == one["scores"]


def test_a_damaged_cache_is_made_anew(train, home):
    _, one, _, _ = train(FEATURES)
    for path in (home / "cache/features").glob("*.npy"):
        path.write_bytes(path.read_bytes()[:-4] + b"\0\0\1\0")
    _, two, _, _ = train(FEATURES)

    assert two["features"]["forward_passes"] == 32
    assert two["scores"] == one["scores"]
