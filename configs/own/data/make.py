"""Writes the sample data of the specs in this folder's parent: made up, each with a rule in it.

    python configs/own/data/make.py

gives the same bytes each time: of Python's generator, and of functions that round alike everywhere.
"""

import io
import struct
import sys
import zipfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from math import exp, log, pi, sin
from pathlib import Path
from random import Random

Row = Sequence[object]
Table = Callable[[Random], Iterator[Row]]

NOTE = "# Generated sample data (by configs/own/data/make.py): nothing in it is real."


def machines(rng: Random) -> Iterator[Row]:
    """Yield machines, of which some 6 % fail: worn ones that shake, more so in the heat."""
    yield "model", "temperature", "vibration", "hours_since_service", "load", "failed"
    for _ in range(1200):
        model, heat = rng.choice(["A100", "A200", "B7"]), rng.gauss(60, 8)
        shake, hours, load = rng.lognormvariate(0.6, 0.5), rng.uniform(0, 2000), rng.random()
        risk = max(heat - 55, 0) * shake / 7 + hours / 500 * (load > 0.5) + (model == "B7") - 7.2
        failed = rng.random() < 1 / (1 + exp(-1.8 * risk))
        cells = f"{heat:.1f}", f"{shake:.2f}", f"{hours:.0f}", f"{load:.2f}"
        yield model, *cells, "yes" if failed else "no"


def flowers(rng: Random) -> Iterator[Row]:
    """Yield flowers of four kinds, which differ in size, colour and where they grow."""
    yield "petals", "stem_cm", "leaf_cm", "colour", "site", "kind"
    kinds = {  # kind: petals, stem, leaf, colours, sites
        "meadow star": (5, 30, 4.0, ["white", "white", "yellow"], ["meadow", "meadow", "bank"]),
        "river star": (5, 36, 5.2, ["white", "violet"], ["bank", "bank", "meadow"]),
        "bell": (6, 45, 7.5, ["violet", "violet", "white"], ["forest", "bank"]),
        "wood bell": (6, 40, 9.5, ["violet"], ["forest"]),
    }
    for _ in range(500):
        kind = rng.choice(list(kinds))
        petals, stem, leaf, colours, sites = kinds[kind]
        petals += rng.choice([-1, 0, 0, 0, 1])
        cells = f"{rng.gauss(stem, 6):.1f}", f"{rng.gauss(leaf, 1.1):.1f}"
        yield petals, *cells, rng.choice(colours), rng.choice(sites), kind


def songs(rng: Random) -> Iterator[Row]:
    """Yield songs with the moods they have: none, one or several."""
    yield "tempo", "loudness", "acoustic", "key", "moods"
    for _ in range(600):
        tempo, loud, acoustic = rng.gauss(115, 25), rng.gauss(-9, 4), rng.random()
        key = rng.choice(["major", "minor"])
        energy = (tempo - 115) / 25 + (loud + 9) / 4
        levels = {
            "calm": 2.5 * acoustic - energy - 1.5,
            "happy": energy + 2.4 * (key == "major") - 2,
            "sad": 1.8 * (key == "minor") - energy - 0.9,
            "danceable": 2 - abs(tempo - 122) / 9 - acoustic,
        }
        moods = ";".join(mood for mood, level in levels.items() if rng.gauss(level, 0.6) > 0)
        yield f"{tempo:.0f}", f"{loud:.1f}", f"{acoustic:.2f}", key, moods


def seeds(rng: Random) -> Iterator[Row]:
    """Yield trays of seeds, and the share of them that comes up: best in warm and moist soil."""
    yield "temperature", "moisture", "depth_cm", "soil", "germinated"
    for _ in range(500):
        heat, water, depth = rng.uniform(4, 34), rng.random(), rng.uniform(0.5, 6)
        soil = rng.choice(["sand", "loam", "clay"])
        level = 2.2 - ((heat - 21) / 6) ** 2 - 12 * (water - 0.55) ** 2 - 0.3 * depth
        level += {"sand": -0.6, "loam": 0.5, "clay": 0}[soil] + rng.gauss(0, 0.3)
        yield f"{heat:.1f}", f"{water:.2f}", f"{depth:.1f}", soil, f"{1 / (1 + exp(-level)):.3f}"


