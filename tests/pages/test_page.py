"""The page of one run: complete, safe, and in need of nothing else."""

import base64
import hashlib
import json
import re
from pathlib import Path

import numpy as np
import pytest

import kx.pages
from kx.advice.diagnosis import Diagnosis
from kx.base.remark import Remark, as_remark
from kx.pages.class_charts import of_labels
from kx.pages.page import report_of_many, report_of_one
from kx.runs.reader import Predictions
from kx.runs.record_parts import DataFacts, FitRecord
from kx.wording.words import Words
from tests.pages.conftest import CURVES, a_record, score
from tests.pages.pages import Page

HOSTILE = """<script>alert(1)</script><img src=x onerror=alert(2)>"'&{{ 7*7 }}</style>]]>"""
TEMPLATES = Path(kx.pages.__file__).parent / "templates"


def silent(_):
    pass


def page_of(folder, language="en"):
    return Page(report_of_one(folder, language, silent))


@pytest.mark.parametrize(
    "odd",
    [
        {"rule": "of a later kx"},
        {"numbers": {}},
        {"numbers": {"best": "high"}},
        {"advice": ["pray"]},
        {"kind": "of a later kx"},
    ],
)
def test_a_diagnosis_that_this_kx_has_no_words_for_is_made_anew(kx, leave, odd):
    made = {"kind": "well_fitted", "rule": "calm", "best_epoch": 2, "epochs": 3, "fits": 1,
            "numbers": dict.fromkeys(("best", "last", "rise", "fall", "gap"), 0.1),
            "advice": ["keep"]}  # fmt: skip
    folder = leave(a_record(diagnosis=Diagnosis(**{**made, **odd})))

    text = Page(report_of_one(folder, "en", print)).text
    code, out, err = kx("show", "last", "--outputs", folder.parent)

    assert "too short to tell (3 epochs)" in text
    assert (code, "diagnosis" in out) == (0, False), err
    known = leave(a_record(diagnosis=Diagnosis(**made)))
    assert "well fitted" in Page(report_of_one(known, "en", print)).text


def test_page_tells_the_verdict_first_and_then_all_the_rest(leave, said):
    page = page_of(leave(predictions=said, spec="name: films\n# why: because\n"))

    parts = ["0.7500", "0.6500 to 0.8500", "majority class", "missed", "Diagnosis:", "Curves",
             "Fits", "Class by class", "Confusion matrix", "Worst mistakes", "# why: because",
             "f00d", "3.15.1", "spec 7"]  # fmt: skip
    content = page.text[page.text.index("Record") :]  # behind the table of contents
    places = [content.find(part) for part in parts]
    assert places == sorted(places)
    assert places[0] >= 0


@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_loads_nothing(leave, said, language):
    html = report_of_one(leave(predictions=said), language, silent)
    page = Page(html)

    addresses = [
        v for _, a in page.elements for k, v in a.items() if k in ("src", "href", "action")
    ]
    assert {a for a in addresses if not a.startswith(("#", "data:image/"))} == set()
    assert page.all("link") == []
    assert re.findall(r"@import|url\(|fetch\(|XMLHttp|import\(", html) == []


def test_only_the_script_and_the_style_of_kx_are_allowed(leave):
    html = report_of_many([leave()], "en")

    policy = next(a["content"] for a in Page(html).all("meta") if a.get("http-equiv"))
    bodies = re.findall(r"<(script|style)>(.*?)</\1>", html, re.DOTALL)
    hashes = [base64.b64encode(hashlib.sha256(b.encode()).digest()).decode() for _, b in bodies]
    assert policy.startswith("default-src 'none'")
    assert sorted(re.findall(r"sha256-([^']+)", policy)) == sorted(hashes)
    assert "style=" not in html
    assert re.search(r"\son\w+=", html) is None


