"""Settings that do nothing, or hardly what was meant, are named where they stand."""

import pytest

from kx.base.errors import SpecError
from kx.planning import make_plan
from kx.wording.recorded import in_words

BASE = """name: x
dataset: {name: wine}
architecture: {name: mlp, units: [4]}
training: {epochs: 5}
"""


def changed(tmp_path, **sections):
    """Return what is warned of in a spec with other sections; the record has it by codes."""
    lines = [line for line in BASE.splitlines() if line.split(":")[0] not in sections]
    text = "\n".join([*lines, *(f"{key}: {value}" for key, value in sections.items())])
    (tmp_path / "x.yaml").write_text(text)
    plan = make_plan(tmp_path / "x.yaml")
    said = [in_words(remark) for remark in plan.remarks]
    assert said == [str(problem) for problem in plan.warnings]
    assert not any("英文原文" in in_words(remark, "zh") for remark in plan.remarks)
    return said


def of_schedule(text):
    return {"training": f"{{epochs: 5, learning_rate_schedule: {{name: {text}}}}}"}


def of_optimizer(text):
    return {"training": f"{{epochs: 5, optimizer: {{name: {text}}}}}"}


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"training": "{epochs: 5, early_stopping: {patience: 5}}"},
         "training.early_stopping.patience: with 5 epochs training never stops early; got 5"),
        ({"training": "{epochs: 5, reduce_lr_on_plateau: {patience: 50}}"},
         "reduce_lr_on_plateau.patience: with 5 epochs the learning rate never falls; got 50"),
        ({"training": "{epochs: 9, reduce_lr_on_plateau: {patience: 2, min_lr: 0.1}}"},
         "min_lr: the learning rate begins at 0.001 and so never falls; got 0.1"),
        (of_schedule("cosine_decay, decay_epochs: 5, warmup_epochs: 5"),
         "warmup_epochs: with 5 epochs the warm-up never ends"),
        (of_schedule("cosine_decay, decay_epochs: 5, alpha: 1.0"),
         "alpha: the learning rate stays at 0.001; got 1"),
        (of_schedule("exponential_decay, decay_epochs: 1, decay_rate: 1.0"),
         "decay_rate: the learning rate stays at 0.001"),
        (of_schedule("exponential_decay, decay_epochs: 5, decay_rate: 0.5, staircase: true"),
         "decay_epochs: with 5 epochs the first step is never reached; got 5"),
        (of_schedule("polynomial_decay, decay_epochs: 5, end_learning_rate: 0.001"),
         "end_learning_rate: the learning rate stays at 0.001"),
        (of_schedule("polynomial_decay, decay_epochs: 5, end_learning_rate: 0.5"),
         "end_learning_rate: the learning rate begins at 0.001 and rises instead of falling"),
        (of_schedule("piecewise_constant_decay, boundary_epochs: [2, 5], "
                     "learning_rates: [0.1, 0.2]"),
         "boundary_epochs: is after the last of 5 epochs: its learning rate is never used"),
        (of_optimizer("sgd, nesterov: true"),
         "training.optimizer.nesterov: does nothing without momentum"),
        (of_optimizer("adam, ema_momentum: 0.5"), "ema_momentum: does nothing without use_ema"),
        ({"architecture": "{name: mlp, units: [4], dropout: 0.9}"},
         "architecture.dropout: leaves hardly any signal to learn from; got 0.9"),
        ({"architecture": "{name: mlp, units: [4], l2: 1.0}"},
         "architecture.l2: outweighs most losses: all weights go to 0; got 1"),
        ({"training": "{epochs: 5, early_stopping: {patience: 2, min_delta: 100}}"},
         "early_stopping.min_delta: val_loss can hardly improve by this much: training stops as "
         "soon as the patience runs out; got 100"),
        # The loss of a guess among wine's three classes is ln 3 = 1.0986.
        ({"training": "{epochs: 5, early_stopping: {patience: 2, min_delta: 1.1}}"},
         "early_stopping.min_delta: val_loss can hardly improve by this much"),
        ({"training": "{epochs: 5, monitor: val_accuracy, "
                      "early_stopping: {patience: 2, min_delta: 1}}"},
         "early_stopping.min_delta: val_accuracy can hardly improve by this much"),
        ({"training": "{epochs: 5, "
                      "reduce_lr_on_plateau: {patience: 2, min_delta: 1, monitor: accuracy}}"},
         "reduce_lr_on_plateau.min_delta: accuracy can hardly improve by this much: the learning "
         "rate is reduced in any case; got 1"),
        (of_optimizer("adam, learning_rate: 100"),
         "training.optimizer.learning_rate: adam moves each weight by about this much in every "
         "step; got 100; 0.001 is usual"),
        (of_optimizer("rmsprop, learning_rate: 1.01"), "rmsprop moves each weight"),
        ({"validation": "{strategy: holdout, size: 0.99}"},
         "validation.size: holds out so much that only 0.01 of the rows are left to train on; "
         "got 0.99"),
        ({"validation": "{strategy: holdout, size: 71}"},  # of wine's 142
         "validation.size: holds out so much that only 0.5 of the rows are left to train on; "
         "got 71"),
        ({"validation": "{strategy: holdout, size: 0.5}"}, "0.5 of the rows are left"),
        ({"dataset": "{name: wine, test_fraction: 0.9}"},
         "dataset.test_fraction: holds out so much that only 0.1 of the rows are left"),
        ({"dataset": "{name: imdb, encoding: sequence, maxlen: 1}",
          "architecture": "{name: embedding_mlp, embedding_dim: 4}"},
         "dataset.maxlen: reads a single word of each text; got 1"),
        ({"dataset": "{name: imdb, num_words: 3}"}, "dataset.num_words: leaves hardly any words"),
        ({"training": "{epochs: 5, monitor: loss}"},
         "training.monitor: the training loss chooses the best epoch"),
    ],
)  # fmt: skip
def test_what_does_nothing_is_a_warning(tmp_path, sections, said):
    (warning,) = changed(tmp_path, **sections)

    assert said in warning


