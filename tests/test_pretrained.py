"""Networks on a ready-made base: what a spec may say of them, and what is built."""

import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from kx.architectures.pretrained import BASE, Pretrained
from kx.base.errors import SpecError, UsageError
from kx.contracts import DatasetInfo
from kx.models.applications import NAMES, OPTIONS
from kx.planning import plan_document
from kx.spec.document import parse
from kx.spec.load import expand_shorthands
from tests.parts import pretrained

PICTURES = DatasetInfo("pictures", "binary", (32, 32, 3), ("a", "b"), pixels=True)
SMALL = {"base": "MobileNet", "base_options": {"alpha": 0.25}, "weights": "none", "units": (6,)}
FINE = {"mode": "fine_tune", "unfreeze_from": "conv_dw_13"}


def planned(architecture="", training="{}", data="{name: cats_vs_dogs, image_size: 32}", more=""):
    text = f"""\
name: x
dataset: {data}
architecture: {{name: pretrained, {architecture}}}
training: {training}
{more}
"""
    document = parse(text, "x.yaml")
    expand_shorthands(document)
    return plan_document(document, folder=None)


TWO = "{phases: [{epochs: 2, trainable: head}, {epochs: 3, trainable: unfrozen, optimizer: sgd}]}"
TUNED = "mode: fine_tune, unfreeze_from: block5_conv1"


@pytest.mark.parametrize(
    ("sections", "words"),
    [
        ({"architecture": "base: vgg-16"}, r"x.yaml:3:.*'vgg-16'; did you mean 'VGG16'\?"),
        ({"architecture": "base_options: {alpha: 1}"}, "x.yaml:3:.*VGG16 has no option 'alpha'"),
        (
            {"architecture": "base: MobileNet, base_options: {alhpa: 0.5}"},
            r"base_options.alhpa: .* did you mean 'alpha'\?",
        ),
        (
            {"architecture": "base: EfficientNetB0, preprocess: rescale"},
            "preprocess: EfficientNetB0 brings pixels of 0 to 255 to its range itself",
        ),
        ({"architecture": "mode: fine_tune"}, "unfreeze_from: .* needs the name of the first"),
        ({"architecture": "unfreeze_from: x"}, "unfreeze_from: mode: frozen trains no layer"),
        ({"architecture": "base: Xception"}, "base: Xception takes no pictures below 71 x 71"),
        ({"data": "digits"}, "needs coloured pictures as bytes; .* digits is 8 x 8 x 1"),
        ({"data": "wine"}, "needs coloured pictures as bytes; .* wine is 13"),
        ({"architecture": TUNED}, "training.phases: mode: fine_tune needs two phases"),
        (
            {"architecture": TUNED, "training": "{phases: [{epochs: 3}]}"},
            "x.yaml:4:20: training.phases: the first gradients of a random head would spoil",
        ),
        (
            {"architecture": TUNED, "training": "{phases: [{epochs: 3, trainable: head}]}"},
            "training.phases: no phase trains a layer of the base",
        ),
        ({"training": TWO}, "training.phases: mode: frozen trains the head only"),
        (
            {"architecture": TUNED, "training": TWO.replace("{p", "{epochs: 6, p", 1)},
            "training.epochs: the phases add up to 5; got 6; leave it out",
        ),
        (
            {"architecture": TUNED, "training": TWO.replace("sgd", "sdg")},
            "optimizer.name: 'sdg' is not offered here; did you mean 'sgd'",
        ),
        (
            {"architecture": TUNED, "training": TWO.replace("{p", "{early_stopping: {}, p", 1)},
            "phases that may stop early cannot be retrained",
        ),
    ],
)
def test_what_does_not_go_together_is_told(sections, words):
    with pytest.raises(SpecError, match=words):
        planned(**sections)


def test_the_epochs_of_a_training_are_those_of_its_phases():
    plan = planned(TUNED, TWO)

    assert plan.spec.training.epochs == plan.resolved()["training"]["epochs"] == 5
    assert plan.spec.training.phases[1].optimizer.name == "sgd"


