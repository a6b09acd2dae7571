"""The manual is held against the code: made pages are current, links lead somewhere, every command and route exists."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest
import typer
import yaml

from dovetail.cli.main import app

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PAGES = sorted(page for page in DOCS.rglob("*.md") if "heads" not in page.parts)
READ = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "SECURITY.md", *sorted((ROOT / "plants").rglob("*.md"))]
EVERY = [*READ, *PAGES]


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("dovetail_docs_generate", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATE = _generator()
VERBS = dict(GENERATE.verbs(typer.main.get_command(app)))


def _named(paths: list[Path]) -> list[object]:
    return [pytest.param(path, id=str(path.relative_to(ROOT))) for path in paths]


@pytest.mark.parametrize("name", sorted(GENERATE.PAGES))
def test_made_pages_are_current(name: str) -> None:
    written = (DOCS / "reference" / name).read_text(encoding="utf-8")
    assert written == GENERATE.PAGES[name](), f"run: python docs/generate.py {name}"


@pytest.mark.parametrize("page", _named(EVERY))
def test_links_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    links = re.findall(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)", text)
    inner = [link.partition("#")[0] for link in links if not re.match(r"[a-z]+:|#", link)]
    assert [link for link in inner if not (page.parent / link).exists()] == []


def _commands(text: str) -> Iterator[list[str]]:
    """Each `dovetail …` that a page names: in a block of commands, or inline."""
    blocks = re.findall(r"```(?:sh|console)\n(.*?)```", text, re.DOTALL)
    lines = [line for block in blocks for line in block.replace("\\\n", " ").splitlines()]
    inline = re.findall(r"`(dovetail [^`]*)`", re.sub(r"```.*?```", "", text, flags=re.DOTALL))
    for line in [*lines, *inline]:
        for part in re.findall(r"(?:^|[$|&(] ?)(dovetail (?!@)[^&|>)]*)", line):
            yield shlex.split(part, comments=True)[1:]


def _verbs_of(words: list[str]) -> list[tuple[str, ...]]:
    """The verb that a command begins with; `init | validate` names several in prose and is taken word for word."""
    return [verb for verb in VERBS if tuple(words[: len(verb)]) == verb]


@pytest.mark.parametrize("page", _named(EVERY))
def test_commands_and_their_options_exist(page: Path) -> None:
    said = [words for words in _commands(page.read_text(encoding="utf-8")) if words and words[0][:2] != "--"]
    unknown = [words for words in said if not _verbs_of(words)]
    assert unknown == []
    for words in said:
        options = {name for parameter in VERBS[_verbs_of(words)[0]].params for name in parameter.opts}
        options |= {name for parameter in VERBS[_verbs_of(words)[0]].params for name in parameter.secondary_opts}
        given = {word.partition("=")[0] for word in words if word.startswith("--")}
        assert given <= options, words


@pytest.mark.parametrize("page", _named(READ))
def test_make_targets_exist(page: Path) -> None:
    targets = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE))
    said = set(re.findall(r"`make ([a-z]+)|^make ([a-z]+)", page.read_text(encoding="utf-8"), re.MULTILINE))
    assert {name for pair in said for name in pair if name} <= targets


def test_routes_named_in_the_manual_exist() -> None:
    """A name or an id may stand where the route has a parameter. That the page of routes is current is held above."""
    routes = (DOCS / "reference" / "api.md").read_text(encoding="utf-8")
    known = [re.sub(r"\{\w+\}", "[^/]+", path) for path in re.findall(r"`[A-Z]+ (/[^`?]*)`", routes)]
    known += ["/sim", "/sim/jam", "/sim/free", "/openapi[.]json", "/live"]  # only a demo's, or no route of a room
    written = "\n".join(page.read_text(encoding="utf-8") for page in PAGES)
    said = re.findall(r"(?:(?:GET|POST|PUT|DELETE) |\$BASE|/api/v1)(/[\w/{}.-]+)", written)
    paths = {path.removeprefix("/api/v1").rstrip(".") for path in said}
    assert [path for path in paths if not any(re.fullmatch(one, path) for one in known)] == []


@pytest.mark.parametrize("page", _named(PAGES))
def test_plant_code_in_the_manual_is_yaml(page: Path) -> None:
    for block in re.findall(r"```yaml\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL):
        assert yaml.safe_load(block)


def test_every_page_stands_in_the_contents() -> None:
    """A decision stands in the list of decisions, every other page in the manual's contents."""
    contents = (ROOT / "mkdocs.yml").read_text(encoding="utf-8") + (DOCS / "adr" / "index.md").read_text(
        encoding="utf-8"
    )
    assert [page for page in PAGES if str(page.relative_to(DOCS)).removeprefix("adr/") not in contents] == []


def test_the_manual_can_be_built(tmp_path: Path) -> None:
    pytest.importorskip("mkdocs")
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(tmp_path / "site")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
