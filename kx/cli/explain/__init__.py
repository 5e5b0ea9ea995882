"""``kx explain``: what a convolutional network sees."""

from __future__ import annotations

import typer

from kx.cli.explain.activations import activations
from kx.cli.explain.augmentation import augmentation
from kx.cli.explain.errors import errors
from kx.cli.explain.filters import filters
from kx.cli.explain.gradcam import gradcam

app = typer.Typer(no_args_is_help=True, help="Show what a convolutional network sees.")
for command in (activations, filters, gradcam, errors, augmentation):
    app.command()(command)