def test_the_optimizer_of_each_phase_is_looked_at(tmp_path):
    phases = "[{epochs: 1}, {epochs: 2, optimizer: {name: adam, learning_rate: 5}}]"

    (warning,) = changed(tmp_path, training=f"{{phases: {phases}}}")

    assert "training.phases.1.optimizer.learning_rate: adam moves each weight" in warning


NUMBERS = """name: x
seed: 1
dataset: {name: diabetes}
architecture: {name: mlp, units: [4]}
validation: {strategy: holdout, size: 0.2, refit: none}
training: {epochs: 3, early_stopping: {patience: 2, min_delta: DELTA}}
"""


@pytest.mark.slow
@pytest.mark.parametrize(("delta", "told"), [("1e9", True), ("0.01", False)])
def test_numbers_that_can_never_improve_so_much_are_told_once_the_loss_is_known(
    kx, spec_file, tmp_path, delta, told
):
    path = spec_file(NUMBERS.replace("DELTA", delta))

    code, _, err = kx("train", path, "--outputs", tmp_path / "outputs")

    assert code == 0, err
    said = "early_stopping.min_delta: val_loss was "
    assert (said in " ".join(err.split())) is told


@pytest.mark.parametrize(
    "sections",
    [
        {"training": "{epochs: 5, early_stopping: {patience: 4}}"},
        {"training": "{epochs: 5, early_stopping: {patience: 4, min_delta: 0.99}}"},
        {"training": "{epochs: 5, early_stopping: {patience: 4, min_delta: 1.09}}"},
        {
            "training": "{epochs: 5, early_stopping: {patience: 4, min_delta: 3}}",
            "dataset": "{name: diabetes}",
        },
        of_optimizer("adam, learning_rate: 1"),
        of_optimizer("sgd, learning_rate: 2"),
        {"validation": "{strategy: holdout, size: 0.49}"},
        {"validation": "{strategy: holdout, size: 70}"},
        {"validation": "{strategy: holdout, size: 0.9, train_size: 0.1, refit: none}"},
        {"dataset": "{name: imdb, num_words: 10, maxlen: 1}"},
        {
            "dataset": "{name: imdb, encoding: sequence, maxlen: 2}",
            "architecture": "{name: embedding_mlp, embedding_dim: 4}",
        },
        {"training": "{epochs: 5, reduce_lr_on_plateau: {patience: 2, min_lr: 0.0005}}"},
        of_schedule("cosine_decay, decay_epochs: 1000, warmup_epochs: 4"),
        of_schedule("exponential_decay, decay_epochs: 9, decay_rate: 0.5"),
        of_schedule("polynomial_decay, decay_epochs: 5"),
        of_schedule("piecewise_constant_decay, boundary_epochs: [2, 4], learning_rates: [1, 2]"),
        of_optimizer("sgd, nesterov: true, momentum: 0.9"),
        of_optimizer("adam, use_ema: true, ema_momentum: 0.5, clipnorm: 1.0"),
        {"architecture": "{name: mlp, units: [4], dropout: 0.5, l2: 0.01}"},
        {"training": "{epochs: 5, monitor: val_accuracy}"},
    ],
)
def test_what_does_something_is_not(tmp_path, sections):
    assert changed(tmp_path, **sections) == []


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        (of_optimizer("adam, clipnorm: 1.0, clipvalue: 0.5"),
         "x.yaml:4:62: training.optimizer.clipvalue: cannot be combined with clipnorm"),
        ({"validation": "{strategy: holdout, size: 40, skip_epochs: 5}"},
         "validation.skip_epochs: with 5 epochs none is left to choose the best from; got 5"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused(tmp_path, sections, said):
    with pytest.raises(SpecError) as refused:
        changed(tmp_path, **sections)

    assert said in str(refused.value)


def test_rows_that_are_in_no_order_of_time_are_no_time_series(tmp_path):
    (warning,) = changed(tmp_path, validation="{strategy: time_series, k: 3}")

    assert "validation.strategy: assumes that later rows are later in time" in warning
    assert "nothing says that the rows of wine are in time order" in warning
