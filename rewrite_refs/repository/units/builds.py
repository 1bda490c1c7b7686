"""Images and build contexts that the repository builds itself.

A service with ``build:`` in a Compose file names the image that it builds, and so does an artifact of
Skaffold.  No upstream has these images, in whatever file of the repository they are used.  An additional
context of a build is a name for ``FROM`` only in the files that a build reads.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.context import FileContext
from rewrite_refs.formats import FORMATS
from rewrite_refs.images.reference import LIBRARY, InvalidReference, Reference
from rewrite_refs.images.upstreams import OFFICIAL
from rewrite_refs.repository.workspace import Workspace
from rewrite_refs.text.spans import Occurrence

_BUILDERS = tuple(each.builds for each in FORMATS if each.builds)


@dataclass(frozen=True)
class Built:
    """The images and contexts of a repository, each with the file that builds it.

    Attributes:
        images: Names of images, and names with a tag.
        contexts: Names of build contexts, with a tag.
        recipes: Names of images with the Dockerfiles (links resolved) that they are built from.
    """

    images: dict[str, str] = field(default_factory=dict)
    contexts: dict[str, str] = field(default_factory=dict)
    recipes: set[tuple[str, Path]] = field(default_factory=set)


class Builds:
    """Marks the images that the repository builds as its own."""

    def __init__(self, workspace: Workspace) -> None:
        self._workspace = workspace
        self._built: dict[Path, Built] = {}

    def __call__(self, verdict: Verdict, occurrence: Occurrence, context: FileContext) -> Verdict:
        """Return the verdict on a reference, after the images that are built here."""
        reference, root = verdict.reference, context.root
        if reference is None or root is None or verdict.status not in ("direct", "unmapped", "wrong"):
            return verdict
        if root not in self._built:
            self._built[root] = built_in(self._workspace, root)
        reason = _built_by(reference, self._built[root], context)
        return Verdict("own", reference, reason=reason) if reason else verdict


def built_in(workspace: Workspace, root: Path) -> Built:
    """Return what the files below the root of a repository build."""
    built = Built()
    for path in workspace.listing(root):
        if not path.name.lower().endswith((".yml", ".yaml")) or path.is_symlink():
            continue
        source = workspace.source(path)
        text = source.text if source else ""
        if "build" not in text or ("image" not in text and "additional_contexts" not in text):
            continue
        shown = path.relative_to(root).as_posix()
        for builds in (read(source) for read in _BUILDERS if source):
            for reference in _references(builds.images):
                built.images.setdefault(reference.name, shown)
                built.images.setdefault(_tagged(reference), shown)
            for name, recipe in builds.recipes:
                dockerfile = (path.parent / recipe).resolve()
                built.recipes.update((each.name, dockerfile) for each in _references([name]))
            for reference in _references(builds.contexts):
                built.contexts.setdefault(_tagged(reference), shown)
    return built


def _built_by(reference: Reference, built: Built, context: FileContext) -> str | None:
    """Return why a reference names something built here, or None where it does not."""
    if context.format.recipe and (reference.name, context.path.resolve()) in built.recipes:
        return None  # an image is not built from itself: this one is pulled
    tagged = _tagged(reference)
    # Derived images often have the name of an official one: own only with exactly the tag that is built.
    if reference.repository.removeprefix(LIBRARY) not in OFFICIAL:
        if context.format.recipe and tagged in built.contexts:
            return f"a build context in {built.contexts[tagged]}"
        if reference.name in built.images:
            return f"built by {built.images[reference.name]}"
    return f"built by {built.images[tagged]}" if tagged in built.images else None


def _tagged(reference: Reference) -> str:
    return f"{reference.name}:{reference.tag or 'latest'}"


def _references(texts: Iterable[str]) -> Iterator[Reference]:
    for text in texts:
        try:
            yield Reference.parse(text)
        except InvalidReference:
            continue
