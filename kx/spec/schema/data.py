"""What is done to the data."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from kx.spec.schema.kinds import Strict

TableScale = Literal["standardize", "robust", "quantile", "log", "unit", "none"]
TableMissing = Literal["error", "zero", "mean", "median", "indicator"]
TargetScale = Literal["auto", "standardize", "none"]


class ColumnSection(Strict):
    """How one column of a table is prepared; what is not said is as for all others."""

    scale: TableScale | None = None
    """As `preparation.scale`."""
    missing: TableMissing | None = None
    """As `preparation.missing`."""


class PreparationSection(Strict):
    """What is done to features and targets; everything is fitted on the training part alone."""

    scale: Literal["auto"] | TableScale = "auto"
    """`standardize`: mean 0, deviation 1 per feature; `unit`: into 0..1; `auto`: what the dataset
    recommends. For the dataset `table` also `robust`: median 0, quartiles 1 apart, so that a few
    huge values do not squeeze all others; `log`: logarithm of 1 + x (of negative numbers: of
    1 - x, and negative), standardized; `quantile`: by rank, into a normal distribution."""
    missing: Literal["auto"] | TableMissing = "auto"
    """What to do with missing numbers in the features: refuse them, put 0, the mean or (`table`)
    the median of the training rows in their place, or that mean and a column that marks them
    (`indicator`); `auto`: `indicator` for the dataset `table`, `error` for all others."""
    columns: dict[str, TableScale | ColumnSection] = Field({}, max_length=10_000)
    """How single columns of the dataset `table` are prepared, where it is not as the others are:
    `{km: log, price: {scale: robust, missing: median}}`."""
    categories: Literal["auto", "one_hot", "embed"] = "auto"
    """What networks are given of a category: a column for each of its values (`one_hot`), or its
    place among them (`embed`), of which `tabular` and `tabm` learn an embedding; `auto`: `embed`
    for these two, if it has more than 8 frequent values."""
    bins: Annotated[int, Field(ge=2, le=256)] | None = None
    """Tell networks a number or a date of the dataset `table` by so many steps as well, each from 0
    to 1: how far it is through each of so many equal parts of the training rows. A kink or a jump
    is then easily learned; 8 to 32 are usual."""
    target: TargetScale = "auto"
    """Train on targets of a regression with mean 0 and deviation 1, on counts with mean 1
    (`standardize`), or as they are (`none`); predictions, scores and losses are in their own unit.
    `auto`: `standardize` for counts and forecasts, and where the root mean square of targets is
    above 50, their deviation below 0.1, or their mean more than 10 deviations from 0. Penalties
    such as `l2` are added to the scaled loss, so they weigh more than on targets as they are."""
    leaky: bool = False
    """Fit the preparation on the validation rows too: only to see how much too good the scores
    then are; the record says so."""

    def ways(self) -> dict[str, dict[str, str]]:
        """Return how single columns are prepared: name -> ``scale``, ``missing``, what is said."""
        return {
            name: {"scale": way} if isinstance(way, str) else way.model_dump(exclude_none=True)
            for name, way in self.columns.items()
        }


class AugmentationSection(Strict):
    """How pictures are changed by chance, each time that they are trained on; they alone are."""

    rotation_degrees: Annotated[float, Field(ge=0, le=180)] = 0.0
    """Turn by up to so many degrees, to either side."""
    shift_fraction: Annotated[float, Field(ge=0, le=1)] = 0.0
    """Shift by up to this share of the height and of the width."""
    shear_degrees: Annotated[float, Field(ge=0, le=45)] = 0.0
    """Slant horizontal lines by up to so many degrees; Keras shears by at most 45."""
    zoom_fraction: Annotated[float, Field(ge=0, lt=1)] = 0.0
    """Stretch or shrink height and width by up to this share, each by a draw of its own."""
    horizontal_flip: bool = False
    """Mirror every other picture, left for right."""
    fill_mode: Literal["nearest", "reflect", "constant", "wrap"] = "nearest"
    """What comes where the picture no longer is: the `nearest` pixel, the picture mirrored
    (`reflect`) or once more (`wrap`), or zeros (`constant`)."""
