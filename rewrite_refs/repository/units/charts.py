"""Helm charts: default registries for values that name none, and images in values.

Such a registry is in the values that a file overrides, or a template falls back to it or always sets it:

    image: "{{ .Values.image.registry | default "quay.io" }}/{{ .Values.image.repository }}"
    image: "{{ .Values.mirror }}/{{ .Values.image.repository }}"
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.formats import FORMATS
from rewrite_refs.formats.helm.keys import registry_of
from rewrite_refs.images.placeholders import head_of
from rewrite_refs.repository.workspace import CHART, Workspace
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Span
from rewrite_refs.yaml import tree as yamltree
from rewrite_refs.yaml.references import is_head, is_host, text_of
from rewrite_refs.yaml.scalars import Scalar
from rewrite_refs.yaml.tree import Mapping, Node, descendants, fields, items

VALUES = "values.yaml"
VALUES_FORMAT = next(each for each in FORMATS if each.layered)

_VALUE = re.compile(r"\.Values\.([\w.]*\w)")
_INCLUDE = re.compile(r"\b(?:include|template)\s+\"([^\"]+)\"")
_DEFINE = re.compile(r"\{\{-?\s*define\s+\"([^\"]+)\"(.*?)(?=\{\{-?\s*define\s|\Z)", re.DOTALL)
# The registry of a cache may be a placeholder such as ${ECR_REGISTRY}.
_ACTION = re.compile(r"\{\{(?:[^{}]|\$\{[^{}]*\})*\}\}/?")
_SETS = re.compile(r"\{\{-?\s*(\$\w+)\s*:=")
_REGISTRY = re.compile(r"\.Values\.((?:\w+\.)*(?:\w+R|r)egistry)\b")
_BEFORE = r"\{\{-?\s*\$?\.Values\.(?P<path>[\w.]+)\s*-?\}\}/\{\{-?\s*\$?\.Values"
# A literal that begins with a host, or a placeholder for one, and is not the name of a template.
_HOST = re.compile(
    r"(?<!include )(?<!template )[\"`]"
    r"((?:(?:[\w-]+\.)+[a-z]{2,}(?::\d+)?|[\w.-]*\$[\w.:${}-]*)(?:/[\w./-]*)?)[\"`]"
)


class Default(NamedTuple):
    """A registry that a chart's own values or templates set, and where they do.

    ``owner`` is set if a template appends a path to the name, which is then only an owner.
    """

    registry: str
    path: Path
    owner: bool = False


class Charts:
    """The charts of a run's files."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._named: dict[Path, dict[str, str]] = {}
        self._templates: dict[Path, list[Path]] = {}

    def default(self, path: Path, root: Path, keys: Sequence[str]) -> Default | None:
        """Return the registry below *keys* in the values that the file *path* overrides.

        For every other file of values in a chart, these are the chart's ``values.yaml``, and those
        of a subchart (in ``charts/``, or at ``file://``) below the subchart's name.  The templates
        of both come last.  A registry that is present and empty in the file itself hides those of
        other values.
        """
        chart = self._workspace.chart_of(path, root)
        if chart is None:
            return None
        charts = [(chart, keys), *((each, keys[1:]) for each in self._subcharts(chart, root, keys))]
        if "registry" not in self._values(path, keys):
            for folder, inner in charts:
                registry = registry_of(self._values(folder / VALUES, inner))
                if folder / VALUES != path and (is_head(registry) or head_of(text_of(registry))):
                    return Default(text_of(registry), folder / VALUES)
        return next((found for folder, inner in charts for found in self._in_templates(folder, inner)), None)

    def named_templates(self, chart: Path) -> dict[str, str]:
        """Return the named templates of a chart, each with the text after its ``define``."""
        if chart not in self._named:
            found: dict[str, str] = {}
            for file in self._template_files(chart):
                text = self._text(file)
                for each in _DEFINE.finditer(text) if "define" in text else ():
                    found.setdefault(each[1], each[2])
            self._named[chart] = found
        return self._named[chart]

    def registry_span(self, chart: Path, keys: Sequence[str] | None) -> Span | None:
        """Return the span of the registry below *keys* in a chart's own values, or None."""
        registry = registry_of(self._values(chart / VALUES, keys)) if keys is not None else None
        return registry.span if isinstance(registry, Scalar) and is_host(registry) else None

    def names_image(self, chart: Path, keys: Sequence[str]) -> bool:
        """Whether the values of a chart name an image below *keys*."""
        source = self._source(chart / VALUES)
        node = source.derived(_root) if source else None
        images = source.derived(_images) if source else ()
        for key in keys:
            node = fields(node).get(key) if isinstance(node, Mapping) else None
        below = descendants(node) if node is not None else ()
        spans = [each.span for each in below if isinstance(each, Scalar)]
        return any(span.start <= at <= span.end for span in spans for at in images)

    def _subcharts(self, chart: Path, root: Path, keys: Sequence[str]) -> Iterator[Path]:
        """Yield the folders of the charts that the first of *keys* may configure."""
        if not keys:
            return
        if "/" not in keys[0] and keys[0] not in (".", ".."):  # or it would leave the folder of the chart
            yield chart / "charts" / keys[0]
        for name in (CHART, "requirements.yaml"):
            dependencies = self._values(chart / name, ()).get("dependencies")
            for each in items(dependencies):
                values = fields(each)
                place = text_of(values.get("repository"))
                folder = (chart / place.removeprefix("file://")).resolve()
                is_local = place.startswith("file://") and folder.is_relative_to(root.resolve())
                if is_local and keys[0] in (text_of(values.get("name")), text_of(values.get("alias"))):
                    yield folder

    def _values(self, file: Path, keys: Sequence[str]) -> dict[str, Node]:
        """Return the mapping below *keys* in a file of values; empty where there is none."""
        source = self._source(file)
        node = source.derived(_root) if source else None
        for key in keys:
            node = fields(node).get(key) if isinstance(node, Mapping) else None
        return fields(node)

    def _in_templates(self, chart: Path, keys: Sequence[str]) -> Iterator[Default]:
        """Yield the registries that templates use where values below *keys* have none."""
        own = re.escape(".".join(["", *keys, ""]))
        value = re.compile(rf"\.Values{own}(?:registry\b|repository\b.*/\Z)", re.DOTALL)
        for file in self._template_files(chart):
            text = self._text(file)
            yield from self._put_before(text, chart, keys, file)
            if re.search(rf"\.Values{own}repository\s*\}}\}}/[a-z0-9]", text):
                yield Default("", file, owner=True)
            for action in _ACTION.finditer(text) if f".Values{'.'.join(['', *keys, ''])}" in text else ():
                if not value.search(action[0]):
                    continue
                sources = "".join(_sources(text, action))
                hosts = [each[1] for each in _HOST.finditer(sources)]
                if hosts:
                    yield Default(hosts[-1], file)
                for other in _REGISTRY.finditer(action[0]):
                    *path, key = other[1].split(".")
                    general = text_of(self._values(chart / VALUES, path).get(key))
                    if general:
                        yield Default(general, chart / VALUES)

    def _put_before(self, text: str, chart: Path, keys: Sequence[str], file: Path) -> Iterator[Default]:
        """Yield registries that templates put before the name below *keys*.

        An example is ``{{ .Values.hub }}/{{ .Values.name }}``.  A value that the template tests first
        (``if .Values.hub``) may be left out, and so may an empty one; they are skipped.
        """
        own = re.escape(".".join(["", *keys, ""]))
        for found in re.finditer(_BEFORE + rf"{own}(?:repo|repository|name|image\w*)\b", text):
            *path, key = found["path"].split(".")
            asked = re.search(rf"\bif\b[^{{}}]*\.Values\.{re.escape(found['path'])}\b", text)
            if path == list(keys) or asked:
                continue
            values = self._values(chart / VALUES, path)
            if key not in values:
                yield Default(f".Values.{found['path']}", file)
            elif text_of(values[key]):
                yield Default(text_of(values[key]), chart / VALUES)

    def _template_files(self, chart: Path) -> list[Path]:
        """Return the templates of a chart, in order."""
        if chart not in self._templates:
            files = sorted((chart / "templates").rglob("*"))
            self._templates[chart] = [each for each in files if each.suffix in (".yaml", ".yml", ".tpl")]
        return self._templates[chart]

    def _source(self, file: Path) -> Source | None:
        """Return the text of a file; None where it cannot be read.

        Bytes that are not UTF-8 are replaced.
        """
        source = self._workspace.source(file)
        if source is not None:
            return source
        try:
            read = self._workspace.file(file)
        except OSError:
            return None
        return Source(read.data.decode("utf-8", "replace")) if read else None

    def _text(self, file: Path) -> str:
        source = self._source(file)
        return source.text if source else ""


