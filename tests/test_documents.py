"""What the documents, the shipped specs and the lock file say, held against what is there."""

import re
import shlex
import subprocess
import sys
import tomllib
from pathlib import Path
from urllib.parse import unquote

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from benchmarks.shipped import SPECS

ROOT = Path(__file__).resolve().parents[1]
SCHEMA_LINE = "# yaml-language-server: $schema="

# Of fenced blocks: the lines inside. Of inline code: what is between the backticks.
FENCE = re.compile(
    r"^(?P<fence>```+|~~~+)[^\n]*\n(?P<code>.*?)^(?P=fence)", re.MULTILINE | re.DOTALL
)
INLINE = re.compile(r"(?<!`)`([^`\n]+)`(?!`)")
LINK = re.compile(
    r"\[[^\]]*\]\(\s*<?([^)\s>]+)|(?:src|href)=\"([^\"]+)\"|^\[[^\]]+\]:\s*(\S+)", re.MULTILINE
)
FOLDERS = ("configs", "kx", "tests", "benchmarks", "docs", ".ci", ".github")
FILE = re.compile(
    rf"(?<![\w./-])(?:(?:{'|'.join(map(re.escape, FOLDERS))})/[\w./*-]*"
    r"|[\w-]+\.(?:md|toml|lock)|Makefile|LICENSE)(?![\w/-])"
)
NUMBER = re.compile(r"\d[\d.,]*\d|\d")
COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S* )*(?:\.venv/bin/)?((?:kx|make)(?: .*)?)$")


READMES = ("README.md", "README.zh.md")


@pytest.fixture(scope="module", params=READMES)
def readme(request):
    return (ROOT / request.param).read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def commands(readme):
    """Every command of kx and of make that the README shows, as lists of words."""
    found = [shlex.split(line, comments=True) for line in command_lines(readme)]
    assert found
    return found


def command_lines(text):
    """Return the lines of ``text`` that call ``kx`` or ``make``, in fences and in inline code."""
    lines = [line for match in FENCE.finditer(text) for line in typed(match["code"])]
    lines += INLINE.findall(FENCE.sub("", text))
    return [match[1] for line in lines for part in parts(line) if (match := COMMAND.match(part))]


def typed(code):
    """Return the lines of a fenced block; where some follow a prompt, only those are typed."""
    lines = code.replace("\\\n", " ").splitlines()
    return [line for line in lines if line.startswith("$ ")] or lines


def parts(line):
    """Split a shell line where one command ends and the next begins, outside of quotes."""
    masked = re.sub(r"'[^']*'", lambda quoted: "_" * len(quoted[0]), line)
    ends = list(re.finditer(r"&&|\|\|?|;|(?<!\S)>(?!\S).*", masked))
    starts = [0, *(end.end() for end in ends)]
    stops = [*(end.start() for end in ends), len(line)]
    return [line[start:stop].strip() for start, stop in zip(starts, stops, strict=True)]


def complaint(command, words):
    """Return what is wrong with ``words`` as arguments of ``command``, or an empty string.

    ``command`` is one of Click's, which Typer ships under a name of its own: known by its
    attributes alone. Placeholders such as ``…`` or ``COMMAND`` end the examination.
    """
    options = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    valued = {
        o for param in command.params if not getattr(param, "is_flag", True) for o in param.opts
    }
    for place, word in enumerate(words):
        if place and words[place - 1] in valued:
            continue  # a value, which may begin with a hyphen
        if word.startswith("-"):
            if word.partition("=")[0] not in {*options, "--help"}:
                return f"{command.name} has no option {word}"
        elif hasattr(command, "commands"):
            if word in command.commands:
                return complaint(command.commands[word], words[place + 1 :])
            return f"{command.name} has no command {word}" if re.match("[a-z]", word) else ""
    return ""


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("```console\n$ kx check a.yaml  # quick\nkx says ok\n```\n", ["kx check a.yaml  # quick"]),
        (
            "```sh\nKX_OFFLINE=1 kx train a.yaml && kx show last\n```",
            ["kx train a.yaml", "kx show last"],
        ),
        ("```\nkx train a.yaml \\\n  --smoke\n```\n", ["kx train a.yaml    --smoke"]),
        ("```sh\nkx runs --where 'a > 1; b'\n```", ["kx runs --where 'a > 1; b'"]),
        ("kx is good; `kx runs` lists, `make test` tests, `kxx`", ["kx runs", "make test"]),
        ("```sh\nkx schema > s.json\n.venv/bin/kx runs\n```\n", ["kx schema", "kx runs"]),
        ("```yaml\nname: kx\n```\n`~/kx`, make sure", []),
    ],
    ids=["prompt", "two", "continued", "quoted", "inline", "redirected", "none"],
)
def test_commands_are_found_in_documents(text, lines):
    assert command_lines(text) == lines


def test_readme_shows_only_commands_that_exist(commands):
    import typer

    from kx.cli.app import app

    root = typer.main.get_command(app)
    shown = [words for words in commands if words[0] == "kx"]

    assert [f"{' '.join(w)}: {c}" for w in shown if (c := complaint(root, w[1:]))] == []