def cars(rng: Random) -> Iterator[Row]:
    """Yield used cars with prices in euros, and columns of every kind, some with gaps."""
    yield "id", "make", "registered", "km", "power_hp", "condition", "garage", "price"
    makes = {"Arrow": 1.0, "Borea": 1.3, "Comet": 0.8, "Dura": 1.0, "Elan": 1.7}
    states = {"poor": -0.35, "fair": -0.1, "good": 0.0, "mint": 0.1}
    for number in range(1, 801):
        make = rng.choices(list(makes), [5, 3, 4, 3, 1])[0]
        year, month, day = rng.randrange(2008, 2024), rng.randrange(1, 13), rng.randrange(1, 29)
        age = 2024 - year - month / 12
        km, power = max(50, age * rng.gauss(14_000, 4_000)), rng.choice([75, 90, 110, 150, 200])
        state, garage = rng.choice(list(states)), rng.random() < 0.4
        level = log(24_000 * makes[make] * power / 110) - 0.09 * age - km / 400_000
        price = exp(level + states[state] + 0.04 * garage + rng.gauss(0, 0.07))
        shown = "" if rng.random() < 0.06 else f"{km:.0f}"
        date, kept = f"{year}-{month:02}-{day:02}", "yes" if garage else "no"
        yield number, make, date, shown, power, state, kept, int(round(price, -1))


def roads(rng: Random) -> Iterator[Row]:
    """Yield pieces of road, and in what state each is: worn by age, lorries and frost."""
    yield "surface", "age", "lorries_per_day", "frost_days", "drained", "state"
    worst_first = ["bad", "worn", "fair", "good"]
    for _ in range(700):
        surface, age = rng.choice(["asphalt", "concrete"]), rng.uniform(0, 30)
        lorries, frost = rng.lognormvariate(6, 0.8), rng.gauss(60, 25)
        drained = rng.random() < 0.7
        wear = age / 6 + lorries / 500 + max(frost, 0) / 40 - 1.5 * drained
        wear += 1.2 * (surface == "asphalt") + rng.gauss(0, 0.5)
        state = worst_first[sum(wear < limit for limit in (7, 5, 3))]
        cells = f"{age:.1f}", f"{lorries:.0f}", f"{max(frost, 0):.0f}"
        yield surface, *cells, "yes" if drained else "no", state


def rentals(rng: Random) -> Iterator[Row]:
    """Yield hours at a bicycle stand, and how many bicycles were taken in each."""
    yield "hour", "weekday", "temperature", "rain_mm", "rented"
    days = ["Mo", "Tu", "We", "Th", "Fr", "Sa", "Su"]
    for _ in range(900):
        hour, day = rng.randrange(6, 22), rng.choice(days)
        heat = rng.gauss(14, 7)
        rain = 0.0 if rng.random() < 0.7 else rng.expovariate(0.7)
        at_work = day not in ("Sa", "Su")
        level = 0.6 + 0.06 * heat - 0.5 * rain + 0.8 * at_work * (hour in (7, 8, 17, 18))
        level += 0.5 * (not at_work) * (11 <= hour <= 16)
        yield hour, day, f"{heat:.1f}", f"{rain:.1f}", _drawn(exp(level), rng)


def _drawn(rate: float, rng: Random) -> int:
    """Return a count of Poisson's distribution: arrivals within a time of 1."""
    count, left = 0, 1 - rng.expovariate(rate)
    while left > 0:
        count, left = count + 1, left - rng.expovariate(rate)
    return count


