"""From what is known of one text to its findings: ask each rule, and leave out what is ignored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.engine.ignores import WORDS, Comment, Comments, lines_of
from rewrite_refs.engine.rewrite import Judged
from rewrite_refs.errors import Problem
from rewrite_refs.images.reference import Reference
from rewrite_refs.lint.base import Rule, Said
from rewrite_refs.lint.registry import BY_NAME, OF_REFERENCES, OF_VERDICTS
from rewrite_refs.lint.rules import (
    blanket_ignore,
    digest_needs_warmup,
    unknown_ignore,
    unparsable_file,
    unused_ignore,
)
from rewrite_refs.lint.settings import Settings
from rewrite_refs.results import Finding, Place, Replacement, Severity
from rewrite_refs.text.edits import Edit
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.spans import Span


class Text(NamedTuple):
    """A text to look at: its file (absolute, and as reports write it), and what is known of it.

    Nothing is to be said about the references in ``others``, but ``comments`` may be for them.
    """

    path: Path
    shown: str
    lines: Lines
    judged: Sequence[Judged]
    others: Sequence[Judged]
    problems: Sequence[Problem]
    comments: Comments = Comments()


class _Found(NamedTuple):
    """What a rule says of a place, before anybody asked whether it is ignored.

    ``also`` are other rules by which a comment can mean it.
    """

    rule: Rule
    said: Said
    span: Span
    numbers: frozenset[int]
    subject: str
    reference: Reference | None = None
    edits: tuple[Edit, ...] = ()
    fixable: bool = False
    also: tuple[str, ...] = ()


def findings(text: Text, settings: Settings) -> list[Finding]:
    """The findings of a text, by place."""
    known = text.comments
    used: dict[Comment, set[str]] = {each: set() for each in known.all}
    found: dict[Finding, None] = {}
    for each in (*_of_references(text), *_of_problems(text)):
        severity = settings.severity(each.rule)
        if severity is None or _is_left(each, text, settings):
            continue
        comment = known.covering(each.numbers, (each.rule.NAME, *each.also))
        if comment is not None:
            used[comment].update((each.rule.NAME, *each.also))
        else:
            found[_finding(each, text, severity)] = None
    for judged in text.others if known.all else ():
        faults = judged.verdict.faults
        comment = known.covering(lines_of(judged.occurrence, text.lines), faults) if faults else None
        if comment is not None:
            used[comment].update(faults)
    # A comment without rules does not hide what is said of comments.
    whole = [each for each in known.whole if each.rules is not None]
    # Nobody knows what the comments are for that stand in what cannot be read.
    is_whole = all(each.template for each in text.problems)
    for each in _of_comments(known.all, used, settings):
        severity = settings.severity(each.rule)
        if severity is None or (each.rule is unused_ignore and not is_whole):
            continue
        if not _is_left(each, text, settings) and not any(one.names((each.rule.NAME,)) for one in whole):
            found[_finding(each, text, severity)] = None
    return sorted(found, key=lambda each: each.order)


def unread(place: Place, problem: str, settings: Settings) -> list[Finding]:
    """The finding about a file that is no text at all."""
    severity = settings.severity(unparsable_file)
    said = unparsable_file.says(problem)
    return [Finding(unparsable_file.NAME, severity, place, *said)] if severity else []


def _is_left(found: _Found, text: Text, settings: Settings) -> bool:
    """Whether the configuration ignores it."""
    return settings.ignored(text.path, found.reference, found.rule.NAME) is not None


def _of_references(text: Text) -> Iterator[_Found]:
    for judged in text.judged:
        occurrence, verdict = judged.occurrence, judged.verdict
        reference = verdict.reference
        subject = reference.name if reference else occurrence.text
        numbers = lines_of(occurrence, text.lines)
        found = partial(_Found, span=occurrence.span, numbers=numbers, reference=reference)
        broken = OF_VERDICTS.get(verdict.breaks or "")
        if broken:
            edits = judged.edits if judged.done else ()
            yield found(
                broken,
                broken.says(judged),
                subject=subject,
                edits=edits,
                fixable=judged.done,
                also=verdict.faults,
            )
        for rule in OF_REFERENCES:
            said = rule.says(judged)
            if said:
                about = _lasting(subject, reference) if rule is digest_needs_warmup else subject
                yield found(rule, said, subject=about)


def _lasting(subject: str, reference: Reference | None) -> str:
    """What stays of the name of an image when it comes to be pulled through the cache."""
    return reference.repository.rpartition("/")[2] if reference else subject


def _of_problems(text: Text) -> Iterator[_Found]:
    for problem in text.problems:
        if not problem.template:
            number = text.lines.position(problem.offset)[0]
            span = Span(problem.offset, problem.offset)
            said = unparsable_file.says(problem.message)
            yield _Found(unparsable_file, said, span, frozenset({number}), "")


def _of_comments(
    known: Sequence[Comment], used: dict[Comment, set[str]], settings: Settings
) -> Iterator[_Found]:
    for comment in known:
        if comment.word not in WORDS:
            yield _remark(unknown_ignore, unknown_ignore.says(comment.word, WORDS, "word"), comment.span)
        elif comment.rules is None and not used[comment]:
            if settings.select is None and not settings.ignore:
                yield _remark(unused_ignore, unused_ignore.says(None, comment.lost), comment.span)
        elif comment.rules is None:
            yield _remark(blanket_ignore, blanket_ignore.says(comment.word, used[comment]), comment.span)
        else:
            yield from _of_names(comment, used[comment], settings)


def _of_names(comment: Comment, used: Collection[str], settings: Settings) -> Iterator[_Found]:
    is_sure = any(name == unused_ignore.NAME for name, _ in comment.rules or ())
    for name, span in comment.rules or ():
        if name not in BY_NAME:
            yield _remark(unknown_ignore, unknown_ignore.says(name, BY_NAME, "rule"), span)
        elif not is_sure and name not in used and settings.severity(BY_NAME[name]) is not None:
            yield _remark(unused_ignore, unused_ignore.says(name, comment.lost), span)


def _remark(rule: Rule, said: Said, span: Span) -> _Found:
    return _Found(rule, said, span, frozenset(), said.problem)


def _finding(found: _Found, text: Text, severity: Severity) -> Finding:
    place = _place(text, found.span)
    return Finding(
        found.rule.NAME,
        severity,
        place,
        *found.said,
        subject=found.subject,
        line=text.lines.line(place.line),
        fixable=found.fixable,
        fix=tuple(Replacement(_place(text, Span(*edit[:2])), edit.text) for edit in found.edits),
    )


def _place(text: Text, span: Span) -> Place:
    return Place(text.shown, *text.lines.position(span.start), *text.lines.position(span.end))
