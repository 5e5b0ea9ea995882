"""Values on the command line become what Typer, with Pydantic, would make of them."""

import pytest
import typer
from typer.core import TyperGroup

from kx.cli.app import app
from kx.cli.commands import WHERE
from kx.cli.values import Converter

TEXTS = ["", " ", "word", "all", "en", "best", "3", "-3", "1e3", "1e999", "yes", "-", "~", "a//b/.",
         "no/such/file", "ähre.yaml", "图", "\udcff", "x" * 5000]  # fmt: skip


def commands(holder):
    for command in holder.commands.values():
        yield from commands(command) if isinstance(command, TyperGroup) else [command]


@pytest.mark.parametrize("name", WHERE)
def test_every_parameter_takes_and_refuses_what_it_does_with_typer_alone(name, tmp_path):
    made = typer.main.get_command(app).commands[name]
    for command in commands(made) if isinstance(made, TyperGroup) else [made]:
        context = typer.Context(command)
        for parameter in command.get_params(context):
            several = parameter.multiple or parameter.nargs == -1
            for text in [*TEXTS, str(tmp_path), None]:
                value = (text,) if several and text is not None else text

                assert outcome(Converter(), parameter, value, context) == outcome(
                    typers(parameter), parameter, value, context
                )


def typers(parameter):
    """Return Typer's own converter, and leave the parameter as it was."""
    before, parameter._runtime_param = parameter._runtime_param, None
    made, parameter._runtime_param = parameter.get_runtime_param(), before
    return made


def outcome(converter, parameter, value, context):
    try:
        found = converter.coerce(value, parameter, context)
    except typer.BadParameter as error:
        return error.message
    return type(found), list(found) if isinstance(found, list | tuple) else found
