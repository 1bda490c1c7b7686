"""The files of a run, each read once, and the configuration of each folder."""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.config.access import Access
from rewrite_refs.config.load import Config, combined, load, locate
from rewrite_refs.engine.context import FileContext
from rewrite_refs.engine.style import Style
from rewrite_refs.files import io
from rewrite_refs.files.patterns import Patterns
from rewrite_refs.files.walk import root_of, walk
from rewrite_refs.formats.base import File, Format
from rewrite_refs.formats.detect import Assigned, detect
from rewrite_refs.formats.placeholders import with_hosts, with_placeholders
from rewrite_refs.images.hosts import caveat
from rewrite_refs.lint.settings import Settings
from rewrite_refs.repository.kept import KeptFiles
from rewrite_refs.repository.options import RunOptions
from rewrite_refs.repository.policy import Override, Policies
from rewrite_refs.text.source import Source

CHART = "Chart.yaml"

# Bytes of memory for files and what was parsed from them.
_MAX_KEPT = 8_000_000
# Other files of a chart are judged by these, so they are needed until the last one is read.
_OF_CHARTS = frozenset({CHART, "requirements.yaml", "values.yaml"})
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=", re.MULTILINE)


class Area(NamedTuple):
    """The settings of one configuration, for the files that it applies to.

    Attributes:
        policies: Cache rules, registries, styles and lint settings.
        root: The root folder of the repository; None where there is none to search.
        exclude: The files to leave out.
        assigned: The formats that the configuration assigns to files.
        embedded: Whether texts inside other texts count as references as well.
        configuration: The path of the file as messages write it; None where there is none.
    """

    policies: Policies
    root: Path | None = None
    exclude: tuple[Patterns, ...] = ()
    assigned: Assigned = Assigned()
    embedded: bool = False
    configuration: str | None = None

    def excludes(self, path: Path) -> bool:
        """Whether the configuration excludes a file (absolute)."""
        return any(patterns.match(path) for patterns in self.exclude)


