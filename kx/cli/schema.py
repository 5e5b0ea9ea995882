"""``kx schema``: the JSON schema of a spec, for editors."""

from __future__ import annotations

import typer


def schema() -> None:
    """Print the JSON schema of specs (draft 7), for editors.

    Editors use it to complete and check keys.

    Example: kx schema > kx.schema.json
    """
    from kx.authoring.editor_schema import editor_schema
    from kx.base.jsonfile import to_json
    from kx.components.plugins import load_installed

    load_installed()
    typer.echo(to_json(editor_schema()), nl=False)
