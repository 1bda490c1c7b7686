"""The files of a run, each read once, and the configuration that holds for each folder."""

from __future__ import annotations

import os
import re
from collections import OrderedDict
from pathlib import Path, PurePath
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
from rewrite_refs.repository.options import RunOptions
from rewrite_refs.repository.policy import Override, Policies
from rewrite_refs.text.source import Source

CHART = "Chart.yaml"

# Bytes of the files that are kept with what was parsed of them, which takes some twenty times as much.
_MAX_KEPT = 1_000_000
_ASSIGNED = re.compile(r"^[ \t]*(?:export[ \t]+)?(\w+)[ \t]*=", re.MULTILINE)


class Area(NamedTuple):
    """What one configuration says, for the files that go by it.

    Attributes:
        policies: Cache rules, registries, styles and lint settings.
        root: The folder of the repository, or None where there is none to look through.
        exclude: The files to leave.
        assigned: The formats that the configuration gives to files.
        embedded: Whether texts inside other texts count as references as well.
        configuration: What messages call the file; None where there is none.
    """

    policies: Policies
    root: Path | None = None
    exclude: tuple[Patterns, ...] = ()
    assigned: Assigned = Assigned()
    embedded: bool = False
    configuration: str | None = None

    def excludes(self, path: Path) -> bool:
        """Whether the configuration leaves a file (absolute) out."""
        return any(patterns.match(path) for patterns in self.exclude)


class Workspace:
    """The files of a run and their configurations.

    Attributes:
        cwd: The working folder, absolute.
        start: The folder of the run's first path.
        top: The repository of the first path of the run, or its folder; None for a file outside of one.
        warnings: What to say about the configurations that were opened; whoever prints it clears it.
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
        self._files: OrderedDict[Path, File] = OrderedDict()
        self._kept = 0

    # --- configurations

    def area(self, folder: Path) -> Area:
        """What the configuration for a folder (absolute) says.  Raises ConfigError."""
        if folder not in self._configurations:
            self._configurations[folder] = self._configuration(folder)
        place = self._configurations[folder]
        if place not in self._areas:
            self._areas[place] = self._opened(place)
        return self._areas[place]

    def policies(self, path: Path | None = None) -> Policies:
        """The policies for a file (absolute), or for the run's first path.  Raises ConfigError."""
        return self.area(path.parent if path else self.start).policies

    def _configuration(self, folder: Path) -> Path | None:
        """Where the configuration for a folder is."""
        if self.options.no_config:
            return None
        if self.options.config is not None:
            return self.options.config
        return locate(folder, self._top_of(folder), lambda path: os.path.relpath(path, self.cwd))

    def _top_of(self, folder: Path) -> Path:
        """The folder above which no configuration is looked for: that of the checkout, if there is one."""
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
        """What configuration and options say about the lint rules."""
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
        """Whether a configuration excludes a file (absolute), or what it is called by another *name*.

        The configurations of its folder count, of the folders above, and of the run's first path; none
        takes back what another leaves out.
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
        """The top folder of the git checkout that a folder (absolute) is in, or None."""
        if folder not in self._roots:
            self._roots[folder] = root_of(folder)
        return self._roots[folder]

    def boundary(self, folder: Path) -> Path:
        """The folder that links below *folder* (absolute) may not leave, and that paths count from."""
        return self.root_of(folder) or (self.cwd if folder.is_relative_to(self.cwd) else folder)

    def listing(self, root: Path) -> list[Path]:
        """The files below the root of a repository, as git sees them."""
        if root not in self._listings:
            self._listings[root] = list(walk(root))
        return self._listings[root]

    def chart_of(self, path: Path, root: Path) -> Path | None:
        """The folder of the Helm chart that a file below *root* belongs to, or None."""
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
        """A path (absolute) as reports write it: relative to the working folder, with ``/``."""
        return Path(os.path.relpath(path, self.cwd)).as_posix()

    def file(self, path: Path) -> File | None:
        """A regular file (absolute), read once; None where there is none.  Raises OSError."""
        if path in self._files:
            self._files.move_to_end(path)
            return self._files[path]
        data = io.read(path)
        return None if data is None else self.keep(path, data)

    def keep(self, path: Path, data: bytes) -> File:
        """The file at a path (absolute) with this content, for everyone who asks from now on."""
        root = self.boundary(path.parent)
        file = File(path.relative_to(root), data, self.chart_of(path, root) is not None)
        if path in self._files:
            self._kept -= len(self._files.pop(path).data)
        self._files[path] = file
        self._kept += len(data)
        while self._kept > _MAX_KEPT and len(self._files) > 1:
            self._kept -= len(self._files.popitem(last=False)[1].data)
        return file

    def source(self, path: Path) -> Source | None:
        """The text of a file, or None where there is none, it cannot be read, or it is not UTF-8."""
        try:
            file = self.file(path)
            return file.source if file else None
        except (OSError, UnicodeDecodeError):
            return None

    def context(self, path: Path, file: File) -> FileContext | None:
        """What holds for a file; None where it is of no format.  Raises ConfigError."""
        area = self.area(path.parent)
        placeholders = area.policies.placeholders
        seen = File(file.path, with_hosts(file.data, placeholders), file.chart) if placeholders else file
        actions = any("{{" in each for each in placeholders)
        format = detect(seen, area.assigned.format(path), actions)
        return None if format is None else self.context_as(path, with_placeholders(format, placeholders))

    def context_as(self, path: Path, format: Format, area: Area | None = None) -> FileContext:
        """What holds for a file that is read in a given format, in its own area or another one.

        Raises ConfigError.
        """
        area = area or self.area(path.parent)
        policy = area.policies.of(path)
        style = policy.style(format)
        if style.parameter and format.variables and format.variables.beside:
            style = style._replace(taken=self._env_file_variables(path.parent / format.variables.beside))
        root = self.boundary(path.parent)
        in_chart = self.chart_of(path, root) is not None
        name = PurePath(path.relative_to(root)).as_posix()
        return FileContext(path, name, area.root, format, policy.rules, style, in_chart)

    def _env_file_variables(self, path: Path) -> frozenset[str]:
        """The variables that a file of assignments sets, such as the ``.env`` that Compose reads."""
        source = self.source(path)
        return frozenset(_ASSIGNED.findall(source.text)) if source else frozenset()
