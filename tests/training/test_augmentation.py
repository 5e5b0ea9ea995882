"""Pictures that are changed by chance, for training alone."""

import math
from dataclasses import replace

import numpy as np
import pytest

from kx.base.remark import Remark
from kx.contracts import Split
from kx.spec.schema import AugmentationSection
from kx.training.augmentation import Augmentation
from kx.training.engine import Engine
from tests.parts import cnn
from tests.training.trained import PICTURES, Trained, examples, job, together, trainer_for

pytestmark = pytest.mark.slow

NOTES = {
    "rotation_degrees": 40,
    "shift_fraction": 0.2,
    "shear_degrees": 11.46,
    "zoom_fraction": 0.2,
    "horizontal_flip": True,
}
SECTION = AugmentationSection(**NOTES)
CNN = {"filters": (2, 3), "kernel_size": 2, "units": (4,)}
ENGINES = ("fit", "resident")
SIDE, MIDDLE = 11, 5


def changed(pictures, seed=3, step=7, **options):
    section = AugmentationSection(**options)
    return Augmentation(section).pictures(np.asarray(pictures), seed, step).numpy()


def sources(count=64, **options):
    """Where the pixels about the middle are taken from, counted from there: L @ place + start.

    The two channels of the pictures are the column and the row of each pixel.
    """
    row, column = np.mgrid[:SIDE, :SIDE].astype("float32")
    pictures = np.repeat(np.stack([column, row], axis=-1)[None], count, axis=0)
    found = changed(pictures, **options)
    middle = found[:, MIDDLE, MIDDLE]
    right, below = found[:, MIDDLE, MIDDLE + 1] - middle, found[:, MIDDLE + 1, MIDDLE] - middle
    return np.stack([right, below], axis=-1), middle - MIDDLE


def is_spread(draws, low, high):
    """Whether draws stay within these bounds, and reach the outer fifths of what lies between."""
    edge = 0.2 * (high - low)
    inside = low - 1e-4 <= draws.min() and draws.max() <= high + 1e-4
    return inside and draws.min() < low + edge and draws.max() > high - edge


@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "constant", "wrap"])
@pytest.mark.parametrize("kind", ["float32", "uint8"])
def test_without_changes_pictures_stay_as_they_are(fill_mode, kind):
    pictures = np.random.default_rng(0).integers(0, 256, (4, 5, 6, 3)).astype(kind)

    found = changed(pictures, fill_mode=fill_mode, shift_fraction=0.0)

    assert found.dtype == "float32"
    np.testing.assert_array_equal(found, pictures)


def test_a_flip_leaves_a_picture_or_makes_its_mirror_image():
    pictures = np.random.default_rng(0).integers(0, 256, (40, 5, 6, 3), dtype=np.uint8)

    found = changed(pictures, horizontal_flip=True)

    same = [np.array_equal(one, other) for one, other in zip(found, pictures, strict=True)]
    mirrored = [
        np.array_equal(one, other[:, ::-1]) for one, other in zip(found, pictures, strict=True)
    ]
    assert [one + other for one, other in zip(same, mirrored, strict=True)] == [1] * 40
    assert 10 <= sum(mirrored) <= 30


def test_rotations_turn_about_the_middle():
    linear, start = sources(rotation_degrees=40)

    angles = np.degrees(np.arctan2(linear[:, 1, 0], linear[:, 0, 0]))
    assert is_spread(angles, -40, 40)
    np.testing.assert_allclose(linear[:, 0], linear[:, 1, ::-1] * [1, -1], atol=1e-5)
    np.testing.assert_allclose(np.linalg.det(linear), 1, atol=1e-5)
    np.testing.assert_allclose(start, 0, atol=1e-5)


def test_shifts_go_both_ways_in_both_directions():
    linear, start = sources(shift_fraction=0.2)

    np.testing.assert_allclose(linear, [np.eye(2)] * 64, atol=1e-5)
    for draws in start.T:
        assert is_spread(draws, -0.2 * SIDE, 0.2 * SIDE)
    assert abs(np.corrcoef(start.T)[0, 1]) < 0.5


def test_shears_slant_horizontal_lines_about_the_middle():
    linear, start = sources(shear_degrees=11.46)

    limit = math.tan(0.2)  # the notes' 0.2 radians
    assert is_spread(linear[:, 1, 0], -limit, limit)
    linear[:, 1, 0] = 0
    np.testing.assert_allclose(linear, [np.eye(2)] * 64, atol=1e-5)
    np.testing.assert_allclose(start, 0, atol=1e-5)


def test_zooms_draw_height_and_width_one_by_one():
    linear, start = sources(zoom_fraction=0.3)

    width, height = linear[:, 0, 0], linear[:, 1, 1]
    assert is_spread(width, 0.7, 1.3)
    assert is_spread(height, 0.7, 1.3)
    assert abs(np.corrcoef(width, height)[0, 1]) < 0.5
    np.testing.assert_allclose(linear[:, [0, 1], [1, 0]], 0, atol=1e-5)
    np.testing.assert_allclose(start, 0, atol=1e-5)


