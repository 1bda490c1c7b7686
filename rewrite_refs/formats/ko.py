"""ko: the base images in ``.ko.yaml`` and ``.ko.yml``.

    before:  defaultBaseImage: ghcr.io/acme/static:1
             baseImageOverrides:
               github.com/acme/app/cmd/web: nginx:1.27
    after:   defaultBaseImage: <registry>/github/acme/static:1
             baseImageOverrides:
               github.com/acme/app/cmd/web: <registry>/docker-hub/library/nginx:1.27

Rewritten: ``defaultBaseImage``, and the values of ``baseImageOverrides``.

Not rewritten: the keys of ``baseImageOverrides``, which are Go import paths; the names and flags of
``builds``; images that exist only on the machine (``ko.local/...``).

ko pulls base images with the credentials of the machine, and has a built-in credential helper for Amazon ECR.

Source: "Configuration" in the documentation of ko (ko.build).
"""

from __future__ import annotations

from collections.abc import Iterator

from rewrite_refs.formats.base import Format, Manual
from rewrite_refs.formats.yaml_format import has_any, yaml_find, yaml_outline
from rewrite_refs.text.spans import Occurrence
from rewrite_refs.yaml import scalars
from rewrite_refs.yaml.references import pieces_of
from rewrite_refs.yaml.tree import Node, fields, is_text

_SIGNS = ("defaultBaseImage", "baseImageOverrides")


def _images(text: str, root: Node) -> Iterator[Occurrence]:
    """Yield the base images of a document, in order."""
    values = fields(root)
    overrides = fields(values.get("baseImageOverrides")).values()
    images = {id(node): node for node in (values.get("defaultBaseImage"), *overrides) if is_text(node)}
    for image in sorted(images.values(), key=lambda node: node.span):
        place = scalars.inside(text, image)
        yield Occurrence(tuple(pieces_of(text, image)), place, place)


def _use(top: str, key: str) -> str:
    """Return the use of a string below two keys: an image, or the name of its key."""
    return "image" if top in _SIGNS else key


FORMAT = Format(
    name="ko",
    patterns=(".ko.yaml", ".ko.yml"),
    signs=_SIGNS,
    find=yaml_find(_images, has_any(_SIGNS)),
    outline=yaml_outline(has_any(_SIGNS), _use),
    manual=Manual(
        __doc__,
        files="`.ko.yaml`, `.ko.yml`",
        summary="`defaultBaseImage` and the values of `baseImageOverrides`",
        found="`defaultBaseImage`, and the values of `baseImageOverrides`",
        reported="base images of registries that ECR cannot cache, such as `gcr.io/distroless`",
    ),
    syntax="yaml",
)
