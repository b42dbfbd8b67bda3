"""The code uses the field's words, and stays small."""

import ast
import re
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
PACKAGES = ("geo", "data", "maps", "api", "bench", "scripts", "tests")
MAX_FILE_LINES = 300
MAX_FUNCTION_LINES = 40

# Words of a private language, never part of a name. Excel's `sheet` is a `worksheet`.
BANNED_WORDS = {
    *("told", "asked", "said", "kept", "glance", "sight", "rung", "rungs", "whereabouts", "among"),
    *("shelf", "desk", "sheet", "sheets", "quick", "mend", "mended", "mending", "remembered"),
    *("tape", "sketch", "sketches", "knowledge", "beside", "thereof", "anew", "tallies", "tally"),
}
# A bare participle or pronoun says nothing about what the value is.
BANNED_NAMES = BANNED_WORDS | {
    *("known", "found", "given", "held", "seen", "drawn", "settled", "taken", "placed", "fault"),
    *("faults", "ground", "grounds", "here", "there", "these", "those", "thing", "things"),
}
BANNED_PHRASES = re.compile(
    r"\b(is|are|was|were|be|been) (told|asked|kept in mind|reckoned)\b|\btells?\b (of|whether|how)"
    r"|\bmakes? room\b|\bby the way\b|\bshort way\b|\blooks? after themselves\b|\bword counts\b"
    r"|\bis heard\b|\bare heard\b|\bunder foot\b|\bwhoever\b|\bto the last digit\b|\bhalf-way\b",
    re.IGNORECASE,
)
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
TYPESCRIPT_NAME = re.compile(
    r"\b(?:const|let|function|class|interface|type)\s+(\w+)"  # declarations
    r"|^ {2}(?:static |async |private |readonly |protected )*#?(\w+)(?:[(:?]| =)"  # members
)


@cache
def tracked(pattern: str) -> list[Path]:
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard", pattern],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return [path for line in listed.stdout.splitlines() if (path := ROOT / line).exists()]


def modules() -> list[Path]:
    return [path for path in tracked("*.py") if path.relative_to(ROOT).parts[0] in PACKAGES]


def is_migration(path: Path) -> bool:
    return path.parent.name == "versions"


def names_in(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield every name that a module defines, with its line."""
    for node in ast.walk(tree):
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
                yield node.lineno, node.name
            case ast.arg():
                yield node.lineno, node.arg
            case ast.Name(ctx=ast.Store()):
                yield node.lineno, node.id
            case ast.Attribute(ctx=ast.Store()):
                yield node.lineno, node.attr
            case ast.alias(asname=str(alias)):
                yield node.lineno, alias


def words_of(name: str) -> set[str]:
    return {word.lower() for word in WORD.findall(name)}


def is_banned(name: str) -> bool:
    return name.strip("_").lower() in BANNED_NAMES or bool(words_of(name) & BANNED_WORDS)


def banned_names(path: Path) -> list[str]:
    tree = ast.parse(path.read_text("utf-8"))
    is_test = path.name.startswith("test_")
    return [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for line, name in names_in(tree)
        if is_banned(name) and not (is_test and name.startswith("test_"))
    ]


def test_names_are_words_of_the_field():
    """A migration describes the tables of its time."""
    sources = [path for path in modules() if not is_migration(path)]
    assert [name for path in sources for name in banned_names(path)] == []
    assert [path for path in sources if words_of(path.stem) & BANNED_WORDS] == []


def names_in_typescript(text: str) -> Iterator[tuple[int, str]]:
    """Yield the names of declarations and of members of classes and interfaces."""
    for number, line in enumerate(text.splitlines(), 1):
        for declared, member in TYPESCRIPT_NAME.findall(line):
            yield number, declared or member


def test_names_in_the_front_end_are_words_of_the_field():
    sources = tracked("*.ts")
    assert sources
    assert [path for path in sources if words_of(path.stem) & BANNED_WORDS] == []
    banned = [
        f"{path.relative_to(ROOT)}:{line} {name}"
        for path in sources
        for line, name in names_in_typescript(path.read_text("utf-8"))
        if is_banned(name)
    ]
    assert banned == []


def test_sentences_are_plain_english():
    patterns = ("*.md", "*.json", "*.html", "*.ts", "*.css")
    texts = [*modules(), *(path for pattern in patterns for path in tracked(pattern))]
    matches = [
        f"{path.relative_to(ROOT)}:{number} {line.strip()}"
        for path in texts
        if path != Path(__file__)
        for number, line in enumerate(path.read_text("utf-8").splitlines(), 1)
        if BANNED_PHRASES.search(line)
    ]
    assert matches == []


def test_every_class_name_is_unique():
    places: dict[str, list[str]] = {}
    for path in modules():
        if path.relative_to(ROOT).parts[0] in ("tests", "bench", "scripts"):
            continue
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ClassDef):
                name = node.name.lstrip("_")
                places.setdefault(name, []).append(str(path.relative_to(ROOT)))
    assert {name: paths for name, paths in places.items() if len(paths) > 1} == {}


def test_files_are_short():
    long = {
        str(path.relative_to(ROOT)): lines
        for path in modules()
        if (lines := len(path.read_text("utf-8").splitlines())) > MAX_FILE_LINES
    }
    assert long == {}


def test_functions_are_short():
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}"
        for path in modules()
        if not is_migration(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION_LINES
    ]
    assert long == []


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("def told(): ...", "told"),
        ("class KeptTiles: ...", "KeptTiles"),
        ("def f(asked_layers): ...", "asked_layers"),
        ("found = 1", "found"),
        ("self._held = 1", "_held"),
        ("import a as desk", "desk"),
    ],
)
def test_a_name_of_the_private_language_is_reported(source, name):
    assert [defined for _, defined in names_in(ast.parse(source)) if is_banned(defined)] == [name]


@pytest.mark.parametrize(
    "line", ["const told = 1;", "  #asked = 1;", "  said(text: string) {}", "class Desk {}"]
)
def test_a_name_of_the_private_language_is_reported_in_the_front_end(line):
    assert [name for _, name in names_in_typescript(line) if is_banned(name)]


def test_a_riddle_is_reported():
    assert BANNED_PHRASES.search("What is asked very often takes the short way.")