@pytest.mark.parametrize("many", [False, True])
def test_whatever_comes_from_data_or_spec_is_shown_as_text(leave, said, many):
    record = a_record(
        name=HOSTILE,
        spec={"name": "films", "note": HOSTILE, "training": {HOSTILE: 1}},
        dataset=DataFacts(
            **{
                "name": HOSTILE,
                "task": "binary",
                "classes": [HOSTILE, "good"],
                "files": {HOSTILE: "00"},
                "target": HOSTILE,
                "fingerprint": HOSTILE,
            }
        ),
        scores={"test": {HOSTILE: score(0.5, 0.4, 0.6, "wilson")}},
        baselines={"test": {HOSTILE: {HOSTILE: 0.3}}},
        warnings=[as_remark(HOSTILE), Remark(HOSTILE, {HOSTILE: HOSTILE})],
        error=as_remark(HOSTILE),
        versions={HOSTILE: HOSTILE},
        expectations=[
            {
                "key": f"test.{HOSTILE}",
                "at_least": 0.1,
                "at_most": None,
                "value": 0.5,
                "verdict": "met",
                "reason": HOSTILE,
                "source": HOSTILE,
            }
        ],
    )
    curves = {HOSTILE: {**CURVES, HOSTILE: [1.0, 2.0, 3.0], f"val_{HOSTILE}": [1.0, 2.0, 3.0]}}
    origins = json.dumps({"test": [HOSTILE] * 6})
    folder = leave(record, curves=curves, predictions=said, origins=origins, spec=HOSTILE)
    other = leave(a_record(spec={"name": "b", "note": "-"}))

    html = report_of_many([folder, other], "en") if many else report_of_one(folder, "en", silent)

    page = Page(html)
    ours = {"html", "head", "meta", "title", "style", "body", "a", "header", "p", "h1", "h2", "h3",
            "span", "code", "nav", "ul", "li", "main", "section", "div", "svg", "path", "text",
            "circle", "strong", "details", "summary", "dl", "dt", "dd", "figure", "figcaption",
            "table", "thead", "tbody", "tr", "th", "td", "button", "ol", "br", "pre", "footer",
            "script", "noscript", "label", "select", "option", "form", "input", "output", "small",
            "b", "i"}  # fmt: skip
    assert {tag for tag, _ in page.elements} <= ours
    assert {name for _, a in page.elements for name in a if name.startswith("on")} == set()
    assert len(page.all("script")) == (2 if many else 1)
    assert HOSTILE in "".join(page.texts)


def test_curves_of_many_runs_are_data_that_no_name_can_leave(leave):
    record = a_record(dataset=DataFacts(**{"name": "films", "task": "binary"}))
    folder = leave(record, curves={"holdout": {"</script><b>": [1.0], "val_</script><b>": [2.0]}})

    html = report_of_many([folder], "en")

    block = re.search(r'<script type="application/json" id="data">(.*?)</script>', html, re.DOTALL)
    runs = json.loads(block[1])["runs"]
    assert runs[folder.name]["y"]["</script><b>"] == [1.0]


def test_page_without_predictions_says_so(leave):
    assert "left no predictions" in page_of(leave()).text


def test_damaged_predictions_are_not_shown(leave, said):
    folder = leave(predictions=said)
    (folder / "predictions.npz").write_bytes(b"something else")

    page = page_of(folder)

    assert "predictions.npz is damaged" in page.text
    assert "Confusion" not in page.text


def test_validation_part_is_shown_where_the_test_part_was_not_looked_at(leave, said):
    kept = {
        "validation_y": said["y"],
        "validation_predictions": said["predictions"],
        "validation_rows": np.arange(10, 16),
        "validation_fit": np.zeros(6, "int32"),
    }

    page = page_of(leave(predictions=kept))

    assert "6 held-out rows (validation set)" in page.text
    assert "row 12" in page.text


def test_rows_without_a_finite_output_are_left_out_and_counted(leave, said):
    said["predictions"][1] = np.nan

    page = page_of(leave(predictions=said))

    assert "1 row is left out" in page.text
    assert "On the 5 rows" in page.text


def test_examples_that_cannot_be_had_are_named_by_row_and_origin(leave, said):
    origins = json.dumps({"test": [f"cats/{row}.jpg" for row in range(6)]})
    told = []

    html = report_of_one(leave(predictions=said, origins=origins), "en", told.append)

    page = Page(html)
    assert "cannot be shown" in page.text
    assert page.text.index("row 2 · cats/2.jpg") < page.text.index("row 5 · cats/5.jpg")
    assert len(told) == 1
    assert str(Path.cwd()) not in html


def test_regression_shows_errors_instead_of_classes(leave):
    record = a_record(
        dataset=DataFacts(**{"name": "houses", "task": "regression", "target": "price"}),
        scores={"test": {"mae": score(1.0, 0.5, 1.5, "bootstrap")}},
    )
    said = {
        "y": np.array([1, 2, 3], "float32"),
        "predictions": np.array([[2], [2], [5]], "float32"),
    }

    page = page_of(leave(record, predictions=said))

    assert "Predicted against true" in page.text
    assert "mean of predicted - true 1.0000" in page.text
    assert "Confusion" not in page.text
    far, near = "true 3.0000 predicted 5.0000", "true 1.0000 predicted"
    assert page.text.index(far) < page.text.index(near)


