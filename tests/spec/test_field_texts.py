import pytest
from pydantic import BaseModel, ConfigDict, Field

from kx.spec.texts import WithTexts, field_texts


class Plant(BaseModel):
    model_config = ConfigDict(use_attribute_docstrings=True)  # so that Pydantic reads them, too

    height: float
    """In metres,
    from the ground."""
    name: str = Field(alias="called")
    """In Latin."""
    age: int = 0

    leaves: bool = True


class Tree(Plant):
    height: int
    age: int = 1
    """In years."""


class Stone(BaseModel):
    weight: float = Field(alias="heavy")
    """In kilograms."""


@pytest.mark.parametrize(
    ("model", "texts"),
    [
        (Plant, {"height": "In metres,\nfrom the ground.", "name": "In Latin."}),
        (Tree, {"name": "In Latin.", "age": "In years."}),
    ],
)
def test_what_stands_below_a_field_is_its_text_until_it_is_defined_again(model, texts):
    fields = model.model_fields.items()

    assert field_texts(model) == texts
    assert {name: field.description for name, field in fields if field.description} == texts


def test_a_schema_has_the_texts_as_descriptions_and_pydantic_alone_has_not():
    ours = Stone.model_json_schema(schema_generator=WithTexts)["properties"]
    plain = Stone.model_json_schema()["properties"]

    assert ours["heavy"] == {"title": "Heavy", "type": "number", "description": "In kilograms."}
    assert plain["heavy"] == {"title": "Heavy", "type": "number"}