def deliveries(rng: Random) -> Iterator[Row]:
    """Yield deliveries in a town, and how many minutes each took: far ones vary much more."""
    yield "distance_km", "parcels", "weather", "rush_hour", "minutes"
    slower = {"dry": 1.0, "rain": 1.2, "snow": 1.7}
    for _ in range(900):
        way, parcels = rng.uniform(0.5, 12), 1 + int(rng.expovariate(0.5))
        weather = rng.choices(list(slower), [6, 3, 1])[0]
        rush = rng.random() < 0.35
        late = rng.expovariate(1 / (1 + 1.2 * way * (1 + rush)))
        minutes = 6 + 2.6 * way * slower[weather] + 1.5 * parcels + late
        yield f"{way:.2f}", parcels, weather, "yes" if rush else "no", f"{minutes:.1f}"


def buildings(rng: Random) -> Iterator[Row]:
    """Yield buildings, and what they need for heating and for cooling: kWh a year, per m²."""
    yield "floor_m2", "windows", "facing", "insulation_cm", "storeys", "heating", "cooling"
    sun = {"north": 0.2, "east": 0.6, "south": 1.0, "west": 0.7}
    for _ in range(600):
        floor, glass = rng.uniform(60, 400), rng.uniform(0.1, 0.6)
        facing, wool, storeys = rng.choice(list(sun)), rng.choice([4, 8, 12, 16, 24]), 1
        storeys += int(rng.random() * 4)
        loss = 320 / (wool + 3) + 90 * glass + 900 / floor + 12 / storeys
        heating = 20 + 1.6 * loss - 45 * glass * sun[facing] + rng.gauss(0, 4)
        cooling = 4 + 70 * glass * sun[facing] + 0.15 * loss + rng.gauss(0, 1.2)
        cells = f"{floor:.0f}", f"{glass:.2f}", facing, wool, storeys
        yield *cells, f"{heating:.1f}", f"{cooling:.1f}"


def offers(rng: Random) -> Iterator[Row]:
    """Yield texts that offer used bicycles, and their prices in euros."""
    yield "text", "price"
    kinds = {"city bike": 250, "road bike": 700, "mountain bike": 600, "e-bike": 1400,
             "child's bike": 90}  # fmt: skip
    states = {"like new": 1.3, "hardly used": 1.15, "in good order": 1.0, "with scratches": 0.8,
              "for tinkerers, brakes broken": 0.4}  # fmt: skip
    extras = {"new tyres": 40, "carbon frame": 350, "disc brakes": 110, "a basket": 15,
              "lights": 20, "a lock": 25}  # fmt: skip
    ends = ["Cash only.", "Pick up at the station.", "Price can be talked about.", "No swaps!", ""]
    for _ in range(700):
        kind, state = rng.choice(list(kinds)), rng.choice(list(states))
        more = rng.sample(list(extras), rng.randrange(3))
        begin = rng.choice(["Selling my", "For sale:", "Offering a"])
        beside = f", with {' and '.join(more)}" if more else ""
        year = rng.randrange(2008, 2024)
        price = kinds[kind] * states[state] * 0.97 ** (2024 - year)
        price += sum(extras[each] for each in more)
        text = f"{begin} {kind} of {year}, {state}{beside}. {rng.choice(ends)}".strip()
        yield f'"{text}"', f"{price * exp(rng.gauss(0, 0.08)):.0f}"


SIDE = 24
"""Height and width of a drawing, in pixels, each black or white."""

SHAPES: dict[str, Callable[[int, int], bool]] = {
    "disc": lambda x, y: x * x + y * y <= 14,
    "frame": lambda x, y: max(abs(x), abs(y)) in (3, 4),
    "cross": lambda x, y: abs(abs(x) - abs(y)) <= 1 and max(abs(x), abs(y)) <= 4,
}
"""What a drawing may show: whether a pixel belongs to it, counted from its middle."""

CORNERS = ((6, 6), (17, 6), (6, 17), (17, 17))


