"""Registries in variables of a Dockerfile: ``FROM ${REGISTRY}/library/python``.

A variable in ``FROM`` must be declared by an ``ARG`` before the first ``FROM``.
``COPY --from=`` and ``RUN --mount=from=`` cannot contain a variable, so their
image gets a stage of its own at the top::

    FROM alpine:3                                 ARG REGISTRY=docker.io
    COPY --from=busybox:1.36 /bin/wget /bin/      FROM busybox:1.36 AS busybox

                                                  FROM alpine:3
                                                  COPY --from=busybox /bin/wget /bin/

This module only inserts lines (``insertion`` decides where); nothing is pulled
that was not pulled before, and other modules set the variables.  The lines are
in lower case if most instructions are, because ``# check=error=true`` makes a
mixture an error (``ConsistentInstructionCasing``).

The stage has the name of the last part of the image's name.  It differs from
``COPY --from=`` in one way: triggers in the image itself (``ONBUILD``) run.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Sequence
from itertools import chain

from rewrite_refs.formats.compose.interpolation import variable_of
from rewrite_refs.formats.dockerfile.insertion import offset_above, offset_after
from rewrite_refs.formats.dockerfile.instructions import STAGE_NAME, Parsed
from rewrite_refs.formats.dockerfile.stages import Reading
from rewrite_refs.formats.dockerfile.words import SPACES
from rewrite_refs.formats.variables import Declaration, ExtraStage, Prepared
from rewrite_refs.images.reference import name_of
from rewrite_refs.text.edits import Change, Edit, Unplaceable, edits_for, splice
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span

ONBUILD = "the instruction after ONBUILD runs in another build, without the variables and stages of this one"
NUMBERED = (
    "it cannot contain a variable, and a new stage would renumber those that --from= names by number: "
    "name the stages"
)
CHECKED = (
    "# check=error=true makes a variable without a default in FROM an error: write the placeholder with "
    "one, as in ${{{0}:-registry.example.com}}, or add skip=InvalidDefaultArgInFrom"
)
QUOTED = "BuildKit does not expand a variable in single quotes: use double quotes"

# Names that BuildKit reserves.
_RESERVED = frozenset({"context", "scratch"})
# More than the number of images in a file whose names have the same last part.
_MAX_NAMES = 1000


class View:
    """A Dockerfile in which registries can move into variables; a ``DeclaredView``.

    Raises:
        ParseError: BuildKit would reject the text.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        reading = source.once(Reading)
        self.occurrences: Sequence[Occurrence] = reading.occurrences
        self.script = reading.script
        self.parsed = reading.parsed
        self._defaults = reading.defaults
        self._names = reading.all_stages
        self._starts = [line.segments[0][1] for line in self.script.instructions]
        self._first = next(at for at, each in enumerate(self.parsed) if each.keyword == "from")

    @property
    def declarations(self) -> list[Declaration]:
        """The variables that the ``ARG`` before the first ``FROM`` declare, in order."""
        return [
            Declaration(each.name, None if each.value.pieces is None else each.value.text, each.start)
            for each in self._defaults
        ]

    @property
    def first_use(self) -> int:
        """The offset of the first ``FROM``."""
        return self._starts[self._first]

    def variable(self, piece: Piece) -> str | None:
        """Return the variable of an ``ARG`` whose whole default is a piece, or None."""
        if any(each.value.pieces == (piece,) for each in self._defaults):
            return next(each.name for each in self._defaults if each.value.pieces == (piece,))
        name = variable_of(self.source.text, piece.span) if piece.span else None
        return name if any(each.name == name for each in self._defaults) else None

    def reason(self, occurrence: Occurrence) -> str | None:
        """Return why a reference can have no variable and no extra stage, or None."""
        parsed = self._instruction(occurrence)
        if parsed is None or parsed.keyword == "from":
            return QUOTED if self.source.text.startswith("'", occurrence.site.start) else None
        if parsed.trigger:
            return ONBUILD
        if self._is_numbered:
            return NUMBERED
        try:
            _renamed(self.source.text, occurrence, "name")
        except Unplaceable as error:
            return str(error)
        return None

    def needs_stage(self, occurrence: Occurrence) -> bool:
        """Whether a reference needs its own stage, because it cannot have a variable."""
        parsed = self._instruction(occurrence)
        return parsed is not None and parsed.keyword in ("copy", "run")

    def is_directive(self, occurrence: Occurrence) -> bool:
        """Whether a reference is in the syntax directive, which is read first."""
        return self._instruction(occurrence) is None

    def is_used(self, name: str) -> bool:
        """Whether a variable is declared or used anywhere, scripts included."""
        use = re.compile(rf"\$\{{?{name}(?!\w)", re.ASCII)
        word = re.compile(rf"(?<!\w){name}(?!\w)", re.ASCII)
        for line, parsed in zip(self.script.instructions, self.parsed, strict=True):
            lines = (self.script.lines[number].text for body in line.heredocs for number in body)
            if any(use.search(each) for each in chain((line.text,), lines)):
                return True
            if parsed.keyword in ("arg", "env") and word.search(line.text):
                return True
        return False

    def is_declared_bare(self, name: str) -> bool:
        """Whether a stage declares a variable with the default of an earlier ARG."""
        args = (each.args.text for each in self.parsed[self._first :] if each.keyword == "arg")
        return any(re.search(rf"(?<!\S){name}(?!\S)", text, re.ASCII) for text in args)

    def has_own_default(self, name: str, default: str | None) -> bool:
        """Whether the global scope gives a variable a value other than *default*.

        That is, in a ``FROM`` or in an ``ARG`` before the first one.  As long as no ``ARG`` declares the
        variable, it has that value whatever a build passes.
        """
        same = "" if default is None else f"(?!:-{re.escape(default)}\\}})"
        other = re.compile(rf"\$\{{{name}(?=[^\w}}]){same}", re.ASCII)
        return any(
            other.search(each.args.text)
            for at, each in enumerate(self.parsed)
            if at < self._first or (each.keyword == "from" and not each.trigger)
        )

    def missing_default(self, name: str) -> str | None:
        """Return why checks reject a variable without a default in ``FROM``, or None.

        Source: ``ParseLintOptions`` and the rule ``InvalidDefaultArgInFrom`` in BuildKit's
        ``frontend/dockerfile/linter``.
        """
        value = next((each.value for each in self.script.directives if each.name == "check"), "")
        options = dict(part.partition("=")[::2] for part in re.sub(r"\s", "", value).split(";"))
        skipped = options.get("skip", "").split(",")
        is_strict = options.get("error", "").lower() in ("1", "t", "true")
        fails = is_strict and not {"all", "InvalidDefaultArgInFrom"} & set(skipped)
        return CHECKED.format(name) if fails else None

    def unexpanded(self, occurrence: Occurrence) -> str | None:
        """Return why a variable written in a reference has no effect; None if it has one."""
        is_plain = any(piece.known and "$" in piece.text for piece in occurrence.pieces)
        return QUOTED if is_plain else None

    def stages(self, images: Sequence[Sequence[Occurrence]]) -> list[ExtraStage]:
        """Return an extra stage with an unused name for each image in *images*."""
        uses = [each for group in images for each in group]
        others = {each.text for each in self.occurrences if each not in uses}
        taken = {each.lower() for each in chain(others, self._names, self._raw_images())} | _RESERVED
        stages = []
        for group in images:
            image = group[0].text
            texts = {each.text for each in group}
            foreign = taken | {each.text for each in uses if each.text not in texts}
            names = [each for each in _stage_names(image) if each not in foreign]
            name = next((each for each in names if not self._may_name_stage(each)), names[-1])
            taken.add(name)
            stages.append(ExtraStage(name, image, tuple(group)))
        return stages

    def prepared(self, declared: Sequence[str], early: bool, stages: Sequence[ExtraStage]) -> Prepared:
        """Return the text with an ``ARG`` for each *declared* variable, and extra stages.

        *early* is set if the default of an existing ``ARG`` needs one of the variables.
        """
        end = "\r\n" if "\r\n" in self.script.lines[0].end else "\n"
        arg, from_, as_ = ("arg", "from", "as") if self._is_lower else ("ARG", "FROM", "AS")
        args = [f"{arg} {each}{end}" for each in declared]
        extra = [f"{from_} {each.image} {as_} {each.name}{end}" for each in stages]
        froms = [at for at, each in enumerate(self.parsed) if each.keyword == "from" and not each.trigger]
        at_from, is_told = offset_above(self.script, self._first, froms)
        at_args = at_from
        if early:
            at_args, is_told = offset_above(self.script, 0, froms)
        elif self._first:
            at_args, is_told = offset_after(self.script, self._first - 1), False
        if args and is_told and not (extra and at_args == at_from):
            args.append(end)
        if extra:
            extra.append(end)
        inserts = {at_args: args, at_from: extra} if at_args != at_from else {at_from: args + extra}
        lines = [Edit(at, at, "".join(parts)) for at, parts in inserts.items() if parts]
        uses = (
            edit
            for stage in stages
            for each in stage.uses
            for edit in _renamed(self.source.text, each, stage.name)
        )
        edits = sorted({*lines, *uses})
        inserted, shift = [], 0
        for edit in edits:
            if edit in lines:
                inserted.append(Span(edit.start + shift, edit.start + shift + len(edit.text)))
            shift += len(edit.text) - (edit.end - edit.start)
        kept = tuple(edit for edit in edits if edit not in lines)
        return Prepared(Source(splice(self.source.text, edits)), kept, tuple(inserted))

    def _instruction(self, occurrence: Occurrence) -> Parsed | None:
        """Return the instruction that contains a reference; None for the syntax directive."""
        at = bisect_right(self._starts, occurrence.site.start)
        return self.parsed[at - 1] if at else None

    @property
    def _is_numbered(self) -> bool:
        """Whether ``--from=`` uses a stage number, so that no stage can be inserted."""
        values = (value.text for each in self.parsed if each.keyword == "copy" for value in each.flag("from"))
        return any(re.fullmatch(r"[+-]?[0-9]+", value) for value in values)

    @property
    def _is_lower(self) -> bool:
        """Whether most instructions are in lower case, as BuildKit's check counts them."""
        words = [line.text.lstrip(SPACES).split(maxsplit=1)[0] for line in self.script.instructions]
        counted = words[self._first :]
        return sum(each.islower() for each in counted) > sum(each.isupper() for each in counted)

    def _may_name_stage(self, stage: str) -> bool:
        """Whether a ``FROM`` with unknown variables could name a stage."""
        partial = (each.pieces for each in self.occurrences if each.holes and each.holes[0][0])
        patterns = (
            "".join(re.escape(piece.text) if piece.known else r"[\w.-]*" for piece in pieces)
            for pieces in partial
        )
        return any(re.fullmatch(pattern, stage) for pattern in patterns)

    def _raw_images(self) -> Iterator[str]:
        """Yield the images of ``FROM`` as they are written, including names of stages."""
        yield from (each.words()[0].text for each in self.parsed if each.keyword == "from")


def _renamed(text: str, occurrence: Occurrence, name: str) -> Sequence[Edit]:
    return edits_for(text, occurrence, (Change(0, len(occurrence.text), name),))


def _stage_names(image: str) -> Iterator[str]:
    """Yield names for the stage of an image, the best one first."""
    last = name_of(image).rpartition("/")[2]
    tag = image.partition("@")[0][len(name_of(image)) + 1 :].lower()
    names = (last, f"{last}-{tag}" if tag else last, f"image-{last}")
    yield from (each for each in names if STAGE_NAME.fullmatch(each))
    yield from (f"image-{last}-{number}" for number in range(2, _MAX_NAMES))
