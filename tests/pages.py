"""The pages of the documentation, and what they contain."""

import re

from tests.checkout import PROJECT

PAGES = {
    path.relative_to(PROJECT).as_posix(): path.read_text(encoding="utf-8")
    for path in (PROJECT / "README.md", PROJECT / "CONTRIBUTING.md", *sorted((PROJECT / "docs").glob("*.md")))
}
GENERATED = ("docs/rules.md", "docs/formats.md")
_FENCE = re.compile(r"^( *)```(\w+)\n(.*?)^ *```$", re.DOTALL | re.MULTILINE)


def blocks(page: str, language: str) -> list[str]:
    """The code blocks of a page in a language, without the indentation of the fence."""
    found = []
    for indent, name, text in _FENCE.findall(PAGES[page]):
        if name == language:
            found.append(re.sub(f"^{indent}", "", text, flags=re.MULTILINE))
    return found


def everywhere(language: str) -> list[tuple[str, str]]:
    """The code blocks of all pages in a language, each with its page."""
    return [(page, block) for page in PAGES for block in blocks(page, language)]


def prose(page: str) -> str:
    """A page without its code blocks."""
    return _FENCE.sub("", PAGES[page])


def table(page: str, first: str) -> list[list[str]]:
    """The rows below the head whose first cell is *first*."""
    rows = re.search(rf"^\| {first} \|.*\n\|[-|]+\n((?:\|.*\n)+)", PAGES[page], re.MULTILINE)
    assert rows, (page, first)
    return [
        [cell.strip() for cell in re.split(r"(?<!\\)\|", row.strip().strip("|"))]
        for row in rows[1].splitlines()
    ]


def code(cell: str) -> list[str]:
    """The spans of code in a text."""
    return re.findall(r"`([^`]+)`", cell)


def anchors(page: str) -> set[str]:
    """The anchors that GitHub makes of the headings of a page."""
    seen: dict[str, int] = {}
    found = set()
    for heading in re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE):
        name = re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-")
        number = seen.get(name, 0)
        seen[name] = number + 1
        found.add(f"{name}-{number}" if number else name)
    return found


def links(page: str) -> list[str]:
    """What the links and pictures of a page lead to."""
    return re.findall(r"\]\(([^)\s]+)\)", prose(page))
