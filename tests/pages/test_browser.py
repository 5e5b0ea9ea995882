"""The pages in a real browser: nothing breaks, nothing is asked of the network, all works."""

import json
import os
import shutil

import pytest

from kx.base.remark import Remark, as_remark
from kx.pages.many import many_runs
from kx.pages.page import report_of_many, report_of_one
from kx.runs.labels import change_tags
from kx.runs.record_parts import DataFacts
from kx.runs.run_group import Group
from kx.wording.words import Words
from tests.pages.conftest import CURVES, a_record, score
from tests.pages.test_page import HOSTILE

pytestmark = pytest.mark.browser

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


@pytest.fixture(scope="module")
def browser():
    """A headless Chromium, or the reason why there is none."""
    webdriver = pytest.importorskip("selenium.webdriver", reason="selenium is not installed")
    from selenium.webdriver.chrome.service import Service

    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    driver = shutil.which("chromedriver")
    if program is None or driver is None:
        pytest.skip("neither Chromium nor its chromedriver is installed")
    options = webdriver.ChromeOptions()
    options.binary_location = program
    for argument in ("--headless=new", "--disable-gpu", "--disable-dev-shm-usage"):
        options.add_argument(argument)
    if os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # as root, Chromium starts in no other way
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    found = webdriver.Chrome(options=options, service=Service(driver))
    yield found
    found.quit()


@pytest.fixture
def show(browser, tmp_path):
    """A function that shows a page at a width, in the light or in the dark."""
    from selenium.webdriver.support.ui import WebDriverWait

    def open_(html, width=1280, scheme="light"):
        path = tmp_path / "page.html"
        path.write_text(html, encoding="utf-8")
        size = {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
        browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)
        feature = {"name": "prefers-color-scheme", "value": scheme}
        browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": [feature]})
        browser.get_log("browser"), browser.get_log("performance")
        browser.get(path.as_uri())
        WebDriverWait(browser, 30).until(
            lambda found: found.execute_script("return document.readyState") == "complete"
        )
        return browser

    return open_


@pytest.fixture
def many(leave):
    """The page of five runs: of two datasets, one of sample data, one crashed."""
    accuracies = {"first": 0.7, "second": 0.9, "third": 0.8}
    folders = [
        leave(a_record(name=name, scores={"test": {"accuracy": score(value)}}))
        for name, value in accuracies.items()
    ]
    sample = {"name": "houses", "task": "regression", "sample": True}
    stand_in = a_record(name="stand-in", dataset=sample, scores={"test": {"mae": score(2.0)}})
    folders.append(leave(stand_in))
    folders.append(leave(a_record(name="broken"), finished=False))
    return report_of_many(folders, "en")


def silent(_):
    pass


def asked(browser):
    """Return the addresses that the page asked for."""
    messages = [json.loads(entry["message"])["message"] for entry in browser.get_log("performance")]
    sent = [m["params"] for m in messages if m["method"] == "Network.requestWillBeSent"]
    return [params["request"]["url"] for params in sent]


def is_well(browser):
    """Assert that nothing was complained of, asked for, or sticks out to the right."""
    assert browser.get_log("browser") == []
    assert [url for url in asked(browser) if not url.startswith(("file:", "data:"))] == []
    width = browser.execute_script("return document.documentElement.scrollWidth - innerWidth")
    assert width <= 0


def all_of(browser, selector):
    return browser.find_elements("css selector", selector)


def one(browser, selector):
    return browser.find_element("css selector", selector)


def names(browser):
    """Return the names of the runs that the table shows, from top to bottom."""
    rows = [row for row in all_of(browser, "#runs tbody tr") if row.is_displayed()]
    return [row.find_element("css selector", "th").text.split()[0] for row in rows]


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("language", ["en", "zh"])
def test_page_of_one_run_is_well(show, leave, said, width, scheme, language):
    browser = show(report_of_one(leave(predictions=said), language, silent), width, scheme)

    assert len(all_of(browser, "figure.chart")) >= 5
    is_well(browser)


@pytest.mark.parametrize("width", [1280, 400])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_page_of_many_runs_is_well(show, many, width, scheme):
    browser = show(many, width, scheme)

    assert len(names(browser)) == 5
    is_well(browser)