def test_readme_shows_only_make_targets_that_exist(commands):
    targets = set(re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    shown = {word for words in commands if words[0] == "make" for word in words[1:]}

    assert {word for word in shown if re.fullmatch("[a-z-]+", word)} <= targets


def test_every_make_target_explains_itself():
    makefile = (ROOT / "Makefile").read_text()
    phony = re.search(r"^\.PHONY: (.*)$", makefile, re.MULTILINE)[1].split()
    explained = re.findall(r"^([a-z-]+):.*  ## \w", makefile, re.MULTILINE)

    assert sorted(explained) == sorted(phony)


def test_files_that_the_readme_names_exist(readme):
    code = [match["code"] for match in FENCE.finditer(readme)]
    code += INLINE.findall(FENCE.sub("", readme))
    named = {name.rstrip(".") for text in code for name in FILE.findall(text)}

    assert named
    assert [name for name in sorted(named) if not list(ROOT.glob(name))] == []


def test_links_and_images_of_the_readme_lead_somewhere(readme):
    prose = FENCE.sub("", readme)
    headings = re.findall(r"^#+ (.*)$", prose, re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings}
    targets = [next(filter(None, groups)) for groups in LINK.findall(prose)]
    local = [unquote(target) for target in targets if not re.match(r"https?://|mailto:", target)]

    broken = [
        target
        for target in local
        if not (
            target[1:] in anchors
            if target.startswith("#")
            else (ROOT / target.partition("#")[0]).exists()
        )
    ]

    assert broken == []


def sections(name):
    """Return the parts of a document that begin with ``##``, without their headings."""
    text = (ROOT / name).read_text(encoding="utf-8")
    return re.split(r"^## .*$", text, flags=re.MULTILINE)


def test_both_readmes_have_the_same_sections():
    english, chinese = map(sections, READMES)

    assert len(english) == len(chinese)


@pytest.mark.parametrize("place", range(len(sections("README.md"))))
def test_a_section_shows_the_same_in_both_readmes(place):
    """Prose may differ; code (without comments), links, and the figures of tables may not."""
    pair = [sections(name)[place] for name in READMES]
    prose = [FENCE.sub("", text) for text in pair]

    english, chinese = ([uncommented(m["code"]) for m in FENCE.finditer(text)] for text in pair)
    assert chinese == english
    english, chinese = (sorted(INLINE.findall(text)) for text in prose)
    assert chinese == english
    english, chinese = (
        [t for groups in LINK.findall(text) for t in groups if t and t not in READMES]
        for text in prose
    )
    assert chinese == english
    english, chinese = ([sorted(NUMBER.findall(row)) for row in rows(text)] for text in prose)
    assert chinese == english


def uncommented(code):
    return [re.sub(r"(^|\s+)# .*", "", line) for line in code.splitlines()]


def rows(text):
    return re.findall(r"^\|.*\|$", text, re.MULTILINE)


def test_specs_are_shipped():
    assert SPECS


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_spec_opens_with_a_question(path):
    lines = path.read_text(encoding="utf-8").splitlines()
    opening = lines[: next(i for i, line in enumerate(lines) if not line.startswith("#"))]

    assert any("?" in line for line in opening)


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_spec_names_its_schema_for_editors(path):
    schemas = [
        line.removeprefix(SCHEMA_LINE).strip()
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.startswith(SCHEMA_LINE)
    ]

    assert len(schemas) == 1
    assert (path.parent / schemas[0]).is_file()


@pytest.mark.parametrize("path", SPECS, ids=lambda path: path.stem)
def test_shipped_spec_is_in_the_table_of_the_readme(readme, path):
    first_cells = re.findall(r"^\|([^|\n]*)\|", readme, re.MULTILINE)

    name = re.compile(rf"(?<![\w-]){re.escape(path.stem)}(?:\.yaml)?(?![\w-])")
    assert any(name.search(cell) for cell in first_cells)


def test_shipped_schema_is_the_one_that_kx_prints():
    shipped = (ROOT / "configs" / "kx.schema.json").read_text(encoding="utf-8")
    printed = subprocess.run(
        [sys.executable, "-m", "kx", "schema"], cwd=ROOT, capture_output=True, check=True
    ).stdout.decode()

    assert shipped == printed, "out of date: run `make schema`"


def test_changelog_says_what_is_unreleased():
    changelog = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    section = re.search(
        r"^## \[?Unreleased\]?\n(.*?)(?=^## |\Z)", changelog, re.MULTILINE | re.DOTALL
    )

    assert section
    assert re.search(r"^- \S", section[1], re.MULTILINE)


@pytest.fixture(scope="module")
def locked():
    """The lines of the lock file that pin something, as requirements by name."""
    lines = (ROOT / "requirements.lock").read_text().splitlines()
    pins = [Requirement(line) for line in lines if line and not line.startswith("#")]
    return {canonicalize_name(pin.name): pin for pin in pins}


def test_lock_names_no_place():
    text = (ROOT / "requirements.lock").read_text()

    assert re.search(r"://|^-|file:|--hash|(?:^|\s)/", text, re.MULTILINE) is None


def test_lock_pins_exactly(locked):
    pins = {str(pin.specifier) for pin in locked.values()}

    assert {pin for pin in pins if not re.fullmatch(r"==[^,*]+", pin)} == set()


def test_lock_pins_every_dependency_within_its_bounds(locked):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    wanted = [
        *project["project"]["dependencies"],
        *project["project"]["optional-dependencies"]["dev"],
        *project["build-system"]["requires"],
    ]

    unmet = [
        text
        for text in wanted
        if not (pin := locked.get(canonicalize_name(Requirement(text).name)))
        or not Requirement(text).specifier.contains(str(pin.specifier).removeprefix("=="))
    ]

    assert unmet == []
