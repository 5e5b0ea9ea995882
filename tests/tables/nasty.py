"""Tables with traits that break naive readers: generated, each with something to learn in it."""

import csv
import gzip
import io
import random
from datetime import date, timedelta

ROWS = 240


def _csv(rows, **layout):
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\n", **layout).writerows(rows)
    return buffer.getvalue().encode()


def _points(seed=1):
    """Yield two numbers and whether their sum is positive."""
    random.seed(seed)
    for _ in range(ROWS):
        a, b = random.gauss(0, 1), random.gauss(0, 1)
        yield a, b, "yes" if a + b > 0 else "no"


def mixed_kinds():
    shift = {"red": 2.0, "green": 0.0, "blue": -2.0}
    rows = [["size", "colour", "price"]]
    for a, _, _ in _points():
        colour = random.choice(list(shift))
        rows.append([f"{a:.3f}", colour, f"{100 + 10 * (a + shift[colour]):.2f}"])
    return _csv(rows), "price"


def question_marks():
    rows = [["a", "b", "label"]]
    for at, (a, b, label) in enumerate(_points()):
        rows.append(["?" if at % 9 == 0 else f"{a:.3f}", f"{b:.3f}", label])
    return _csv(rows), "label"


def decimal_commas():
    rows = [["a", "b", "label"]]
    rows += [
        [f"{a:.3f}".replace(".", ","), f"{b:.3f}".replace(".", ","), c] for a, b, c in _points()
    ]
    return _csv(rows, delimiter=";"), "label"


def with_a_byte_order_mark():
    rows = [["größe", "länge", "art"], *[[f"{a:.3f}", f"{b:.3f}", c] for a, b, c in _points()]]
    return b"\xef\xbb\xbf" + _csv(rows), "art"


def semicolons_and_commas():
    rows = [["text, long", "a", "label"]]
    rows += [["x, y", f"{a:.3f}", "up" if a > 0 else "down"] for a, _, _ in _points()]
    rows[1][0] = "z, w"
    return _csv(rows, delimiter=";"), "label"


def tabs():
    rows = [["a", "b", "label"], *[[f"{a:.3f}", f"{b:.3f}", c] for a, b, c in _points()]]
    return _csv(rows, delimiter="\t"), "label"


def no_header():
    return _csv([[f"{a:.3f}", f"{b:.3f}", f"{3 * a + b:.4f}"] for a, b, _ in _points()]), "c3"


def thousands_of_categories():
    rows = [["town", "a", "label"]]
    for a, _, _ in _points():
        town = "capital" if random.random() < 0.3 else f"town {random.randint(0, 9_999)}"
        rows.append([town, f"{a:.3f}", "yes" if a + 2 * (town == "capital") > 0.7 else "no"])
    return _csv(rows), "label"


def one_column():
    return _csv(
        [["a", "label"], *[[f"{a:.3f}", "up" if a > 0 else "down"] for a, _, _ in _points()]]
    ), "label"


def mostly_missing():
    rows = [["a", "b", "label"]]
    for a, b, _ in _points():
        seen = random.random() < 0.4
        rows.append(
            [f"{a:.3f}" if seen else "", f"{b:.3f}", "yes" if (a if seen else b) > 0 else "no"]
        )
    return _csv(rows), "label"


def dates():
    rows = [["day", "visitors"]]
    for at in range(ROWS):
        day = date(2022, 1, 1) + timedelta(days=at * 2)
        rows.append(
            [str(day), f"{100 + (200 if day.weekday() > 4 else 0) + random.gauss(0, 9):.1f}"]
        )
    return _csv(rows), "visitors"


def line_breaks_in_quotes():
    rows = [["note", "a", "label"]]
    rows += [
        [random.choice(["one\nline", 'a "b", c']), f"{a:.3f}", "up" if a > 0 else "down"]
        for a, _, _ in _points()
    ]
    return _csv(rows), "label"


