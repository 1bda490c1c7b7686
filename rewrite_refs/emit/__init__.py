"""The output of ``rewrite-refs rules``: for each ``--emit``, a Survey to lines."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from rewrite_refs.emit import awscli, cloudformation, iam, renovate, table, terraform, warmup
from rewrite_refs.emit.survey import Survey

Emitter = Callable[[Survey], Iterator[str]]

# Those that print names of the registry raise ConfigError if it was not given.
EMITTERS: Mapping[str, Emitter] = {
    "table": table.lines,
    "terraform": terraform.lines,
    "cloudformation": cloudformation.lines,
    "cli": awscli.lines,
    "iam": iam.lines,
    "renovate": renovate.lines,
    "warmup": warmup.lines,
}
