"""Kustomizations and the manifests under them: rewritten together, in any order."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Mapping
from pathlib import Path

import pytest

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.restore import RestoringRuleSet
from rewrite_refs.cache.verdict import Verdict
from rewrite_refs.engine.plan import plan_edits
from rewrite_refs.repository.session import Session
from rewrite_refs.repository.units.kustomize.reading import Entry, Kustomization, matchable, read
from rewrite_refs.text.edits import Unplaceable
from rewrite_refs.text.source import Source
from rewrite_refs.text.spans import NewNameSlot, Occurrence, Piece, Span
from tests.commands import fill
from tests.common import HUB, LIBRARY, RULES, workspace

NEW = f"{LIBRARY}/nginx"
COMPONENT = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\n"


def pod(*images: str) -> str:
    containers = "".join(f"  - image: {image}\n" for image in images)
    return f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n{containers}"


def base(*images: str, more: str = "") -> dict[str, str]:
    return {"base/kustomization.yaml": f"resources: [pod.yaml{more}]\n", "base/pod.yaml": pod(*images)}


def over(*entries: str, draws: str = "../base", name: str = "over") -> dict[str, str]:
    listed = "".join(f"- {{{entry}}}\n" for entry in entries)
    return {f"{name}/kustomization.yaml": f"resources: [{draws}]\nimages:\n{listed}"}


# Files, and what stands in them afterwards; what is not named stays.
CASES: dict[str, tuple[Mapping[str, str], Mapping[str, str]]] = {
    "an entry goes with what it matches": (
        base("nginx:1", "redis") | over("name: nginx, newTag: '2'"),
        base(NEW + ":1", f"{LIBRARY}/redis") | over(f"name: {NEW}, newTag: '2'"),
    ),
    "a part was rewritten before": (
        base(NEW + ":1") | over("name: nginx, newTag: '2'"),
        over(f"name: {NEW}, newTag: '2'"),
    ),
    "the entry was rewritten before": (
        base("nginx") | over(f"name: {NEW}, newTag: '2'"),
        base(NEW),
    ),
    "nothing is called so": (
        base("redis") | over("name: nginx, newTag: '2'"),
        base(f"{LIBRARY}/redis") | over(f"name: nginx, newName: {NEW}, newTag: '2'"),
    ),
    "a placeholder": (
        base("controller:latest") | over("name: controller, newName: nginx"),
        over(f"name: controller, newName: {NEW}"),
    ),
    "a placeholder for some": (
        base("controller:latest") | over("name: controller, newName: nginx") | over("name: x", name="two"),
        base(f"{LIBRARY}/controller:latest")
        | over(f"name: {LIBRARY}/controller, newName: {NEW}")
        | over(f"name: x, newName: {LIBRARY}/x", name="two"),
    ),
    "a placeholder beside an image of that name": (
        {"a/kustomization.yaml": "resources: [pod.yaml]\n", "a/pod.yaml": pod("web")}
        | {"b/kustomization.yaml": "resources: [pod.yaml]\n", "b/pod.yaml": pod("web")}
        | over("name: web, newName: nginx", draws="../a, ../b")
        | over("name: web, newTag: '2'", draws="../b", name="two"),
        {"a/pod.yaml": pod(f"{LIBRARY}/web"), "b/pod.yaml": pod(f"{LIBRARY}/web")}
        | over(f"name: {LIBRARY}/web, newName: {NEW}", draws="../a, ../b")
        | over(f"name: {LIBRARY}/web, newTag: '2'", draws="../b", name="two"),
    ),
    "a new name that is the old one": (
        base("nginx") | over("name: nginx, newName: nginx, newTag: '2'"),
        base(NEW) | over(f"name: {NEW}, newName: {NEW}, newTag: '2'"),
    ),
    "an overlay of an overlay": (
        base("web")
        | over("name: web, newName: a/b")
        | over("name: a/b, newTag: '2'", draws="../over", name="two"),
        over(f"name: web, newName: {HUB}/a/b")
        | over(f"name: {HUB}/a/b, newTag: '2'", draws="../over", name="two"),
    ),
    "something unseen may be called so": (
        base("nginx", more=", https://example.com/x") | over("name: nginx, newTag: '2'"),
        over(f"name: nginx, newName: {NEW}, newTag: '2'"),
    ),
    "something unseen, and an overlay without an entry": (
        base("nginx", more=", gone.yaml") | over("name: nginx, newTag: '2'") | over("name: x", name="two"),
        over(f"name: nginx, newName: {NEW}, newTag: '2'")
        | over(f"name: x, newName: {LIBRARY}/x", name="two"),
    ),
    "two entries for what is unseen": (
        over("name: nginx, newTag: '2'", draws="gone.yaml")
        | over("name: nginx, newTag: '3'", draws="../over", name="two"),
        over(f"name: nginx, newName: {NEW}, newTag: '2'", draws="gone.yaml")
        | over(f"name: {NEW}, newTag: '3'", draws="../over", name="two"),
    ),
    "two entries, and each draws in something unseen": (
        over("name: nginx, newTag: '2'", draws="gone.yaml")
        | over("name: nginx, newTag: '3'", draws="../over, gone.yaml", name="two"),
        over(f"name: nginx, newName: {NEW}, newTag: '3'", draws="../over, gone.yaml", name="two"),
    ),
    "a component applies to what its user draws in": (
        base("nginx")
        | {"part/kustomization.yaml": COMPONENT + "images:\n- name: nginx\n  newTag: '2'\n"}
        | {"over/kustomization.yaml": "resources: [../base]\ncomponents: [../part]\n"},
        base(NEW) | {"part/kustomization.yaml": COMPONENT + f"images:\n- name: {NEW}\n  newTag: '2'\n"},
    ),
    "a component that nobody uses": (
        {"part/kustomization.yaml": COMPONENT + "images:\n- name: nginx\n  newTag: '2'\n"},
        {"part/kustomization.yaml": COMPONENT + f"images:\n- name: nginx\n  newName: {NEW}\n  newTag: '2'\n"},
    ),
    "other spellings of a name": (
        base("nginx", "docker.io/nginx") | over("name: nginx, newTag: '2'"),
        over(f"name: nginx, newName: {NEW}, newTag: '2'"),
    ),
    "another spelling alone": (
        base("docker.io/nginx") | over("name: nginx, newTag: '2'"),
        over(f"name: nginx, newName: {NEW}, newTag: '2'"),
    ),
    "an entry that a comment keeps": (
        base("nginx")
        | {
            "over/kustomization.yaml": "resources: [../base]\nimages:\n"
            "# rewrite-refs: ignore\n- name: nginx\n"
        },
        {},
    ),
    "a manifest that a comment keeps": (
        base("nginx # rewrite-refs: ignore") | over("name: nginx, newTag: '2'"),
        {},
    ),
    "an image that is none of a container": (
        base()
        | {"base/pod.yaml": "apiVersion: x/v1\nkind: X\nspec:\n  image: nginx\n"}
        | over("name: nginx"),
        {"base/pod.yaml": f"apiVersion: x/v1\nkind: X\nspec:\n  image: {NEW}\n"}
        | over(f"name: nginx, newName: {NEW}"),
    ),
    "a pattern that matches afterwards too": (
        base("nginx") | over("name: .*nginx, newTag: '2'"),
        base(NEW),
    ),
    "a pattern that would match no more": (
        base("nginx") | over("name: ngin+x, newTag: '2'") | over("name: '(', newTag: '2'", name="two"),
        {},
    ),
    "patches": (
        base("redis")
        | {"over/p.yaml": "- {op: replace, path: /spec/containers/0/image, value: nginx}\n"}
        | {
            "over/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n"
            "images: [{name: nginx}]\n"
        },
        base(f"{LIBRARY}/redis")
        | {"over/p.yaml": f"- {{op: replace, path: /spec/containers/0/image, value: {NEW}}}\n"}
        | {
            "over/kustomization.yaml": "resources: [../base]\npatches: [{path: p.yaml}]\n"
            f"images: [{{name: {NEW}}}]\n"
        },
    ),
    "kustomizations that draw in each other": (
        over("name: nginx", draws="../two") | over("name: nginx", draws="../over", name="two"),
        over(f"name: nginx, newName: {NEW}", draws="../two")
        | over(f"name: nginx, newName: {NEW}", draws="../over", name="two"),
    ),
}


def run(root: Path, *paths: str) -> None:
    session = Session(workspace(root))
    for outcome in session.outcomes(paths, edit=True):
        assert outcome.error is None
        outcome.written()


@pytest.mark.parametrize("case", CASES)
def test_together_and_one_by_one(case: str, tmp_path: Path) -> None:
    before, after = CASES[case]
    wanted = dict(before) | dict(after)
    changed = [name for name in before if wanted[name] != before[name]]
    orders: list[tuple[str, ...]] = [(".",), (".", "."), *itertools.permutations(changed)]
    for number, order in enumerate(orders):
        root = fill(tmp_path / str(number), before)
        (root / ".git").mkdir()
        for path in order:
            run(root, path)
        assert {name: (root / name).read_text() for name in before} == wanted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Kustomization()),
        ("[]", Kustomization()),
        ("images: [", Kustomization()),
        ("images: nginx\nresources: x.yaml", Kustomization()),
        (
            "kind: Component\nresources:\n- a.yaml\n- ../base\n- |\n  kind: X\n  y: 1\n- 7\ncomponents: [c]\n"
            "patches:\n- path: p.yaml\n- patch: |-\n    a: 1\ntransformers: [t.yaml]\n"
            "images: [{name: 'nginx:1', newName: x/y}, {newName: z}]\n",
            Kustomization(
                (Entry("nginx", 172, "x/y", 191, False),),
                ("a.yaml", "../base"),
                ("c",),
                ("p.yaml", "t.yaml"),
                is_component=True,
            ),
        ),
        (
            "helmCharts:\n- {valuesFile: v.yaml, additionalValuesFiles: [w.yaml]}\n- x\n",
            Kustomization(patches=("v.yaml", "w.yaml"), unseen=True),
        ),
        ("resources: [https://example.com/x]", Kustomization(unseen=True)),
        ("components: [https://example.com/x]", Kustomization(unseen=True)),
    ],
)
def test_read(text: str, expected: Kustomization) -> None:
    assert read(Source(text)) == expected


def test_matchable() -> None:
    text = (
        "spec:\n  image: a\n  containers: [{image: b}, {image: {x: y}}, z]\n"
        "  initContainers: &i [{image: c}]\n"
        "  more: {containers: *i}\n  ephemeralContainers: [{image: d}]\n"
        "  volumes: [{image: {reference: e}}, {image: {x: y}}]\n  deep: {containers: {image: f}}\n"
        "  container: {image: g}\n  steps: [{image: h}]\n  w: {container: {image: i/j}}\n"
    )
    assert {text[at] for at in matchable(Source(text))} == {"b", "c", "e", "g", "h"}


def test_matchable_in_lists_of_lists() -> None:
    """An alias can be inside the list that it names."""
    text = (
        "containers: [[{image: a}], {image: b}]\nloop: &l [*l, {containers: [{image: c}]}]\n"
        "initContainers: &i [*i, {image: d}]\n"
    )
    assert {text[at] for at in matchable(Source(text))} == {"b", "c", "d"}


def session(root: Path, rules: RuleSet) -> None:
    """Carry out what the rules say of all files, twice the same."""
    for _ in range(2):
        run_ = Session(workspace(root, rules))
        for outcome in run_.outcomes(["."], edit=True):
            outcome.written()


def read_all(root: Path) -> dict[str, str]:
    return {path.relative_to(root).as_posix(): path.read_text() for path in root.rglob("*.yaml")}


BACK = RestoringRuleSet(RULES.registry, RULES.rules)
REMOTE = "https://example.com/x"


@pytest.mark.parametrize(
    ("rules", "before", "after"),
    [
        # An entry without a match is left by kustomize without a word: it may match what nobody sees here.
        (RULES, over(f"name: {HUB}/nginx, newTag: '2'", draws=REMOTE),
         over(f"name: {HUB}/nginx, newName: {NEW}, newTag: '2'", draws=REMOTE)),
        (BACK, over(f"name: {NEW}, newTag: '2'", draws=REMOTE),
         over(f"name: {NEW}, newName: nginx, newTag: '2'", draws=REMOTE)),
        (BACK, over(f"name: nginx, newName: {NEW}, newTag: '2'", draws=REMOTE),
         over("name: nginx, newName: nginx, newTag: '2'", draws=REMOTE)),
        (RULES, base(f"{HUB}/nginx:1") | over(f"name: {HUB}/nginx, newTag: '2'"),
         base(f"{NEW}:1") | over(f"name: {NEW}, newTag: '2'")),
        (BACK, base(f"{NEW}:1") | over(f"name: {NEW}, newTag: '2'"),
         base("nginx:1") | over("name: nginx, newTag: '2'")),
    ],
)  # fmt: skip
def test_names_that_are_wrong_or_go_back(
    tmp_path: Path, rules: RuleSet, before: Mapping[str, str], after: Mapping[str, str]
) -> None:
    fill(tmp_path, before)
    session(tmp_path, rules)
    assert read_all(tmp_path) == {**before, **after}


def test_a_placeholder_is_no_name_to_match(tmp_path: Path) -> None:
    """Kustomize takes it for an expression, which does not match itself."""
    before = base("nginx:1", "redis") | over("name: nginx, newTag: '2'")
    new = "${ECR}/docker-hub/library"
    fill(tmp_path, before)
    session(tmp_path, dataclasses.replace(RULES, registry="${ECR}"))
    quoted = f"name: nginx, newName: {new}/nginx, newTag: '2'"
    wanted = base("nginx:1", f"{new}/redis") | over(quoted)
    # A flow mapping takes no braces without quotes.
    assert read_all(tmp_path) in (wanted, wanted | over("name: nginx, newTag: '2'"))


def test_no_room_for_a_new_name() -> None:
    verdict = Verdict("direct", target=NEW, as_new_name=True)
    whole = Span(0, 5)
    for apart in (None, NewNameSlot(None, " newName: ")):
        with pytest.raises(Unplaceable, match="no room for a newName"):
            plan_edits(
                "nginx", Occurrence((Piece("nginx", whole),), whole, whole, new_name_slot=apart), verdict
            )