def an_identifier():
    rows = [["id", "a", "b", "label"]]
    rows += [
        [at, f"{a:.3f}", f"{b:.3f}", c]
        for at, (a, b, c) in enumerate(sorted(_points(), key=lambda each: each[2]), 1)
    ]
    return _csv(rows), "label"


def a_copy_of_the_target():
    rows = [["a", "paid", "label"], *[[f"{a:.3f}", c == "yes", c] for a, _, c in _points()]]
    return _csv(rows), "label"


def aligned_by_blanks():
    """As Auto MPG is: numbers aligned, a name behind a tab, no header."""
    lines = []
    for a, b, _ in _points():
        name = random.choice(["ford pinto", "toyota corolla"])
        lines.append(f'{20 + 3 * a + b:.1f}   {a:8.3f} {b:10.3f}      7.\t"{name}"')
    return "\n".join(lines).encode(), "c1"


def no_header_but_text():
    """As Adult is: blanks behind commas, question marks."""
    rows = [
        [f"{a:.3f}", random.choice(["Private", "State-gov", "?"]), str(9), f"{b:.3f}", c]
        for a, b, c in _points()
    ]
    return "\n".join(", ".join(row) for row in rows).encode(), "c5"


def comments_above():
    content, target = tabs()
    return b"# made by hand, 2024\n#\n" + content, target


def old_windows():
    rows = [["Größe", "Straße", "gut"]]
    rows += [[f"{a:.3f}", random.choice(["Süd", "Nord"]), c] for a, _, c in _points()]
    return _csv(rows, delimiter=";").decode().encode("cp1252"), "gut"


def every_kind():
    """A number, a category, a date, an ordered value, yes and no, a text: all with gaps."""
    rows = [["km", "make", "sold", "size", "paid", "said", "price"]]
    for at, (a, b, paid) in enumerate(_points()):
        size, day = at * 7 % 3, date(2024, 1, 1) + timedelta(at * 37 % 500)
        said = f"a {['good', 'bad'][at % 2]} car, {['red', 'blue', 'gray'][at % 3]} no. {at}"
        row = [f"{a:.3f}", "ABC"[at % 3], day.isoformat(), "SML"[size], paid, said]
        gap = [""] if at % 11 == 0 else []
        row = [*row[: at % 6], *gap, *row[at % 6 + len(gap) :]]
        rows.append([*row, f"{100 + 10 * a + b + 20 * size + 5 * (paid == 'yes'):.2f}"])
    return _csv(rows), "price"


def packed():
    content, target = tabs()
    return gzip.compress(content), target


NASTY = {
    function.__name__: function
    for function in (
        mixed_kinds, question_marks, decimal_commas, with_a_byte_order_mark, semicolons_and_commas,
        tabs, no_header, thousands_of_categories, one_column, mostly_missing, dates,
        line_breaks_in_quotes, an_identifier, a_copy_of_the_target, packed, aligned_by_blanks,
        no_header_but_text, comments_above, old_windows,
        every_kind,
    )
}  # fmt: skip

TOLD = {
    "mixed_kinds": "colour category red, green, blue",
    "question_marks": "11% missing",
    "decimal_commas": "with a decimal comma",
    "with_a_byte_order_mark": "utf-8-sig",
    "semicolons_and_commas": 'categories: ["text, long"]',
    "tabs": "delimiter tab",
    "no_header": "header: none",
    "thousands_of_categories": "most_levels: 174",
    "one_column": "numbers: [a]",
    "mostly_missing": "57% missing",
    "dates": "the rows are in the order of",
    "line_breaks_in_quotes": 'note category one line, a "b", c',
    "an_identifier": "left out  numbers the rows",
    "a_copy_of_the_target": "gives label away",
    "packed": "delimiter tab",
    "aligned_by_blanks": "delimiter whitespace",
    "no_header_but_text": "header: none",
    "comments_above": "2 comments above the columns' names",
    "old_windows": "charset: cp1252",
    "every_kind": "size ordered",
}
"""What the spec, or a warning, says of each of them."""
