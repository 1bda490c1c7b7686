"""The diagnostics of one text: what violates a rule and is not ignored."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import NamedTuple

from rewrite_refs.engine.ignores import WORDS, Comment, Comments, lines_of
from rewrite_refs.engine.rewrite import Resolution
from rewrite_refs.errors import Problem
from rewrite_refs.images.reference import Reference
from rewrite_refs.lint.base import LintRule, Message
from rewrite_refs.lint.registry import BY_NAME, REFERENCE_RULES, VERDICT_RULES
from rewrite_refs.lint.rules import (
    blanket_ignore,
    digest_needs_warmup,
    unknown_ignore,
    unparsable_file,
    unused_ignore,
)
from rewrite_refs.lint.settings import Settings
from rewrite_refs.results import Diagnostic, Location, Replacement, Severity
from rewrite_refs.text.edits import Edit
from rewrite_refs.text.lines import Lines
from rewrite_refs.text.spans import Span


class Text(NamedTuple):
    """A text to check.

    Attributes:
        path: The absolute path of its file.
        shown: The path as reports write it.
        lines: Its lines.
        resolutions: The references to report.
        others: References that are not reported, although ignore comments may apply to them.
        problems: The parse problems.
        comments: The ignore comments.
    """

    path: Path
    shown: str
    lines: Lines
    resolutions: Sequence[Resolution]
    others: Sequence[Resolution]
    problems: Sequence[Problem]
    comments: Comments = Comments()


class _Candidate(NamedTuple):
    """A violation before ignore rules.

    ``numbers`` are the lines that an ignore comment can apply to, and ``also`` are other rules
    by which a comment can name the violation.
    """

    rule: LintRule
    message: Message
    span: Span
    numbers: frozenset[int]
    subject: str
    reference: Reference | None = None
    edits: tuple[Edit, ...] = ()
    fixable: bool = False
    also: tuple[str, ...] = ()


def diagnose(text: Text, settings: Settings) -> list[Diagnostic]:
    """Return the diagnostics of a text, sorted by location."""
    known = text.comments
    used: dict[Comment, set[str]] = {each: set() for each in known.all}
    found: dict[Diagnostic, None] = {}
    for each in (*_of_references(text), *_of_problems(text)):
        severity = settings.severity(each.rule)
        if severity is None or _is_ignored(each, text, settings):
            continue
        comment = known.covering(each.numbers, (each.rule.NAME, *each.also))
        if comment is not None:
            used[comment].update((each.rule.NAME, *each.also))
        else:
            found[_diagnostic(each, text, severity)] = None
    for resolution in text.others if known.all else ():
        codes = resolution.verdict.codes
        comment = known.covering(lines_of(resolution.occurrence, text.lines), codes) if codes else None
        if comment is not None:
            used[comment].update(codes)
    # A comment without rules does not hide diagnostics about comments.
    whole = [each for each in known.whole if each.rules is not None]
    # In a text that cannot be parsed, it is unknown which comments are used.
    is_whole = all(each.template for each in text.problems)
    for each in _of_comments(known.all, used, settings):
        severity = settings.severity(each.rule)
        if severity is None or (each.rule is unused_ignore and not is_whole):
            continue
        if not _is_ignored(each, text, settings) and not any(one.names((each.rule.NAME,)) for one in whole):
            found[_diagnostic(each, text, severity)] = None
    return sorted(found, key=lambda each: each.order)


def diagnose_unreadable(location: Location, problem: str, settings: Settings) -> list[Diagnostic]:
    """Return the diagnostic for a file that is not text."""
    severity = settings.severity(unparsable_file)
    message = unparsable_file.message(problem)
    return [Diagnostic(unparsable_file.NAME, severity, location, *message)] if severity else []


def _is_ignored(found: _Candidate, text: Text, settings: Settings) -> bool:
    """Whether the configuration ignores it."""
    return settings.ignored(text.path, found.reference, found.rule.NAME) is not None


def _of_references(text: Text) -> Iterator[_Candidate]:
    for resolution in text.resolutions:
        occurrence, verdict = resolution.occurrence, resolution.verdict
        reference = verdict.reference
        subject = reference.name if reference else occurrence.text
        numbers = lines_of(occurrence, text.lines)
        found = partial(_Candidate, span=occurrence.span, numbers=numbers, reference=reference)
        broken = VERDICT_RULES.get(verdict.code or "")
        if broken:
            edits = resolution.edits if resolution.done else ()
            yield found(
                broken,
                broken.message(resolution),
                subject=subject,
                edits=edits,
                fixable=resolution.done,
                also=verdict.codes,
            )
        for rule in REFERENCE_RULES:
            message = rule.message(resolution)
            if message:
                about = _stable_name(subject, reference) if rule is digest_needs_warmup else subject
                yield found(rule, message, subject=about)


def _stable_name(subject: str, reference: Reference | None) -> str:
    """Return the part of an image's name that the cache does not change."""
    return reference.repository.rpartition("/")[2] if reference else subject


def _of_problems(text: Text) -> Iterator[_Candidate]:
    for problem in text.problems:
        if not problem.template:
            number = text.lines.position(problem.offset)[0]
            span = Span(problem.offset, problem.offset)
            message = unparsable_file.message(problem.message)
            yield _Candidate(unparsable_file, message, span, frozenset({number}), "")


def _of_comments(
    known: Sequence[Comment], used: dict[Comment, set[str]], settings: Settings
) -> Iterator[_Candidate]:
    for comment in known:
        if comment.word not in WORDS:
            yield _about_comment(
                unknown_ignore, unknown_ignore.message(comment.word, WORDS, "word"), comment.span
            )
        elif comment.rules is None and not used[comment]:
            if settings.select is None and not settings.ignore:
                yield _about_comment(unused_ignore, unused_ignore.message(None, comment.lost), comment.span)
        elif comment.rules is None:
            yield _about_comment(
                blanket_ignore, blanket_ignore.message(comment.word, used[comment]), comment.span
            )
        else:
            yield from _of_names(comment, used[comment], settings)


def _of_names(comment: Comment, used: Collection[str], settings: Settings) -> Iterator[_Candidate]:
    is_sure = any(name == unused_ignore.NAME for name, _ in comment.rules or ())
    for name, span in comment.rules or ():
        if name not in BY_NAME:
            yield _about_comment(unknown_ignore, unknown_ignore.message(name, BY_NAME, "rule"), span)
        elif not is_sure and name not in used and settings.severity(BY_NAME[name]) is not None:
            yield _about_comment(unused_ignore, unused_ignore.message(name, comment.lost), span)


def _about_comment(rule: LintRule, message: Message, span: Span) -> _Candidate:
    return _Candidate(rule, message, span, frozenset(), message.problem)


def _diagnostic(found: _Candidate, text: Text, severity: Severity) -> Diagnostic:
    location = _location(text, found.span)
    return Diagnostic(
        found.rule.NAME,
        severity,
        location,
        *found.message,
        subject=found.subject,
        line=text.lines.line(location.line),
        fixable=found.fixable,
        fix=tuple(Replacement(_location(text, Span(*edit[:2])), edit.text) for edit in found.edits),
    )


def _location(text: Text, span: Span) -> Location:
    return Location(text.shown, *text.lines.position(span.start), *text.lines.position(span.end))
