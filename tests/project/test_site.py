"""The built site, page by page as a browser gets it: what the sources say is rendered, not printed as markup.

`mkdocs build --strict` passes on a page whose fences are not understood; readers then see a wall of text without headings.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections import Counter
from html.parser import HTMLParser
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted(path.relative_to(ROOT / "docs").with_suffix("").as_posix() for path in (ROOT / "docs").rglob("*.md"))
FENCE = re.compile(r"^[ ]*(```+|~~~+).*?^[ ]*\1[ ]*$", re.MULTILINE | re.DOTALL)


class Rendered(HTMLParser):
    """What the main part of a page holds: how many of each tag, headings, and the text outside of code."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: Counter[str] = Counter()
        self.headings: list[str] = []
        self.prose = ""
        self._within: list[str] = []
        self._main = False
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self._main |= dict(attrs).get("role") == "main"
        if self._main and tag not in {"img", "br", "hr", "input", "meta", "link"}:
            self.tags[tag] += 1
            self._within.append(tag)
            if re.fullmatch(r"h[1-6]", tag):
                self.headings.append("")

    def handle_endtag(self, tag):
        if self._main and tag in self._within:
            while self._within.pop() != tag:
                pass
            self._main = bool(self._within)

    def handle_data(self, data):
        if self._main and any(re.fullmatch(r"h[1-6]", tag) for tag in self._within):
            self.headings[-1] += data
        if self._main and not {"code", "pre", "script", "style"} & set(self._within):
            self.prose += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("site")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", folder], cwd=ROOT, check=True)
    return folder


def plain(heading: str) -> str:
    return re.sub(r"[`*_\\¶]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip()


@pytest.mark.parametrize("page", PAGES)
def test_every_page_is_rendered(site: Path, page: str):
    source = (ROOT / "docs" / f"{page}.md").read_text(encoding="utf-8")
    where = site / ("index.html" if page == "index" else page if page.endswith("/index") else f"{page}/index.html")
    if page.endswith("/index"):
        where = site / f"{page}.html"
    shown = Rendered(where.read_text(encoding="utf-8"))
    outside = FENCE.sub("", source)
    wanted = [plain(line.lstrip("#")) for line in re.findall(r"^#{1,6} .*$", outside, re.MULTILINE)]
    assert [plain(heading) for heading in shown.headings] == wanted
    assert shown.tags["pre"] >= len(FENCE.findall(source))
    tables = len(re.findall(r"^\|?[ ]*:?-{3,}:?[ ]*\|", outside, re.MULTILINE))
    assert shown.tags["table"] == tables
    for markup in ("```", "~~~", "**", "](", "|--", "<!--"):
        assert markup not in shown.prose, shown.prose[max(0, shown.prose.index(markup) - 80) :][:200]


def test_the_test_sees_what_was_wrong():
    broken = Rendered('<div role="main"><h1>Tutorial</h1><p>```yaml title="bots.yaml" schema_version: 1</p><p>after</p></div><p>outside</p>')
    assert broken.headings == ["Tutorial"]
    assert "```" in broken.prose
    assert "after" in broken.prose
    assert "outside" not in broken.prose