def test_a_change_is_drawn_alike_whatever_else_is_changed():
    alone, _ = sources(zoom_fraction=0.3)
    flipped, _ = sources(zoom_fraction=0.3, horizontal_flip=True)

    np.testing.assert_allclose(np.abs(flipped), alone, atol=1e-5)
    assert (flipped[:, 0, 0] < 0).any()


@pytest.mark.parametrize("fill_mode", ["nearest", "reflect", "wrap"])
def test_edges_are_filled_with_what_is_in_the_picture(fill_mode):
    noise = np.random.default_rng(0).integers(0, 256, (32, 20, 20, 3), dtype=np.uint8)

    found = changed(noise, **NOTES, fill_mode=fill_mode)
    plain = changed(np.full((32, 20, 20, 3), 200, "uint8"), **NOTES, fill_mode=fill_mode)

    assert found.min() >= -1e-3
    assert found.max() <= 255 + 1e-3
    np.testing.assert_allclose(plain, 200, atol=1e-3)


def test_edges_may_be_filled_with_zeros():
    plain = changed(
        np.full((32, 20, 20, 1), 200, "uint8"), shift_fraction=0.5, fill_mode="constant"
    )

    assert plain.min() == 0
    assert plain.max() == pytest.approx(200)


def test_draws_hang_on_seed_and_step_alone():
    pictures = examples(PICTURES, 8).x
    before = changed(pictures, **NOTES)

    np.testing.assert_array_equal(before, changed(pictures, **NOTES))
    assert np.abs(before - changed(pictures, step=8, **NOTES)).max() > 0.1
    assert np.abs(before - changed(pictures, seed=4, **NOTES)).max() > 0.1


def trained(engine, augmentation=SECTION, **changes):
    return Trained(PICTURES, engine, build=cnn, options=CNN, augmentation=augmentation, **changes)


@pytest.fixture(scope="module")
def fits():
    """A network that each engine trained on augmented pictures."""
    return {engine: trained(engine) for engine in ENGINES}


def test_engines_agree(fits):
    one, other = fits.values()

    for name, values in one.history.items():
        assert values == pytest.approx(other.history[name], rel=1e-4), name
    for ours, theirs in zip(one.fitted.values, other.fitted.values, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)
    assert one.history["loss"] != pytest.approx(trained("fit", None).history["loss"], rel=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_same_seeds_give_the_same_weights(fits, engine):
    one, other = fits[engine], trained(engine)

    assert one.history == other.history
    for ours, theirs in zip(one.fitted.values, other.fitted.values, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("engine", ENGINES)
def test_validation_and_predictions_see_plain_pictures(fits, engine):
    one = fits[engine]

    part = one.validation
    expected = one.model.evaluate(part.x, part.y, verbose=0, return_dict=True)
    assert one.history["val_loss"][-1] == pytest.approx(expected["loss"], rel=1e-5)
    assert one.predictions == pytest.approx(one.model(part.x).numpy(), abs=1e-6)
    assert not [layer.name for layer in one.model.layers if "random" in layer.name]


def test_each_epoch_has_draws_of_its_own():
    still = {"shuffle": False, "optimizer": {"name": "sgd", "learning_rate": 1e-12}}
    bright = examples(PICTURES, 50)
    bright = Split(20 * bright.x, bright.y)

    plain, changing = (trained("resident", how, train=bright, **still) for how in (None, SECTION))

    assert plain.history["loss"] == pytest.approx([plain.history["loss"][0]] * 3)
    first, second, third = changing.history["loss"]
    assert min(abs(first - second), abs(second - third), abs(first - third)) > 1e-3


@pytest.mark.parametrize("engine", ["resident", "streamed"])
def test_each_fit_of_a_trainer_has_draws_of_its_own(engine):
    data = together(examples(PICTURES, 50), examples(PICTURES, 20, seed=1))
    data = Split((data.x * 60 + 128).clip(0, 255).astype("uint8"), data.y)
    info = replace(PICTURES, pixels=True)
    wide = {"filters": (8,), "kernel_size": 2, "units": (16,)}
    trainer = trainer_for(info, "fit", cnn, wide, augmentation=SECTION)
    streamed = engine == "streamed"
    trainer.engine = Engine("fit" if streamed else engine, "the test says so", streamed)
    jobs = [
        job(PICTURES, data, range(50), range(50, 70), augmentation_seed=seed) for seed in (1, 2, 1)
    ]

    first, other, again = (fitted.history["loss"] for fitted in trainer.fit(jobs))

    assert first == again
    assert first != pytest.approx(other, rel=1e-4)


def test_pictures_are_changed_while_steps_are_computed_unless_an_epoch_must_be_one_call():
    data = examples(PICTURES, 70)
    long = job(PICTURES, data, range(50), range(50, 70), epochs=100_000)
    plain, augmented, compiled = (
        trainer_for(PICTURES, "fit", augmentation=section) for section in (None, SECTION, SECTION)
    )
    compiled._training = compiled._training.model_copy(update={"engine": "compiled"})

    kinds = [trainer.chosen([long]).kind for trainer in (plain, augmented, compiled)]

    assert kinds == ["xla", "fit", "resident"]
    assert augmented.chosen([long]).reason == Remark.of("engine.augmentation")
