"""A shell script that pulls each image once by its tag, so that the cache has it.

ECR imports an image when its manifest is requested by a tag; a reference with a
digest fails until then.  With crane or skopeo only the manifest is requested.
Scripts for several registries can be concatenated into one script.
Source: the Amazon ECR user guide ("Considerations for using pull through cache
rules": the list of a multi-platform tag is imported with all its images).
"""

from __future__ import annotations

import shlex
from collections.abc import Iterator

from rewrite_refs.emit import parts
from rewrite_refs.emit.survey import Pull, Survey
from rewrite_refs.images.placeholders import is_placeholder, resolved
from rewrite_refs.reports import inert, visible

_ABOUT = (
    "Pulls each image of the repository through the cache once, by its tag, so that references that are "
    "pinned by digest find it there."
)
_PULLERS = (
    "PULLER is docker, or podman, nerdctl or finch. With PULLER=crane or PULLER=skopeo nothing is "
    "downloaded: a request for the manifest makes ECR import the image, whatever the platform of this "
    "machine. ECR imports every platform of a tag."
)
_PINNED = (
    "After '#' are the digests to which references pin a tag. Where the tag has moved since, ECR "
    "imports what it is now, and the pinned reference goes on failing until it is pinned anew."
)
_PULL = """\
set -u
failed="${failed:-0}"
pull() {
  case "${PULLER:-docker}" in
    crane) crane manifest "$1" >/dev/null ;;
    skopeo) skopeo inspect --raw "docker://$1" >/dev/null ;;
    *) "${PULLER:-docker}" pull --quiet "$1" ;;
  esac || failed=1
}"""


def lines(survey: Survey) -> Iterator[str]:
    """Yield the script; raise ConfigError if the registry is not given."""
    registry = parts.registry(survey, "warmup")
    yield "#!/bin/sh"
    yield from parts.comment(_ABOUT)
    yield from _pulls(survey, registry) if survey.pulls else parts.comment("There is none.")
    for every in survey.missing:
        number = "1 reference" if every.references == 1 else f"{every.references} references"
        yield from parts.comment(f"Skipped because there is no rule: {number} to {every.upstream.host}")
    for cold in survey.unwarmed:
        yield inert.line(visible(f"# {cold.text}: {cold.reason}"))
    if survey.pulls:
        yield '[ "$failed" = 0 ]'


def _pulls(survey: Survey, registry: str) -> Iterator[str]:
    """Yield how to use the script, and a call for each image."""
    host = None if is_placeholder(resolved(registry)) else resolved(registry)
    home = parts.home(survey)
    yield from parts.comment(_PULLERS)
    if any(each.digests for each in survey.pulls):
        yield from parts.comment(_PINNED)
    yield "#"
    yield "# Log in first (podman login, crane auth login and skopeo login take the same options):"
    region = f" --region {home.region}" if home else ""
    login = shlex.quote(host) if host else '"$ECR_REGISTRY"'
    yield f"#   aws ecr get-login-password{region} |"
    yield f"#     docker login --username AWS --password-stdin {login}"
    yield _PULL
    if not host:
        yield ""
        yield from parts.comment(f"The host that the files name as {registry}")
        yield ': "${ECR_REGISTRY:?set it to the host of the ECR registry}"'
    yield ""
    for each in survey.pulls:
        yield f"pull {_name(each, registry, host)}{_pins(each)}"


def _name(pull: Pull, registry: str, host: str | None) -> str:
    rest = f"/{pull.repository}:{pull.tag}"
    if pull.registry != registry:
        return shlex.quote(pull.registry + rest)
    return shlex.quote(host + rest) if host else f'"$ECR_REGISTRY{rest}"'


def _pins(pull: Pull) -> str:
    return f"  # {' '.join(pull.digests)}" if pull.digests else ""
