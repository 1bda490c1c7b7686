"""What kustomize itself renders before and after: images mapped, all else equal.

go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.3
"""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest

from rewrite_refs.repository.units.kustomize.reading import read
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import Occurrence, Piece, Span
from tests.commands import fill
from tests.common import RULES
from tests.test_golden import FIXTURES
from tests.test_kustomize import CASES, pod, run

_IMAGE = re.compile(r"(?P<key>\s*(?:- )?image: )(?P<text>\S+)")
_LITERAL = re.compile(r"(?P<key>\s*[A-Z_]*IMAGE: )(?P<text>\S+)")


def kustomize() -> str | None:
    """The program, where it is installed; Go puts it outside of PATH."""
    go = Path.home() / "go/bin"
    return shutil.which("kustomize") or shutil.which("kustomize", path=str(go))


PROGRAM = kustomize()
pytestmark = pytest.mark.skipif(
    PROGRAM is None, reason="needs kustomize: go install sigs.k8s.io/kustomize/kustomize/v5@v5.8.3"
)


def mapped(image: str) -> str:
    """What the rules make of an image."""
    span = Span(0, len(image))
    return RULES.judge(Occurrence((Piece(image, span),), span, span)).target or image


def rendered(folder: Path) -> str | None:
    """What a kustomization comes out as; None where it cannot be built without the network, or at all."""
    command = [PROGRAM or "", "build", "--load-restrictor=LoadRestrictionsNone", str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout if done.returncode == 0 else None


def assert_mapped(before: str, after: str, direct: frozenset[str] = frozenset()) -> None:
    """Each line stays, or is an image that becomes what the rules make of it; *direct* may stay as well."""
    old, new = before.splitlines(), after.splitlines()
    assert len(old) == len(new)
    for one, other in zip(old, new, strict=True):
        image = _IMAGE.fullmatch(one) or _LITERAL.fullmatch(one)
        wanted = image["key"] + mapped(image["text"]) if image else one
        assert other == wanted or (other == one and image is not None and image["text"] in direct)


@pytest.mark.parametrize("case", ["overlays", "patches", "placeholders-crlf"])
def test_fixtures(case: str) -> None:
    folder = FIXTURES / "kustomize" / case
    built = 0
    for path in sorted((folder / "before").rglob("kustomization.yaml")):
        if not read(Source(path.read_text())).is_component and path.parent.name not in ("base", "manager"):
            before = rendered(path.parent)
            after = rendered(folder / "after" / path.parent.relative_to(folder / "before"))
            assert before is not None
            assert after is not None
            assert_mapped(before, after)
            built += 1
    assert built


# Cases that cannot be built, and those in which an entry matches nothing at first.
UNBUILT = {
    "something unseen may be called so",
    "a component that nobody uses",
    "kustomizations that draw in each other",
    "a pattern that would match no more",
    "a part was rewritten before",
    "the entry was rewritten before",
}
# What stays because ignored by a comment.
IGNORED = {"a manifest that a comment keeps": frozenset({"nginx:2"})}
REMOTE = "gone.yaml"


@pytest.mark.parametrize("case", sorted(CASES.keys() - UNBUILT))
def test_cases(case: str, tmp_path: Path) -> None:
    """Also with a manifest that nobody saw when the rest was rewritten; it stays as it is."""
    files = CASES[case][0]
    before, after = fill(tmp_path / "before", files), fill(tmp_path / "after", files)
    (after / ".git").mkdir()
    run(after, ".")
    for root in (before, after):
        for name in {Path(each).parts[0] for each in files}:
            fill(root / name, {REMOTE: _named(pod("nginx:0", "redis:0"), "unseen")})
        for path in root.rglob("pod.yaml"):
            path.write_text(_named(path.read_text(), path.parent.name))
    entries = [
        each for each in files if each.endswith("kustomization.yaml") and "Component" not in files[each]
    ]
    drawn = {name for each in entries for name in files if f"../{Path(name).parts[0]}" in files[each]}
    for each in entries:
        if each not in drawn:
            old, new = rendered(before / Path(each).parent), rendered(after / Path(each).parent)
            assert (old is None) == (new is None)
            stay = frozenset({"nginx:0", "redis:0", "nginx", "docker.io/nginx", "nginx:1"})
            assert_mapped(old or "", new or "", stay | IGNORED.get(case, frozenset()))


def _named(text: str, name: str) -> str:
    """A manifest with all that kustomize asks for."""
    containers = iter("abcdefgh")
    text = re.sub(
        r"^  - image:", lambda found: f"  - name: {next(containers)}\n    image:", text, flags=re.MULTILINE
    )
    return text.replace("spec:\n", f"metadata:\n  name: {name}\nspec:\n", 1)
