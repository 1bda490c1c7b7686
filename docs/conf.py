"""Configuration of Sphinx, which builds a site from these pages.

pip install -e '.[docs]'
sphinx-build -W -n docs site                  builds the site in the folder site
sphinx-build -b linkcheck docs site/links     requests every link on the network
"""

from sphinx.application import Sphinx

# In the order of the menu.
PAGES = (
    "migration",
    "check",
    "rules",
    "ci",
    "reports",
    "troubleshooting",
    "found",
    "formats",
    "configuration",
    "cache-rules",
    "command-line",
    "ARCHITECTURE",
)

project = "rewrite-refs"
extensions = ["myst_parser"]
exclude_patterns = ["site"]
html_theme = "furo"
html_title = "rewrite-refs"
html_show_copyright = False
html_show_sourcelink = False
html_copy_source = False
myst_heading_anchors = 4
# Console blocks contain output, which is not shell.
suppress_warnings = ["misc.highlighting_failure"]


def _add_menu(_app: Sphinx, name: str, source: list[str]) -> None:
    """Add the menu to the first page, whose source is easier to read without it."""
    if name == "index":
        source[0] += "\n```{toctree}\n:hidden:\n\n" + "\n".join(PAGES) + "\n```\n"


def setup(app: Sphinx) -> None:
    """Register the menu; called by Sphinx."""
    app.connect("source-read", _add_menu)
