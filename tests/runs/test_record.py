import json
import math
from dataclasses import replace

import pytest

from kx.advice.diagnosis import Diagnosis
from kx.base.errors import DataError
from kx.base.jsonfile import to_json
from kx.base.remark import as_remark
from kx.runs.record import SCHEMA_VERSION, Record, headline, read_record
from kx.runs.record_scores import hardest
from kx.wording.recorded import in_words

SMALLEST = {
    "id": "20261123-101502-x-7f3a",
    "name": "x",
    "status": "completed",
    "started": "2026-11-23T10:15:02+00:00",
}


def test_a_record_comes_back_as_it_was(record):
    assert Record.from_json(record.to_json()) == record


def test_four_fields_are_enough():
    assert Record.from_json(json.dumps(SMALLEST)) == Record(**SMALLEST)


def test_nan_becomes_null(record):
    text = replace(record, peak_memory_mb=math.nan, seeds={}, scores={}).to_json()

    assert json.loads(text)["peak_memory_mb"] is None


def test_fields_of_the_future_are_passed_over():
    assert Record.from_json(json.dumps({**SMALLEST, "mood": "good"})) == Record(**SMALLEST)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"schema_version": 5, "scores": 7}, "newer kx"),
        ({"status": "fine"}, "status: Input should be 'completed'"),
        ({"scores": {"test": {"accuracy": 0.5}}}, "scores.test.accuracy"),
        ({"scores": []}, "scores"),
        ({"seconds": "12"}, "seconds"),
        ({"id": None}, "id"),
        ({"warnings": "none"}, "warnings"),
    ],
)
def test_what_a_reader_would_stumble_over_is_refused(change, complaint):
    with pytest.raises(DataError, match=complaint):
        Record.from_json(json.dumps({**SMALLEST, **change}))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ({"accuracy": {"majority": 0.5}}, {"test": {"accuracy": {"majority": 0.5}}}),
        ({"mae": {"mean": None}}, {"test": {"mae": {"mean": None}}}),
        ({}, {}),
    ],
)
def test_baselines_of_a_first_form_record_are_those_of_the_test_part(old, new):
    text = json.dumps({**SMALLEST, "schema_version": 1, "baselines": old, "seconds": 1.5})

    assert Record.from_json(text) == Record(**SMALLEST, baselines=new, seconds=1.5)
    again = Record.from_json(Record.from_json(text).to_json())
    assert (again.baselines, again.schema_version) == (new, SCHEMA_VERSION)


@pytest.mark.parametrize("baselines", [7, "none", [], None, {"accuracy": 0.5}])
def test_damaged_baselines_of_a_first_form_record_are_refused(baselines):
    with pytest.raises(DataError, match=r"baselines\.test"):
        Record.from_json(json.dumps({**SMALLEST, "schema_version": 1, "baselines": baselines}))


def test_sentences_of_older_forms_are_remarks_without_a_code():
    unjudged = {
        "key": "test.mae", "at_least": None, "at_most": 2.0, "value": None, "source": "",
        "verdict": "not judged",
    }  # fmt: skip
    old = {
        **SMALLEST, "schema_version": 3, "warnings": ["Check the data: odd"], "error": "it broke",
        "engine_reason": "", "precision_reason": "the default",
        "dataset": {"name": "x", "target_reason": "they are large"},
        "expectations": [{**unjudged, "reason": "no look at the test part"}],
    }  # fmt: skip

    record = Record.from_json(json.dumps(old))

    assert record.warnings == [as_remark("Check the data: odd")]
    assert (record.error, record.engine_reason) == (as_remark("it broke"), None)
    assert record.precision_reason == as_remark("the default")
    assert record.dataset.target_reason == as_remark("they are large")
    assert record.expectations == [{**unjudged, "reason": "unused"}]
    assert Record.from_json(record.to_json()) == record


@pytest.mark.parametrize(
    "remark",
    [
        "a sentence",
        {"values": {}},
        {"code": 3},
        {"code": "text", "values": {"text": {"a": 1}}},
        {"code": "text", "values": {"text": [["a"]]}},
    ],
)
def test_what_is_no_remark_is_refused(remark):
    with pytest.raises(DataError, match=r"warnings\.0"):
        Record.from_json(json.dumps({**SMALLEST, "warnings": [remark]}))


@pytest.mark.parametrize("depth", [40, 5_000])
def test_remarks_in_remarks_are_read_or_refused(depth):
    remark = '{"code": "text", "values": {"text": ' * depth + '"x"' + "}}" * depth
    text = f'{json.dumps(SMALLEST)[:-1]}, "warnings": [{remark}]}}'

    if depth < 100:
        assert in_words(Record.from_json(text).warnings[0]) == "…"
    else:
        with pytest.raises(DataError):
            Record.from_json(text)


@pytest.mark.parametrize("text", ["", "[]", "null", "{}", '{"id": NaN}'])
def test_what_is_no_record_is_a_data_error(tmp_path, text):
    (tmp_path / "record.json").write_text(text)

    with pytest.raises(DataError, match=r"record\.json: damaged"):
        read_record(tmp_path / "record.json")


def test_a_run_is_judged_by_its_test_score_before_its_loss(record):
    assert headline(record) == ("test", "accuracy", record.scores["test"]["accuracy"])
    validated = replace(record, scores={"validation": record.scores["validation"]})
    assert headline(validated)[:2] == ("validation", "accuracy")
    assert headline(replace(record, scores={})) is None
    loss = validated.scores["validation"]["loss"]
    house = replace(record, scores={"test": {"loss": loss, "mae": loss}})
    assert headline(house)[:2] == ("test", "mae")


def test_the_best_baseline_is_the_one_hardest_to_beat():
    assert hardest({"a": 0.5, "b": 0.9, "c": None}, "accuracy") == ("b", 0.9)
    assert hardest({"a": 3.0, "b": 2.0}, "mae") == ("b", 2.0)
    assert hardest({"a": None}, "accuracy") is None
    assert hardest({}, "auc") is None


@pytest.mark.parametrize(
    ("diagnosis", "environment"),
    [
        ({}, {}),
        (Diagnosis(kind="well_fitted", rule="calm", advice=("keep",)).as_dict(), {"cores": 2}),
    ],
    ids=["none", "one"],
)
def test_what_is_read_of_diagnosis_and_surroundings_is_written_in_the_same_bytes(
    diagnosis, environment
):
    text = Record.from_json(json.dumps({**SMALLEST, "diagnosis": {}, "environment": {}})).to_json()
    document = json.loads(text) | {"diagnosis": diagnosis, "environment": environment}

    found = Record.from_json(json.dumps(document))

    assert found.to_json() == to_json(document)
    assert found.environment.known() == environment
    assert (found.diagnosis is None) == (diagnosis == {})


def test_a_diagnosis_of_another_kx_is_none_and_surroundings_of_a_wrong_kind_are_damage():
    foreign = {"kind": "of a later kx", "rule": "x", "numbers": {}, "advice": []}

    assert Record.from_json(json.dumps({**SMALLEST, "diagnosis": foreign})).diagnosis is None
    with pytest.raises(DataError, match=r"environment\.cores"):
        Record.from_json(json.dumps({**SMALLEST, "environment": {"cores": "two"}}))