def office(rng: Random) -> Iterator[Row]:
    """Yield hours of an office, whose power goes by the hour, who is in, and the cold outside."""
    yield "hour", "staff_in", "outside", "power_kw"
    begin, chill, drift = datetime(2024, 1, 1), 0.0, 0.0
    closed = {rng.randrange(100) for _ in range(12)}
    for at in range(24 * 100):
        when = begin + timedelta(hours=at)
        shut = when.weekday() > 4 or at // 24 in closed or not 7 <= when.hour < 19
        staff = 0 if shut else rng.choice([6, 8, 8, 8, 10]) if 9 <= when.hour < 17 else 3
        chill, drift = 0.97 * chill + rng.gauss(0, 0.6), 0.8 * drift + rng.gauss(0, 0.6)
        cold = chill + 5 + 4 * sin((when.hour - 9) * pi / 12) + at * 0.003
        heating = max(0, 9 - cold) * (1.6 if staff else 0.4)
        power = 18 + 0.003 * at + 1.8 * staff + heating + drift
        yield f"{when:%Y-%m-%d %H:%M}", staff, f"{cold:.1f}", f"{power:.1f}"


def drawings(rng: Random) -> Iterator[tuple[str, list[str], bytes]]:
    """Yield drawings: name, the shapes in it (each in a quarter of its own), and a PNG file."""
    for number in range(400):
        shown = [shape for shape in SHAPES if rng.random() < 0.5]
        corners = rng.sample(CORNERS, len(shown))
        marks = [[rng.random() < 0.14 for _ in range(SIDE)] for _ in range(SIDE)]
        for shape, (left, top) in zip(shown, corners, strict=True):
            left, top = left + rng.randrange(-1, 2), top + rng.randrange(-1, 2)
            for y, x in ((y, x) for y in range(SIDE) for x in range(SIDE)):
                marks[y][x] |= SHAPES[shape](x - left, y - top)
        yield f"{number:03}.png", shown, _png(marks)


def _png(marks: Sequence[Sequence[bool]]) -> bytes:
    """Return black and white pixels as a PNG file: not compressed, so that no byte may differ."""
    rows = [int("".join("01"[mark] for mark in row), 2).to_bytes(SIDE // 8) for row in marks]
    size = struct.pack(">IIBBBBB", SIDE, SIDE, 1, 0, 0, 0, 0)
    pixels = zlib.compress(b"".join(b"\0" + row for row in rows), 0)
    chunks = [(b"IHDR", size), (b"IDAT", pixels), (b"IEND", b"")]
    parts = [
        struct.pack(">I", len(of)) + name + of + struct.pack(">I", zlib.crc32(name + of))
        for name, of in chunks
    ]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


TABLES: dict[str, Table] = {
    table.__name__: table
    for table in (
        machines, flowers, songs, seeds, cars, roads, rentals, deliveries, buildings, offers,
        office,
    )
}  # fmt: skip


def files() -> dict[str, bytes]:
    """Return all sample files by their names."""
    found = {
        f"{name}.csv": _csv(rows(Random(at))) for at, (name, rows) in enumerate(TABLES.items(), 1)
    }
    drawn = list(drawings(Random(0)))
    listed = ((name, ";".join(shown)) for name, shown, _ in drawn)
    found["drawings.csv"] = _csv([("file", "shapes"), *listed])
    found["drawings.zip"] = _archive({name: content for name, _, content in drawn})
    return found


def _csv(rows: Iterator[Row] | Sequence[Row]) -> bytes:
    lines = [NOTE, *(",".join(map(str, row)) for row in rows)]
    return ("\n".join(lines) + "\n").encode()


def _archive(contents: dict[str, bytes]) -> bytes:
    """Return a zip archive of files that are stored as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in contents.items():
            entry = zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0))
            entry.create_system = 3  # as written by Unix, wherever it is
            archive.writestr(entry, content)
    return buffer.getvalue()


if __name__ == "__main__":
    folder = Path(sys.argv[1] if sys.argv[1:] else __file__).resolve()
    for name, content in files().items():
        ((folder if folder.is_dir() else folder.parent) / name).write_bytes(content)
