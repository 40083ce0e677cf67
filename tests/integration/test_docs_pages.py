"""Check the pages themselves: links, reach, line length, and that the site builds."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
import sys
from collections import Counter
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
INDEX = ROOT / "docs" / "index.md"
PAGES = [
    *(ROOT / name for name in ("README.md", "CONTRIBUTING.md", "CHANGELOG.md", "models/README.md")),
    *sorted((ROOT / "docs").rglob("*.md")),
]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
MAX_COLUMNS = 100
UNWRAPPED = (ROOT / "models" / "README.md",)
"""Pages that are wrapped otherwise."""


@cache
def prose(page: Path) -> str:
    """The page without its fenced code, each line of which is left empty."""
    lines, fenced = [], False
    for line in page.read_text(encoding="utf-8").splitlines():
        fence = line.lstrip().startswith("```")
        lines.append("" if fence or fenced else line)
        fenced ^= fence
    assert not fenced, f"{page}: a fence is not closed"
    return "\n".join(lines)


@cache
def anchors(page: Path) -> frozenset[str]:
    """The anchors of the page's headings, as code hosts and the site make them."""
    seen: Counter[str] = Counter()
    found = set()
    for heading in re.findall(r"(?m)^#+ (.+)$", prose(page)):
        slug = re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
        found.add(f"{slug}-{seen[slug]}" if seen[slug] else slug)
        seen[slug] += 1
    return frozenset(found)


def links(page: Path) -> list[tuple[Path, str]]:
    """The relative links of the page: the file, and the anchor in it."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    # A link whose text is wrapped over two lines is still a link.
    targets = [link for link in LINK.findall(text.replace("\n", " ")) if "://" not in link]
    parts = [target.partition("#") for target in targets]
    return [((page.parent / path).resolve() if path else page, anchor) for path, _, anchor in parts]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_link_and_anchor_leads_somewhere(page: Path) -> None:
    for target, anchor in links(page):
        assert target.exists(), f"{page.name}: there is no {target}"
        assert not anchor or anchor in anchors(target), (
            f"{page.name}: {target.name} has no #{anchor}"
        )


def test_every_page_is_reached_from_the_index() -> None:
    reached, ahead = set(), [INDEX]
    while ahead:
        page = ahead.pop()
        if page not in reached and page.suffix == ".md":
            reached.add(page)
            ahead += [target for target, _ in links(page)]
    assert {page for page in PAGES if ROOT / "docs" in page.parents} <= reached


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_lines_are_wrapped(page: Path) -> None:
    if page in UNWRAPPED:
        pytest.skip("wrapped otherwise")
    lines = enumerate(prose(page).splitlines(), 1)
    long = [
        number for number, line in lines if len(line) > MAX_COLUMNS and not line.startswith("|")
    ]
    assert not long, f"{page.name}: wrap lines {long} at {MAX_COLUMNS} columns"


@pytest.mark.skipif(
    importlib.util.find_spec("zensical") is None, reason="needs zensical (the extra `docs`)"
)
def test_the_site_builds_without_warnings_and_loads_nothing_from_elsewhere(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "docs", tmp_path / "docs")
    config = tmp_path / "zensical.toml"
    config.write_text((ROOT / "zensical.toml").read_text(encoding="utf-8"), encoding="utf-8")
    command = [sys.executable, "-m", "zensical", "build", "--strict", "--config-file", str(config)]
    built = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=120)
    assert built.returncode == 0, built.stdout + built.stderr
    pages = list((tmp_path / "site").rglob("*.html"))
    assert len(pages) >= len(list((ROOT / "docs").rglob("*.md")))
    for page in pages:
        text = page.read_text(encoding="utf-8")
        assert not re.findall(r'(?:src|link[^>]*href)="https?://', text), page
        assert 'class="mermaid"' not in text, f"{page}: the theme would load a script for it"