class Workspace:
    """The files of a run and their configurations.

    Attributes:
        cwd: The working folder, absolute.
        start: The folder of the run's first path.
        top: The repository of the first path of the run, or its folder; None for a file outside of one.
        warnings: Warnings about the opened configurations; the code that prints them clears the list.
    """

    def __init__(
        self,
        cwd: Path,
        start: Path | None = None,
        top: Path | None = None,
        options: RunOptions | None = None,
    ) -> None:
        self.cwd = cwd
        self.start = start or cwd
        self.top = top
        self.options = options or RunOptions()
        self.warnings: list[str] = []
        self._areas: dict[Path | None, Area] = {}
        self._configurations: dict[Path, Path | None] = {}
        self._chains: dict[Path, tuple[Area, ...]] = {}
        self._roots: dict[Path, Path | None] = {}
        self._charts: dict[tuple[Path, Path], Path | None] = {}
        self._listings: dict[Path, list[Path]] = {}
        self._files = KeptFiles(_MAX_KEPT)

    # --- configurations

    def area(self, folder: Path) -> Area:
        """Return the settings of the configuration for a folder (absolute).

        Raises:
            ConfigError: The configuration has mistakes.
        """
        if folder not in self._configurations:
            self._configurations[folder] = self._configuration(folder)
        place = self._configurations[folder]
        if place not in self._areas:
            self._areas[place] = self._opened(place)
        return self._areas[place]

    def policies(self, path: Path | None = None) -> Policies:
        """Return the policies for a file (absolute), or for the run's first path.

        Raises:
            ConfigError: The configuration has mistakes.
        """
        return self.area(path.parent if path else self.start).policies

    def _configuration(self, folder: Path) -> Path | None:
        """Return the path of the configuration for a folder."""
        if self.options.no_config:
            return None
        if self.options.config is not None:
            return self.options.config
        return locate(folder, self._top_of(folder), lambda path: os.path.relpath(path, self.cwd))

    def _top_of(self, folder: Path) -> Path:
        """Return the folder above which no configuration is searched.

        That is the folder of the checkout, if there is one.
        """
        inside = self.cwd if folder.is_relative_to(self.cwd) else self.top or folder
        return self.root_of(folder) or inside

    def _opened(self, place: Path | None) -> Area:
        options = self.options
        config, name = Config(), None
        if place is not None:
            is_named = options.config is not None
            name = options.config_name if is_named else os.path.relpath(place, self.cwd)
            access = Access(self._top_of(self.start if is_named else place.parent), options.allow_extends)
            config = load(place, name, access, is_named)
        registry, rules = combined(config, options.registry, options.rules)
        root = self.root_of(config.folder) if config.folder and options.config is None else None
        root = root or self.top
        folder = config.folder or root or self.cwd
        base = options.direction(
            registry, rules, config.aliases, config.own, logged_in=config.runners_logged_in
        )
        overrides = [
            Override(Patterns(folder, each.files), each.registry, each.rules, each.style)
            for each in config.overrides
        ]
        parameters = config.parameters
        parameter = Style(True, parameters.default == "upstream", parameters.names)
        policies = Policies(base, overrides, config.style, parameter, self._settings(config, folder))
        for host in dict.fromkeys(cache.registry for cache in policies.caches()):
            if trouble := caveat(host):
                self.warnings.append(f"{host}: {trouble}")
        exclude = (Patterns(folder, config.exclude), Patterns(root or self.cwd, options.exclude))
        assigned = Assigned.of(config.formats, folder)
        return Area(policies, root, exclude, assigned, options.embedded or config.embedded, name)

    def _settings(self, config: Config, folder: Path) -> Settings:
        """Return the lint settings from the configuration and the options."""
        per_file = tuple(
            (Patterns(folder, [pattern]), frozenset(rules))
            for pattern, rules in config.lint.per_file_ignores.items()
        )
        options = self.options
        return Settings(
            config.lint.severity,
            per_file,
            config.lint.ignore_images,
            options.select,
            options.ignore,
            options.strict,
        )

    def excludes(self, path: Path, name: Path | None = None) -> bool:
        """Whether a configuration excludes a file (absolute), or its other *name*.

        The configurations of its folder, of the folders above and of the run's first path count; none of them
        can include a file that another one excludes.
        """
        folder = path.parent
        if folder not in self._chains:
            root = self.boundary(folder)
            above = [each for each in (folder, *folder.parents) if each.is_relative_to(root)]
            areas = {id(area): area for area in map(self.area, (*above, self.start))}
            self._chains[folder] = tuple(areas.values())
        return any(area.excludes(name or path) for area in self._chains[folder])

    # --- folders

    def root_of(self, folder: Path) -> Path | None:
        """Return the top folder of the git checkout of a folder (absolute), or None."""
        if folder not in self._roots:
            self._roots[folder] = root_of(folder)
        return self._roots[folder]

    def boundary(self, folder: Path) -> Path:
        """Return the folder that links below *folder* (absolute) may not leave.

        Paths are relative to it.
        """
        return self.root_of(folder) or (self.cwd if folder.is_relative_to(self.cwd) else folder)

    def listing(self, root: Path) -> list[Path]:
        """Return the files below the root of a repository, as git sees them."""
        if root not in self._listings:
            self._listings[root] = list(walk(root))
        return self._listings[root]

    def chart_of(self, path: Path, root: Path) -> Path | None:
        """Return the folder of the Helm chart of a file below *root*, or None."""
        passed: list[Path] = []
        found: Path | None = None
        for folder in path.parents:
            if (root, folder) in self._charts:
                found = self._charts[root, folder]
                break
            passed.append(folder)
            if (folder / CHART).is_file():
                found = folder
            if found or folder == root:
                break
        self._charts.update(dict.fromkeys(((root, each) for each in passed), found))
        return found

    # --- files

    def shown(self, path: Path) -> str:
        """Return a path (absolute) as reports write it.

        It is relative to the working folder, with ``/``.
        """
        return Path(os.path.relpath(path, self.cwd)).as_posix()

    def file(self, path: Path) -> File | None:
        """Return a regular file (absolute), read once; None where there is none.

        Raises:
            OSError: The file cannot be read.
        """
        known = self._files.get(path)
        if known is not None:
            return known
        data = io.read(path)
        return None if data is None else self.keep(path, data)

    def keep(self, path: Path, data: bytes) -> File:
        """Return the file at a path (absolute) with the given content, and remember it.

        While it is remembered, all readers of the path get this content.
        """
        root = self.boundary(path.parent)
        file = File(path.relative_to(root), data, self.chart_of(path, root) is not None)
        self._files.put(path, file)
        return file

    def settle(self, path: Path, format: Format) -> None:
        """Note that a file (absolute) of a format was visited, so that it may be forgotten first.

        Some files of a chart are needed to judge all others; a file that is neither YAML nor a template is
        needed for no other, and is forgotten at once.
        """
        if format.syntax != "yaml" and not format.templated:
            self._files.drop(path)
        elif path.name not in _OF_CHARTS:
            self._files.settle(path)

    def source(self, path: Path) -> Source | None:
        """Return the text of a file; None where it is missing, unreadable or not UTF-8."""
        try:
            file = self.file(path)
            return file.source if file else None
        except (OSError, UnicodeDecodeError):
            return None

    def context(self, path: Path, file: File) -> FileContext | None:
        """Return the context of a file; None where it has no format.

        Raises:
            ConfigError: The configuration has mistakes.
        """
        area = self.area(path.parent)
        placeholders = area.policies.placeholders
        data = with_hosts(file.data, placeholders) if placeholders else file.data
        seen = file if data == file.data else File(file.path, data, file.chart)
        actions = any("{{" in each for each in placeholders)
        format = detect(seen, area.assigned.format(path), actions)
        return None if format is None else self.context_as(path, with_placeholders(format, placeholders))

    def context_as(self, path: Path, format: Format, area: Area | None = None) -> FileContext:
        """Return the context of a file that is read in a given format.

        Its area is the file's own, unless another one is given.

        Raises:
            ConfigError: The configuration has mistakes.
        """
        area = area or self.area(path.parent)
        policy = area.policies.of(path)
        style = policy.style(format)
        if style.parameter and format.variables and format.variables.beside:
            style = style._replace(taken=self._env_file_variables(path.parent / format.variables.beside))
        return FileContext(path, area.root, format, policy.rules, style)

    def _env_file_variables(self, path: Path) -> frozenset[str]:
        """Return the variables that a file such as the ``.env`` that Compose reads sets."""
        source = self.source(path)
        return frozenset(_ASSIGNED.findall(source.text)) if source else frozenset()
