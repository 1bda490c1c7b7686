"""``required-version``: the versions of rewrite-refs that a configuration needs.

It is read before all else.  Otherwise an older version would report keys that it does not
know in a newer file, and hide the real problem.
"""

from __future__ import annotations

from rewrite_refs import __version__
from rewrite_refs.config.nodes import ConfigErrors, Node, kind
from rewrite_refs.errors import ConfigError

KEY = "required-version"


def check_version(errors: ConfigErrors, root: Node | None, version: str = __version__) -> None:
    """Raise ConfigError if a configuration requires another version than this one.

    A value that is not a version specifier is added to the mistakes.
    Source: PyPA's "Version specifiers" (formerly PEP 440).
    """
    for key, value in root.value if root is not None and kind(root) == "a mapping" else ():
        if key.value != KEY:
            continue
        line = key.start_mark.line + 1
        if kind(value) == "a number":
            errors.add(line, f'{KEY} is a range of versions: write ">={value.value}", in quotes')
            continue
        wanted = errors.text(value, KEY, line)
        if wanted is not None and not _is_met(errors, wanted, version, line):
            raise ConfigError(
                f"{errors.shown}:{line}: this configuration needs rewrite-refs {wanted}, "
                f"but this is {version}: install another version"
            )


def _is_met(errors: ConfigErrors, wanted: str, version: str, line: int) -> bool:
    """Whether *version* satisfies *wanted*; also True if *wanted* is invalid."""
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        specifiers = SpecifierSet(wanted)
    except InvalidSpecifier:
        specifiers = SpecifierSet()
    if not len(specifiers):
        errors.add(
            line, f'{wanted!r} is not a valid range of versions: use one such as ">=0.2,<1", in quotes'
        )
        return True
    return specifiers.contains(version, prereleases=True)