def test_a_refit_knows_no_best_weights_that_a_phase_could_go_on_from():
    best = TWO.replace("{p", "{checkpoint: best, p", 1)
    (warning,) = [str(warning) for warning in planned(TUNED, best).warnings]

    assert "training.phases: with checkpoint: best each phase goes on from the best" in warning
    assert planned(TUNED, TWO).warnings == ()
    assert planned(TUNED, best, more="validation: {strategy: holdout, refit: none}").warnings == ()


def test_other_architectures_train_all_of_themselves():
    text = "name: x\ndataset: wine\narchitecture: mlp\ntraining: {phases: [{epochs: 2%s}]}\n"
    for what, told in (("", False), (", trainable: head", True)):
        document = parse(text % what, "x.yaml")
        expand_shorthands(document)
        if told:
            with pytest.raises(SpecError, match="mlp has no pretrained base: all of it is tr"):
                plan_document(document, folder=None)
        else:
            assert plan_document(document, folder=None).spec.training.epochs == 2


def test_a_wrong_base_is_told_without_keras():
    script = """
import sys
from kx.planning import plan_document
from kx.spec.document import parse
try:
    text = "{name: x, dataset: {name: digits}, architecture: {name: pretrained, base: VGG-16}}"
    plan_document(parse(text), None)
except Exception as error:
    print("mean 'VGG16'" in str(error), {"keras", "tensorflow", "numpy"} & set(sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)

    assert done.stdout == "True set()\n", done.stderr


@pytest.mark.slow
def test_the_names_are_those_of_keras():
    import inspect

    import keras

    found = vars(keras.applications).items()
    assert sorted(NAMES) == sorted(
        name for name, thing in found if inspect.isfunction(thing) and name[0].isupper()
    )
    elsewhere = {
        "weights", "include_top", "input_tensor", "input_shape", "pooling", "classes", "name",
        "classifier_activation", "dropout", "dropout_rate", "include_preprocessing",
    }  # fmt: skip
    for name in NAMES:
        parameters = inspect.signature(getattr(keras.applications, name)).parameters
        assert set(OPTIONS.get(name, ())) == set(parameters) - elsewhere


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", ["VGG16", "MobileNet", "ResNet50", "ResNet50V2", "DenseNet121", "EfficientNetB0",
             "MobileNetV3Small", "NASNetMobile", "ConvNeXtTiny", "Xception"]
)  # fmt: skip
def test_layers_prepare_pixels_as_the_network_was_trained_on_them(name, tmp_path):
    import keras

    from kx.models.applications import pixels_of, preprocess_input

    pictures = np.random.default_rng(0).integers(0, 256, (3, 8, 8, 3), dtype=np.uint8)
    entrance = keras.Input((8, 8, 3))
    prepared = pixels_of(name).layers(entrance)
    keras.Model(entrance, prepared + 0).save(tmp_path / "m.keras")
    loaded = keras.saving.load_model(tmp_path / "m.keras")

    expected = preprocess_input(name)(pictures)
    assert np.asarray(loaded(pictures)) == pytest.approx(expected, rel=1e-6, abs=1e-5)
    assert np.asarray(loaded(pictures)).std() > 0.3


@pytest.mark.slow
def test_preprocessing_that_is_no_factor_and_offset_is_refused(monkeypatch):
    from keras.src.applications import vgg16

    from kx.models.applications import pixels_of

    monkeypatch.setattr(vgg16, "preprocess_input", lambda x: x**2)
    with pytest.raises(UsageError, match=r"use architecture\.preprocess: rescale"):
        pixels_of("VGG16")


@pytest.mark.slow
@pytest.mark.parametrize("preprocess", ["auto", "rescale"])
def test_only_the_head_of_a_frozen_network_is_trained(preprocess):
    network = pretrained(PICTURES, None, preprocess=preprocess, **SMALL)
    base = network.get_layer(BASE)

    assert len(network.trainable_variables) == 4  # kernel and bias of two dense layers
    assert len(Pretrained().frozen(network)) == len(base.variables) == 27 + 27 * 4
    assert network.output_shape == (None, 1)
    assert base.output_shape == (None, 1, 1, 256)


@pytest.mark.slow
def test_what_a_phase_trains_is_chosen():
    network = pretrained(PICTURES, None, **SMALL, **FINE)
    counts = {}
    for what in ("head", "all", "unfrozen", "head"):
        Pretrained(**FINE).choose(network, what)
        counts[what] = len(network.trainable_variables)

    # The kernels of conv_dw_13 and conv_pw_13; their normalisation stays as it is.
    assert counts == {"head": 4, "all": 4 + 27, "unfrozen": 4 + 2}


@pytest.mark.slow
def test_a_base_may_be_cut():
    network = pretrained(PICTURES, None, cut_at="conv_pw_5_relu", **SMALL)

    assert network.get_layer(BASE).output_shape == (None, 4, 4, 64)
    for name, options in {
        "cut_at": {"cut_at": "conv_pw_5_reul"},
        "unfreeze_from": {"mode": "fine_tune", "unfreeze_from": "conv_pw_5_reul"},
    }.items():
        with pytest.raises(UsageError, match=rf"{name}: MobileNet .* did you mean 'conv_pw_5_relu"):
            pretrained(PICTURES, None, **SMALL, **options)


@pytest.mark.slow
def test_wrong_options_of_the_base_are_told():
    with pytest.raises(UsageError, match=r"MobileNet has no option 'alhpa'; did you mean 'alpha'"):
        pretrained(PICTURES, None, **SMALL | {"base_options": {"alhpa": 1}})


@pytest.mark.slow
@pytest.mark.parametrize("pooling", ["flatten", "average", "max"])
def test_base_and_head_together_are_the_whole_network(pooling):
    """Features and a head behind them give what the whole network with their weights gives."""
    import keras

    pictures = np.random.default_rng(1).integers(0, 256, (5, 32, 32, 3), dtype=np.uint8)
    options = SMALL | {"mode": "features", "cut_at": "conv_pw_3_relu"}  # random ones fade away
    keras.utils.set_random_seed(1)
    whole = pretrained(PICTURES, None, pooling=pooling, **options)
    keras.utils.set_random_seed(1)
    base = Pretrained(**options).extractor(PICTURES, None)
    shape = base.output_shape[1:]
    info = replace(PICTURES, input_shape=shape, pixels=False, extracted_from=PICTURES)
    head = pretrained(info, None, pooling=pooling, **options)
    for layer in head.layers:
        if layer.weights:
            twin = whole.get_layer(layer.name)
            twin.set_weights([10 * values for values in twin.get_weights()])
            layer.set_weights(twin.get_weights())

    assert [layer.name for layer in head.layers if layer.weights] == ["hidden_1", "output"]
    expected = np.asarray(whole(pictures))
    assert np.asarray(head(base(pictures))) == pytest.approx(expected, abs=1e-5)
    assert expected.std() > 1e-3


@pytest.mark.slow
def test_nothing_is_dropped_within_a_base_that_is_in_inference_mode():
    options = SMALL | {"base": "EfficientNetB0", "base_options": {}}
    network = pretrained(PICTURES, None, dropout=0.0, **options)
    pictures = np.random.default_rng(1).integers(0, 256, (4, 32, 32, 3), dtype=np.uint8)

    one, other = (np.asarray(network(pictures, training=True)) for _ in range(2))

    np.testing.assert_array_equal(one, other)
    assert one == pytest.approx(np.asarray(network(pictures)), abs=1e-6)


@pytest.mark.slow
def test_batch_normalisation_stays_in_inference_mode_while_training():
    import keras

    network = pretrained(PICTURES, None, **SMALL, **FINE, dropout=0.0)
    Pretrained(**FINE).choose(network, "all")
    network.compile(optimizer=keras.optimizers.SGD(0.1), loss="binary_crossentropy")
    before = [variable.numpy() for variable in Pretrained().frozen(network)]
    pictures = np.random.default_rng(1).integers(0, 256, (8, 32, 32, 3), dtype=np.uint8)
    network.fit(pictures, np.arange(8) % 2, epochs=2, verbose=0)

    assert len(before) == 27 * 4
    for was, variable in zip(before, Pretrained().frozen(network), strict=True):
        np.testing.assert_array_equal(was, variable.numpy())