def test_several_labels_have_a_table(leave):
    record = a_record(
        dataset=DataFacts(**{"name": "x", "task": "multilabel", "classes": ["a", "b"]})
    )
    said = {"y": np.array([[1, 0], [0, 1]]), "predictions": np.array([[0.9, 0.1], [0.2, 0.3]])}

    page = page_of(leave(record, predictions=said)).text

    assert "b 0.0000 0.0000 0.0000 1" in page
    assert "Label by label All labels are right in 1 of 2 rows" in page
    assert "ROC, area 1.0000" in page
    assert "a label is predicted where its probability is above 0.5." in page
    assert "true b (30.0 %) predicted no label" in page


@pytest.mark.parametrize(
    ("limits", "language", "said"),
    [
        ((0.3,), "en", "probability is above 0.3."),
        ((0.25, 0.41754), "en", "probability is above 0.25 (a), 0.4175 (b)."),
        ((0.25, 0.41754), "zh", "概率高于以下数值即视为有该标签：0.25（a）、0.4175（b）。"),
    ],
)
def test_the_table_of_labels_says_from_which_probability_on_each_is_predicted(
    limits, language, said
):
    y, outputs = np.array([[1, 0], [0, 1]]), np.array([[0.9, 0.1], [0.2, 0.3]])
    shown = Predictions("test", np.arange(2), y, outputs)

    assert said in of_labels(shown, ["a", "b"], Words(language), limits).note


def test_many_classes_have_a_list_of_confusions_instead_of_a_matrix(leave):
    record = a_record(
        dataset=DataFacts(
            **{"name": "x", "task": "multiclass", "classes": list(map(str, range(70)))}
        )
    )
    outputs = np.eye(70, dtype="float32")[[0, 1, 5, 5]]
    said = {"y": np.array([0, 1, 2, 2]), "predictions": outputs}

    page = page_of(leave(record, predictions=said))

    assert "Confusion matrix" not in page.text
    assert re.search(r"Most frequent confusions.* 2 5 2 ", page.text)


def test_outputs_that_are_no_probabilities_are_not_taken_for_such(leave, said):
    said["predictions"] *= 7

    assert "no tables or charts for outputs of this kind" in page_of(leave(predictions=said)).text


def test_folds_stand_side_by_side(leave):
    record = a_record(
        fold_scores={"accuracy": [0.7, 0.9]},
        fits=[
            FitRecord(**{"name": f"fold-{n}", "epochs": 3, "best_epoch": 2, "seconds": 1.0})
            for n in (1, 2)
        ],
    )

    page = page_of(leave(record, curves={"fold-1": CURVES, "fold-2": CURVES}))

    assert "Folds side by side" in page.text
    assert re.search(r"fold-1 0\.7000 fold-2 0\.9000 mean ± sd 0\.8000 ± 0\.1414", page.text)


def test_fits_of_several_seeds_are_not_called_folds(leave, said):
    record = a_record(fold_scores={"accuracy": [0.7, 0.9]}, seeds_count=2)

    page = page_of(leave(record, curves={"s-1": CURVES, "s-2": CURVES}, predictions=said))

    assert "Fits side by side" in page.text
    assert "From the first of 2 networks" in page.text


def test_crashed_run_shows_its_curves(leave):
    page = page_of(leave(finished=False))

    assert "There is no score. The run: crashed." in page.text
    assert page.all("figure")


def test_failed_run_tells_why(leave):
    page = page_of(leave(a_record(status="failed", error=as_remark("it broke"), scores={})))

    assert "It ended with: it broke" in page.text


def test_sample_data_are_announced_at_the_top(leave):
    page = page_of(
        leave(a_record(dataset=DataFacts(**{"name": "x", "task": "binary", "sample": True})))
    )

    assert page.text.index("SAMPLE DATA") < page.text.index("Verdict")


def test_chinese_page_is_chinese(leave, said):
    page = page_of(leave(predictions=said), "zh")

    assert page.all("html")[0]["lang"] == "zh-Hans"
    headings = ("结论", "曲线", "预测结果", "混淆矩阵", "最严重的错误", "诊断")
    assert [word for word in headings if word not in page.text] == []