def test_ground_is_dark_in_the_dark_and_light_in_the_light(show, many):
    grounds = {
        scheme: show(many, scheme=scheme).execute_script(
            "return getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }

    assert grounds == {"light": "rgb(246, 247, 248)", "dark": "rgb(17, 22, 28)"}


@pytest.mark.parametrize("as_many", [False, True])
def test_hostile_names_do_nothing(show, leave, said, as_many):
    record = a_record(
        name=HOSTILE,
        dataset=DataFacts(**{"name": HOSTILE, "task": "binary", "classes": [HOSTILE, HOSTILE]}),
        scores={"test": {HOSTILE: score(0.5)}},
        warnings=[as_remark(HOSTILE), Remark(HOSTILE, {HOSTILE: HOSTILE})],
    )
    curves = {HOSTILE: {**CURVES, f"val_{HOSTILE}": [1.0, 2.0, 3.0]}}
    folder = leave(record, curves=curves, predictions=said, spec=HOSTILE)
    html = report_of_many([folder], "en") if as_many else report_of_one(folder, "en", silent)

    browser = show(html)

    assert "<script>alert(1)</script>" in one(browser, "body").text
    assert browser.execute_script("return document.querySelectorAll('img').length") == 0
    is_well(browser)


def test_columns_are_sorted_by_the_buttons_in_their_heads(show, many):
    browser = show(many)
    header = next(th for th in all_of(browser, "#runs th") if "test accuracy" in th.text)
    button = header.find_element("css selector", "button")

    button.click()
    assert header.get_attribute("aria-sort") == "descending"
    assert names(browser)[:3] == ["second", "third", "first"]

    button.send_keys("\n")  # by the keyboard
    assert header.get_attribute("aria-sort") == "ascending"
    assert names(browser)[:3] == ["first", "third", "second"]
    assert len(names(browser)) == 5  # those without a value stand at the end, both times


def test_other_column_takes_over_the_order(show, many):
    browser = show(many)
    run, state = all_of(browser, "#runs th button")[:2]

    run.click()
    assert names(browser) == ["broken", "first", "second", "stand-in", "third"]

    state.click()
    assert names(browser)[-1] == "broken"
    sorts = [th.get_attribute("aria-sort") for th in all_of(browser, "#runs th[aria-sort]")]
    assert [s for s in sorts if s != "none"] == ["ascending"]


def test_runs_are_filtered_by_words_dataset_state_and_kind(show, many):
    browser = show(many)
    text, count = one(browser, "#filter-text"), one(browser, "#count")

    text.send_keys("sec completed")
    assert (names(browser), count.text) == (["second"], "1 of 5 runs")
    text.clear()
    text.send_keys(" ")
    one(browser, "#filter-sample").click()
    assert "stand-in" not in names(browser)
    one(browser, "#filter-sample").click()
    one(browser, "#filter-dataset option:nth-child(4)").click()
    assert (names(browser), count.text) == (["stand-in"], "1 of 5 runs")
    one(browser, "#filter-dataset option:nth-child(1)").click()
    one(browser, "#filter-state option[value=crashed]").click()
    assert names(browser) == ["broken"]


def test_runs_are_filtered_by_tag_and_by_what_they_were_carried_out_with(show, leave):
    group = Group("films-variants-00ff99", "variants", "films")
    one_of_two = [
        leave(a_record(name=name, group=group.member(name, place, {})))
        for place, name in enumerate(("films", "l2"))
    ]
    other = leave(a_record(name="other"))
    change_tags(other, add=["paper", "final"])

    browser = show(report_of_many([*one_of_two, other], "en"))

    one(browser, "#filter-tag option:nth-child(2)").click()
    assert names(browser) == ["other"]
    one(browser, "#filter-tag option:nth-child(1)").click()
    one(browser, "#filter-group option:nth-child(2)").click()
    assert sorted(names(browser)) == ["films", "l2"]
    is_well(show(report_of_many(one_of_two, "en"), 400))


def test_chosen_curves_of_different_data_have_charts_of_their_own(show, leave):
    houses = a_record(name="houses", dataset=DataFacts(**{"name": "houses", "task": "regression"}))
    browser = show(report_of_many([leave(), leave(), leave(houses)], "en"))

    one(browser, "#draw-none").click()
    one(browser, "#draw-shown").click()

    titles = [each.text for each in all_of(browser, "#overlaid figcaption")]
    assert sorted(titles) == ["validation loss · films", "validation loss · houses"]
    assert "cannot be compared" in one(browser, "#overlaid .alarm").text
    one(browser, "tr[data-dataset=houses] .draw").click()
    assert [e.text for e in all_of(browser, "#overlaid figcaption")] == ["validation loss"]
    assert all_of(browser, "#overlaid .alarm") == []


def test_curves_are_chosen_and_overlaid(show, many):
    browser = show(many)

    def lines():
        return len(all_of(browser, "#overlaid .plot path.line"))

    assert lines() == 3  # of the dataset that most runs are of
    one(browser, "#draw-none").click()
    assert lines() == 0
    assert "No run is selected" in one(browser, "#overlaid").text
    one(browser, "#filter-text").send_keys("third")
    one(browser, "#draw-shown").click()
    assert lines() == 1
    one(browser, "#metric option[value=accuracy]").click()
    assert "training accuracy" in one(browser, "#overlaid").text
    one(browser, "#log").click()
    assert lines() == 1
    is_well(browser)


WILD = [*[900.0] * 5, 0.5, 0.4, *[0.3] * 5, 90.0, *[0.2] * 47]
"""The first values and a single one are far from the others."""


@pytest.mark.parametrize("scale", [1.0, 100.0])
def test_script_shows_the_range_the_scale_and_the_rings_of_the_chart_that_it_replaces(
    show, leave, scale
):
    flat = {"val_loss": [scale] * 60}
    folders = [leave(curves={"holdout": each}) for each in (flat, {"val_loss": WILD})]
    (static,) = many_runs(folders, Words()).charts

    browser = show(report_of_many(folders, "en"))

    data = json.loads(one(browser, "#overlaid svg[data-chart]").get_attribute("data-chart"))
    assert data["y"] == pytest.approx(static.chart.y.span)
    assert one(browser, "#log").is_selected() is static.chart.y.logarithmic is (scale > 1)
    rings = [ring.get_attribute("class") for ring in all_of(browser, "#overlaid .ring")]
    assert rings == [f"ring {shape.ink}" for shape in static.shapes if shape.form == "ring"]


def test_pointer_and_keys_tell_the_numbers_of_a_chart(show, leave):
    from selenium.webdriver import ActionChains

    browser = show(report_of_one(leave(), "en", silent))
    chart = one(browser, "#curves svg[data-chart]")

    ActionChains(browser).move_to_element(chart).perform()
    assert one(browser, ".tip").text.split("\n")[0] == "epoch 2"
    assert "0.4000" in one(browser, ".tip").text
    ActionChains(browser).move_to_element(one(browser, "h1")).perform()
    assert all_of(browser, ".tip") == []

    browser.execute_script("arguments[0].focus()", chart)
    chart.send_keys("\ue014")  # to the right, from where the pointer was
    assert one(browser, ".tip").text.split("\n")[0] == "epoch 3"
    chart.send_keys("\ue00c")
    assert all_of(browser, ".tip") == []


def test_pointer_tells_the_numbers_themselves_on_a_logarithmic_axis(show, leave):
    from selenium.webdriver import ActionChains

    grown = {"loss": [0.5, 90.0, 2e8], "val_loss": [0.4, 250.0, 3e9]}
    browser = show(report_of_one(leave(curves={"holdout": grown}), "en", silent))

    ActionChains(browser).move_to_element(one(browser, "#curves svg[data-chart]")).perform()

    assert "250.00" in one(browser, ".tip").text
    spots = [float(spot.get_attribute("cy")) for spot in all_of(browser, ".spot")]
    assert all(50 < at < 250 for at in spots)  # between the axes, and not at the lower one


def test_everything_but_the_tools_is_there_without_scripts(show, browser, many):
    browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": True})
    try:
        show(many)
        source = browser.page_source
    finally:
        browser.execute_cdp_cmd("Emulation.setScriptExecutionDisabled", {"value": False})

    assert 'class="js"' not in source
    assert source.count('class="line c') >= 3
    assert "<noscript>" in source


def test_on_paper_the_table_follows_the_chart_and_all_is_open(show, leave, many):
    def bottom_and_top(browser):
        return browser.execute_script(
            "return [document.querySelector('#overlay').getBoundingClientRect().bottom,"
            " document.querySelector('#table').getBoundingClientRect().top]"
        )

    browser = show(many)
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    bottom, top = bottom_and_top(browser)
    main = browser.execute_script("return getComputedStyle(document.querySelector('main')).display")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})
    assert bottom <= top
    assert main == "block"  # Chromium lays what follows a turned page over a grid

    browser = show(report_of_one(leave(), "en", silent))
    browser.execute_script("dispatchEvent(new Event('beforeprint'))")
    assert all_of(browser, "details:not([open])") == []
    browser.execute_script("dispatchEvent(new Event('afterprint'))")
    assert all_of(browser, "details[open]") == []


def test_page_can_be_printed(show, leave, said):
    browser = show(report_of_one(leave(predictions=said), "en", silent), scheme="dark")

    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": "print"})
    hidden = browser.execute_script(
        "return getComputedStyle(document.querySelector('nav')).display"
    )
    ground = browser.execute_script("return getComputedStyle(document.body).backgroundColor")
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"media": ""})

    assert (hidden, ground) == ("none", "rgb(255, 255, 255)")