def values_used(text: str, named: dict[str, str]) -> Iterator[str]:
    """Yield the paths below ``.Values`` that a template or its *named* ones use."""
    pending, seen = [text], {text}
    while pending:
        each = pending.pop(0)
        yield from (found[1] for found in _VALUE.finditer(each))
        bodies = [named[found[1]] for found in _INCLUDE.finditer(each) if found[1] in named]
        pending += [body for body in dict.fromkeys(bodies) if body not in seen]
        seen.update(bodies)


def _root(source: Source) -> Node | None:
    """Return the first root node of a text, or None where it cannot be read."""
    return next(yamltree.roots(source, bool, lambda document: False, []), None)


def _images(source: Source) -> tuple[int, ...]:
    """Return the offsets of the images in values."""
    return tuple(each.span.start for each in VALUES_FORMAT.found(source)[0])


def _sources(text: str, action: re.Match[str]) -> Iterator[str]:
    """Yield an action, and the later ones that use the variable that it sets."""
    yield action[0]
    variable = _SETS.match(action[0])
    end = text.find("define ", action.end())
    for other in _ACTION.finditer(text, action.end(), end if end >= 0 else len(text)) if variable else ():
        if variable and re.search(rf"{re.escape(variable[1])}\b", other[0]):
            yield other[0]
