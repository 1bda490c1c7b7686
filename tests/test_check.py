# ruff: noqa: E501 - a row of a table is a line
"""The lint as users meet it: rules, severities, ignores, baseline, reports, exit codes."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.shell_completion import ShellComplete

from rewrite_refs.cli import cli
from rewrite_refs.cli.reporting import FORMATS
from rewrite_refs.lint.registry import RULES
from tests.commands import POD, Ran, fill, repository, run
from tests.common import HOST, HUB, LIBRARY

DIGEST = "sha256:" + "0" * 64
CONFIG = f"registry: {HOST}\nrules: {{docker.io: docker-hub, ghcr.io: github}}\n"
US = HOST.replace("eu-west-1", "us-east-1")
FUNCTION = "apiVersion: lambda.services.k8s.aws/v1alpha1\nkind: Function\nspec:\n  code: {imageURI: IMAGE}\n"


class Seen(NamedTuple):
    """The parts of a finding that tests compare."""

    path: str
    line: int
    rule: str
    severity: str
    fixable: bool


def document(ran: Ran) -> Any:
    return json.loads(ran.out)


def found(root: Path, *arguments: str) -> list[Seen]:
    findings = document(run("check", "--output-format", "json", *arguments, cwd=root))["findings"]
    return [Seen(*(each[name] for name in Seen._fields)) for each in findings]


def rules(root: Path, *arguments: str) -> list[str]:
    return [each.rule for each in found(root, *arguments)]


def pod(tmp_path: Path, image: str, config: str = CONFIG) -> Path:
    return repository(tmp_path / "repo", {".rewrite-refs.yaml": config, "pod.yaml": POD.format(image)})


AGREED = {
    "nginx:1": ("direct", "direct-upstream"),
    "docker.io/library/nginx@" + DIGEST: ("direct", "direct-upstream"),
    "quay.io/a/b:1": ("unmapped", "no-rule"),
    "mcr.microsoft.com/x:1": ("unmapped", "uncacheable-registry"),
    f"{LIBRARY}/nginx:1": ("cached", None),
    f"{HUB}/nginx:1": ("wrong", "missing-library"),
    f"{HUB}/library/a/b:1": ("wrong", "needless-library"),
    f"{HOST}/dockerhub/library/nginx:1": ("wrong", "unknown-prefix"),
    f"{HOST}/own/app:1": ("own", None),
    f"{US}/docker-hub/library/nginx:1": ("wrong", "wrong-region"),
    f"{US}/docker-hub/nginx:1": ("wrong", "wrong-region"),
    f"{US}/github/a/b:1": ("wrong", "wrong-region"),
    f"{US}/own/app:1": ("own", None),
    f"{US.replace('1', '2')}/docker-hub/library/nginx:1": ("own", None),
    "localhost:5000/web:1": ("own", None),
    "ghcr.io/acme/web:1": ("own", None),
}


@pytest.mark.parametrize(("image", "expected"), AGREED.items())
def test_list_explain_and_check_agree(tmp_path: Path, image: str, expected: tuple[str, str | None]) -> None:
    root = pod(tmp_path, image, CONFIG + "own: [ghcr.io/acme]\n")
    (listed,) = document(run("list", "--output-format", "json", cwd=root))["references"]
    (explained,) = document(run("explain", image, "--output-format", "json", cwd=root))["references"]
    same = ("text", "registry", "repository", "tag", "digest", "status", "target", "rule", "reason")
    assert {key: listed[key] for key in same} == {key: explained[key] for key in same}
    status, rule = expected
    assert listed["status"] == status
    broken = [each.rule for each in found(root)]
    assert [each for each in broken if each != "digest-needs-warmup"] == ([rule] if rule else [])


# --- rules ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx:1", [("direct-upstream", "error", True)]),
        (f"nginx:1@{DIGEST}", [("direct-upstream", "error", True), ("digest-needs-warmup", "note", False)]),
        ("quay.io/a/b:1", [("no-rule", "warning", False)]),
        ("mcr.microsoft.com/a:1", [("uncacheable-registry", "note", False)]),
        (f"{HUB}/nginx:1", [("missing-library", "error", True)]),
        (f"{HUB}/library/a/b:1", [("needless-library", "error", True)]),
        (f"{HOST}/quay.io/a/b:1", [("unknown-prefix", "error", False)]),
        ("${X}/a:1", [("unresolved-reference", "note", False)]),
        (f"{LIBRARY}/nginx:1@{DIGEST}", [("digest-needs-warmup", "note", False)]),
        (f"{LIBRARY}/nginx:1", []),
        ("localhost:5000/a:1", []),
        ("[", [("unparsable-file", "error", False)]),
    ],
)
def test_rules(tmp_path: Path, image: str, expected: list[tuple[str, str, bool]]) -> None:
    root = pod(tmp_path, image)
    assert [each[2:] for each in found(root)] == expected
    fails = any(severity == "error" for _, severity, _ in expected)
    assert run("check", cwd=root).code == int(fails)


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx", ["moving-tag"]),
        ("quay.io/a/b:latest", ["moving-tag"]),
        (f"{LIBRARY}/nginx", ["moving-tag", "account-id-exposed"]),
        (f"{LIBRARY}/nginx@{DIGEST}", ["account-id-exposed"]),
        (f"{HOST}/own/app", ["account-id-exposed"]),
        ("nginx:1", []),
        ("nginx:$(TAG)", []),
    ],
)
def test_rules_that_are_off(tmp_path: Path, image: str, expected: list[str]) -> None:
    root = pod(tmp_path, image)
    both = {"moving-tag", "account-id-exposed"}
    assert not both & set(rules(root))
    assert sorted(rules(root, "--select", ",".join(both))) == sorted(expected)


def test_the_registry_and_the_prefix_of_other_files(tmp_path: Path) -> None:
    overrides = (
        f"overrides:\n- {{files: us/, registry: {US}, rules: {{docker.io: hub}}}}\n"
        "- {files: eu/, rules: {docker.io: mirror}}\n- {files: ap/, rules: {quay.io: quay}}\n"
    )
    files = {f"{part}/pod.yaml": POD.format(f"{LIBRARY}/nginx:1") for part in ("us", "eu", "ap")}
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG + overrides, **files})
    assert [each[2:] for each in found(root)] == [
        ("unknown-prefix", "error", False),
        ("unknown-prefix", "error", True),
        ("wrong-region", "error", True),
    ]


def test_functions_of_lambda(tmp_path: Path) -> None:
    images = ("nginx:1", f"{LIBRARY}/nginx:1", f"{HOST}/own/f:1", "mcr.microsoft.com/f")
    files = {f"{at}.yaml": FUNCTION.replace("IMAGE", image) for at, image in enumerate(images)}
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG, **files})
    seen = {each.path: (each.rule, each.severity) for each in found(root)}
    warned = ("lambda-image", "warning")
    assert seen == {"0.yaml": warned, "1.yaml": warned, "3.yaml": warned}


VALUES = """\
image:
  registry: &r docker.io
  repository: library/nginx
side:
  image:
    registry: *r
    repository: acme/x
"""


def test_one_value_for_several_images(tmp_path: Path) -> None:
    config = f"registry: {HOST}\nrules: {{docker.io/library: official}}\nown: [acme]\n"
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": config, "values.yaml": VALUES})
    assert [each[1:] for each in found(root)] == [(3, "shared-value-conflict", "error", False)]
    ran = run("check", cwd=root)
    assert ran.code == 1
    assert (
        "is shared with docker.io/acme/x, which stays unchanged: use a separate value for each; it would be"
        in ran.out
    )
    text = VALUES.replace(
        "library/nginx", "library/nginx # rewrite-refs: ignore[shared-value-conflict] known"
    )
    fill(root, {"values.yaml": text})
    assert found(root) == []
    assert run("rewrite", cwd=root) == Ran(0, "", "2 references in 1 file: 1 own, 1 ignored\n")


def test_the_cache_of_another_region(tmp_path: Path) -> None:
    """Nobody said which files belong to which region, so it is found and left."""
    root = pod(tmp_path, f"{US}/docker-hub/library/nginx:1")
    assert [each[2:] for each in found(root)] == [("wrong-region", "error", False)]
    assert "or set the registry of these files in overrides" in run("check", cwd=root).out
    assert run("rewrite", cwd=root) == Ran(0, "", "1 reference in 1 file: 1 wrong\n")
    assert run("restore", cwd=root) == Ran(0, "", "1 reference in 1 file: 1 wrong\n")
    fill(root, {"pod.yaml": POD.format(f"{US}/own/app:1")})
    assert found(root) == []
    fill(root, {"pod.yaml": POD.format(f"{US.replace('1', '2')}/docker-hub/library/nginx:1")})
    assert found(root) == []


CHART = {
    "Chart.yaml": "name: x\n",
    "values.yaml": (
        'image: {repository: nginx, tag: "1"}\nweb: {image: quay.io/a/b:1}\nplain: {name: x}\n'
        "list: {images: [redis:7]}\n"
    ),
    "templates/pod.yaml": (
        "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n"
        '  - image: "{{ .Values.image.repository }}:{{ .Values.image.tag }}"\n'
        "  - image: {{ .Values.web.image }}\n"
        '  - image: {{ include "x.image" (dict "root" .Values.image) }}\n'
        "  - image: {{ .Values.list.images | first }}\n"
        '  - image: {{ include "x.outer" . }}\n'
        "{}"
    ),
}


CHART["templates/_helpers.tpl"] = (
    '{{- define "x.image" -}}{{ .root.repository }}{{- end -}}\n'
    '{{- define "x.outer" -}}{{ include "x.inner" . }}{{ include "x.outer" . }}{{- end -}}\n'
    '{{- define "x.inner" -}}{{ $i := .Values.web }}{{ include "lib.image" $i.image }}{{- end -}}\n'
    '{{- define "x.none" -}}{{ .Values.plain }}{{- end -}}\n'
)


def chart(extra: str = "") -> dict[str, str | bytes]:
    return {
        name: text.replace("{}", extra) if name.startswith("templates") else text
        for name, text in CHART.items()
    }


def test_what_a_template_takes_from_values_is_told_there(tmp_path: Path) -> None:
    config = CONFIG.replace("ghcr.io: github", "quay.io: quay")
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": config, **chart()})
    assert run("rewrite", "-v", cwd=root).code == 0
    assert run("check", "--strict", cwd=root).code == 0
    assert found(root) == []
    listed = run("list", "templates", cwd=root).out
    assert "(the template reads it from .Values.image.repository: see values.yaml)" in listed
    fill(
        root,
        {
            "templates/pod.yaml": chart(
                '  - image: {{ .Values.plain.name }}\n  - image: {{ include "x.none" . }}\n'
            )["templates/pod.yaml"]
        },
    )
    assert [each[1:3] for each in found(root)] == [(10, "unresolved-reference"), (11, "unresolved-reference")]
    fill(root, {"values.yaml": "image: [\n"})
    assert len(found(root)) == 8


def test_without_a_registry_or_a_rule(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1", "rules: {docker.io: docker-hub}\n")
    ran = run("check", cwd=root)
    assert "help: the rule for docker.io applies: set your registry with --registry" in ran.out
    assert "help: no rule maps docker.io: create one" in run("check", "--no-config", cwd=root).out


def test_every_rule_explains_itself(tmp_path: Path) -> None:
    ran = run("rule", cwd=tmp_path)
    assert [line.split()[0] for line in ran.out.splitlines()] == [each.NAME for each in RULES]
    assert all(len(line) <= 140 for line in ran.out.splitlines())
    for each in RULES:
        explained = run("rule", each.NAME, cwd=tmp_path).out
        assert explained.startswith(f"{each.NAME} ({each.SEVERITY}")
        assert re.search(r"^    (before|reference): ", explained, re.MULTILINE), each.NAME
    assert "off by default" in run("rule", "moving-tag", cwd=tmp_path).out
    assert run("rule", "moving-tags", cwd=tmp_path).err.endswith("did you mean moving-tag?\n")
    assert run("rule", "moving-tags", cwd=tmp_path).code == 2


# --- severities ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("severities", "arguments", "expected", "code"),
    [
        ("{}", [], [("no-rule", "warning")], 0),
        ("{}", ["--strict"], [("no-rule", "warning")], 1),
        ("{no-rule: error}", [], [("no-rule", "error")], 1),
        ("{no-rule: off}", ["--strict"], [], 0),
        ("{no-rule: off}", ["--select", "no-rule"], [("no-rule", "warning")], 0),
        ("{no-rule: note}", ["--strict"], [("no-rule", "note")], 0),
        ("{}", ["--ignore", "no-rule", "--strict"], [], 0),
        ("{}", ["--ignore", "no-rule, direct-upstream", "--select", "no-rule"], [], 0),
        ("{moving-tag: error}", [], [("moving-tag", "error"), ("no-rule", "warning")], 1),
        ("{}", ["--select", "moving-tag", "--select", "no-rule"], [("moving-tag", "warning"), ("no-rule", "warning")], 0),
    ],
)  # fmt: skip
def test_severities(
    tmp_path: Path, severities: str, arguments: list[str], expected: list[tuple[str, str]], code: int
) -> None:
    root = pod(tmp_path, "quay.io/a/b", f"{CONFIG}lint: {{severity: {severities}}}\n")
    assert [each[2:4] for each in found(root, *arguments)] == expected
    assert run("check", *arguments, cwd=root).code == code


@pytest.mark.parametrize(
    ("severity", "plain", "strict"), [("note", 0, 1), ("warning", 0, 1), ("off", 0, 0), ("error", 1, 1)]
)
def test_what_cannot_be_told_fails_when_it_is_strict(
    tmp_path: Path, severity: str, plain: int, strict: int
) -> None:
    root = pod(tmp_path, "${X}", f"{CONFIG}lint: {{severity: {{unresolved-reference: {severity}}}}}\n")
    assert (run("check", cwd=root).code, run("check", "--strict", cwd=root).code) == (plain, strict)


# --- ignoring ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        ("nginx:1 # rewrite-refs: ignore[direct-upstream] ours", []),
        ("nginx:1 # rewrite-refs: ignore", ["blanket-ignore"]),
        ("nginx:1 # rewrite-refs: ignore[no-rule]", ["direct-upstream", "unused-ignore"]),
        ("nginx:1 # rewrite-refs: ignore[direct-upstraem]", ["direct-upstream", "unknown-ignore"]),
        ("nginx:1 # rewrite-refs: ignroe[direct-upstream]", ["direct-upstream", "unknown-ignore"]),
        ("nginx:1 # rewrite-refs: ignore[direct-upstream, no-rule]", ["unused-ignore"]),
        ("nginx:1 # rewrite-refs: ignore[direct-upstream, moving-tag]", []),  # that one is off
        (f"{LIBRARY}/nginx:1 # rewrite-refs: ignore[direct-upstream]", ["unused-ignore"]),
        (f"{LIBRARY}/nginx:1 # rewrite-refs: ignore", ["unused-ignore"]),
        (f"{LIBRARY}/nginx@{DIGEST} # rewrite-refs: ignore[digest-needs-warmup]", []),
        ("${X} # rewrite-refs: ignore[unresolved-reference]", []),
        ("nginx:1 # rewrite-refs: ignore-file[direct-upstream]", ["direct-upstream", "unused-ignore"]),
    ],
)
def test_comments(tmp_path: Path, image: str, expected: list[str]) -> None:
    root = pod(tmp_path, image)
    assert sorted(rules(root)) == sorted(expected)
    before = (root / "pod.yaml").read_text()
    code = run("rewrite", cwd=root).code
    rewritten = (root / "pod.yaml").read_text() != before
    assert (code, rewritten) == ((0, True) if "direct-upstream" in expected else (0, False))


def test_comments_for_a_file(tmp_path: Path) -> None:
    text = "# rewrite-refs: ignore-file[{}]\n" + POD.format("nginx:1")
    files = {
        "a.yaml": text.format("direct-upstream"),
        "b.yaml": text.format("no-rule"),
        "c.yaml": text.format(""),
        "d.yaml": "# rewrite-refs: ignore-file[unparsable-file]\n" + POD.format("["),
        "e.yaml": "# rewrite-refs: ignore-file[unused-ignore]\n# rewrite-refs: ignore\n"
        + POD.format("x.y/z"),
        "f.yaml": "# rewrite-refs: ignore-file[direct-upstream,unused-ignore]\n# rewrite-refs: ignore\na: 1\n"
        + POD.format("nginx"),
    }
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG, **files})
    assert [(each.path, each.rule) for each in found(root)] == [
        ("b.yaml", "unused-ignore"),
        ("b.yaml", "direct-upstream"),
        ("c.yaml", "blanket-ignore"),
        ("e.yaml", "uncacheable-registry"),
    ]  # fmt: skip
    assert run("check", "--select", "direct-upstream", "c.yaml", "a.yaml", cwd=root).code == 0
    assert document(run("check", "d.yaml", "--output-format", "json", cwd=root))["problems"] == []
    assert run("rewrite", "d.yaml", cwd=root).code == 0
    reasons = [
        each["reason"]
        for each in document(run("list", "a.yaml", "--output-format", "json", cwd=root))["references"]
    ]
    assert reasons == ["ignored by a comment"]  # fmt: skip


def test_the_reason_of_a_comment_is_told(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1 # rewrite-refs: ignore[direct-upstream] built here")
    assert "ignored: nginx:1 (ignored by a comment: built here)" in run("list", cwd=root).out


@pytest.mark.parametrize(
    ("name", "comment"),
    [
        ("pod.yaml", "# {}"),
        ("x.yaml.j2", "{{# {} #}}"),
        ("x.yaml.j2", "# {}"),
        ("templates/pod.yaml", "{{{{/* {} */}}}}"),
        ("templates/pod.yaml", "{{{{- /* {} */ -}}}}"),
        ("x.yaml.mustache", "{{{{! {} }}}}"),
    ],
)
def test_the_comments_of_every_syntax(tmp_path: Path, name: str, comment: str) -> None:
    said = comment.format("rewrite-refs: ignore[direct-upstream] because")
    above = f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  {said}\n  - image: nginx\n  - image: redis\n"
    beside = f"apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: nginx  {said}\n  - image: redis\n"
    for text in (above, beside):
        root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG, name: text})
        assert [each.rule for each in found(root)] == ["direct-upstream"], text
        assert [
            each["status"]
            for each in document(run("list", "--output-format", "json", cwd=root))["references"]
        ] == ["ignored", "direct"]


def test_nothing_is_said_of_comments_in_what_cannot_be_read(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repo",
        {
            ".rewrite-refs.yaml": CONFIG,
            "Dockerfile": "# rewrite-refs: ignore[direct-upstream]\nFROM nginx\nFROM busybox # text\n",
        },
    )
    assert rules(root) == ["unparsable-file"]


def test_in_a_dockerfile_only_the_line_above_counts(tmp_path: Path) -> None:
    text = (
        "# rewrite-refs: ignore[direct-upstream]\nFROM nginx:1\n"
        "RUN --mount=from=alpine:3,target=/x ls # rewrite-refs: ignore[direct-upstream]\n"
    )
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG, "Dockerfile": text})
    assert [each[1:3] for each in found(root)] == [(3, "direct-upstream"), (3, "unused-ignore")]
    assert "write it above the instruction" in run("check", cwd=root).out


def test_the_configuration_ignores_files_and_images(tmp_path: Path) -> None:
    lint = (
        "lint:\n  per-file-ignores: {'old/**': [direct-upstream], 'broken/': unparsable-file}\n"
        "  ignore-images: [busybox, 'docker.io/acme/*']\n"
    )
    files: dict[str, str | bytes] = {
        "old/pod.yaml": POD.format("nginx"),
        "pod.yaml": POD.format("nginx"),
        "busybox.yaml": POD.format("busybox:1"),
        "acme.yaml": POD.format("acme/deep/x:1"),
        "broken/pod.yaml": POD.format("["),
        "broken/Dockerfile": b"FROM \xff",
        "Dockerfile": b"FROM \xff",
        ".rewrite-refs.yaml": CONFIG + lint,
    }
    root = repository(tmp_path / "repo", files)
    expected = [("Dockerfile", "unparsable-file"), ("pod.yaml", "direct-upstream")]
    assert [(each.path, each.rule) for each in found(root)] == expected
    assert run("rewrite", "old", "acme.yaml", "busybox.yaml", "broken", cwd=root).code == 0
    assert (root / "old/pod.yaml").read_text() == files["old/pod.yaml"]
    assert (root / "acme.yaml").read_text() == files["acme.yaml"]
    assert (
        "ignored: nginx (ignored by per-file-ignores in the configuration)"
        in run("list", "old", cwd=root).out
    )
    assert "ignored: busybox:1 (ignored by ignore-images in the " in run("list", "busybox.yaml", cwd=root).out
    assert rules(root, "--ignore", "unparsable-file", "Dockerfile") == []


# --- baseline ------------------------------------------------------------------------------------


def test_a_baseline(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    fill(root, {"Dockerfile": "FROM alpine:3\nFROM alpine:3\n"})
    ran = run("check", "--write-baseline", "known.json", cwd=root)
    assert ran == Ran(0, "", "wrote known.json: 3 findings\n")
    assert (
        '{"path": "Dockerfile", "rule": "direct-upstream", "subject": "docker.io/library/alpine", "count": 2}'
        in (root / "known.json").read_text()
    )
    quiet = run("check", "--baseline", "known.json", cwd=root)
    assert quiet == Ran(
        0, "", "3 references in 2 files: 3 direct\nnothing new found; 3 known from the baseline\n"
    )
    fill(root, {"Dockerfile": "# moved\n\nFROM alpine:4\nFROM alpine:3\nFROM alpine:3\nFROM redis\n"})
    ran = run("check", "--baseline", "known.json", "--output-format", "concise", cwd=root)
    assert (ran.code, [line.partition(" is pulled")[0] for line in ran.out.splitlines()]) == (
        1,
        ["Dockerfile:5:6: direct-upstream alpine:3", "Dockerfile:6:6: direct-upstream redis"],
    )
    known = [each["known"] for each in document(run("check", "--baseline", "known.json", "--output-format", "json", cwd=root))["findings"]]  # fmt: skip
    assert known == [True, True, False, False, True]


def test_what_is_gone_from_a_baseline(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    fill(root, {"a/Dockerfile": "FROM alpine:3\n", "b/Dockerfile": "FROM alpine:3\n"})
    run("check", "--write-baseline", "known.json", cwd=root)
    fill(root, {"a/Dockerfile": "FROM scratch\n"})
    (root / "b/Dockerfile").unlink()
    ran = run("check", "--baseline", "known.json", cwd=root)
    assert ran.code == 0
    assert ran.err.endswith(
        "known.json: no longer found: a/Dockerfile: direct-upstream docker.io/library/alpine\n"
        "known.json: no longer found: b/Dockerfile: direct-upstream docker.io/library/alpine\n"
        "known.json: remove it with --baseline known.json --write-baseline known.json\n"
    )
    assert "no longer" not in run("check", "--baseline", "known.json", "pod.yaml", cwd=root).err
    assert "b/Docker" not in run("check", "--baseline", "../known.json", ".", cwd=root / "a").err
    assert "a/Dockerfile" in run("check", "--baseline", "../known.json", ".", cwd=root / "a").err
    other = run("check", "--baseline", "known.json", "--select", "no-rule", cwd=root)
    assert "no longer" not in other.err
    fill(root, {"new.yaml": POD.format("redis")})
    both = ("check", "--baseline", "known.json", "--write-baseline", "known.json")
    ran = run(*both, "a", cwd=root)
    assert (ran.code, ran.err.splitlines()[0]) == (0, "wrote known.json: 2 findings")
    ran = run(*both, cwd=root)
    assert (ran.code, ran.err.splitlines()[0]) == (1, "wrote known.json: 1 finding")
    assert "redis" in ran.out
    assert "redis" not in (root / "known.json").read_text()


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (
            None,
            "x.json: the baseline cannot be read: No such file or directory: write it with --write-baseline",
        ),
        (b"\xff", "x.json: invalid baseline: it is not UTF-8"),
        (b"\n{", "x.json:2: invalid baseline: Expecting property name"),
        (
            b"[" * 100_000,
            "x.json: invalid baseline: it is nested too deeply, or holds a number that is too long",
        ),
        (b"[]", "x.json: not a baseline of version 1: write it again with --write-baseline"),
        (b'{"version": 2}', "x.json: not a baseline of version 1"),
        (
            b'{"version": 1, "findings": {}}',
            "x.json: invalid baseline: entry is missing path, rule or subject",
        ),
        (
            b'{"version": 1, "findings": [1]}',
            "x.json: invalid baseline: entry is missing path, rule or subject",
        ),
        (
            b'{"version": 1, "findings": [{"path": "", "rule": "", "subject": 1, "count": 1}]}',
            "entry is missing path, rule or subject",
        ),
        (
            b'{"version": 1, "findings": [{"path": "", "rule": "", "subject": "", "count": true}]}',
            "entry is missing path, rule or subject",
        ),
    ],
)
def test_a_baseline_that_is_none(tmp_path: Path, content: bytes | None, message: str) -> None:
    if content is not None:
        fill(tmp_path, {"x.json": content})
    ran = run("check", "--baseline", "x.json", cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err


# --- reports -------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", FORMATS)
def test_every_format(tmp_path: Path, name: str) -> None:
    root = pod(tmp_path, "nginx:1")
    for command in ("check", "list"):
        ran = run(
            command, "--output-format", name, "--output", f"{name}:{tmp_path}/{command}.{name}", cwd=root
        )
        assert ran.code == (1 if command == "check" else 0)
        assert (tmp_path / f"{command}.{name}").read_text(encoding="utf-8") == ran.out
        assert "nginx" in ran.out


def test_several_reports_at_once(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    outputs = ["--output", "json:a.json", "--output", "text:b.txt", "--output", "concise:/dev/null"]
    ran = run("check", "-q", "--color", "always", *outputs, cwd=root)
    assert "\x1b[31m" in ran.out
    assert json.loads((root / "a.json").read_text())["version"] == 1
    assert (root / "b.txt").read_text().startswith("error[direct-upstream]: nginx:1")
    (root / "b.txt").chmod(0o600)
    run("check", *outputs, cwd=root)
    assert (root / "b.txt").stat().st_mode & 0o777 == 0o600


def test_standard_output_as_a_file(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    ran = run("check", "-q", "--output-format", "concise", "--output", "jsonl:-", cwd=root)
    assert [line[:9] for line in ran.out.splitlines()] == ["pod.yaml:", '{"rule":"']
    assert not (root / "-").exists()
    command = [sys.executable, "-m", "rewrite_refs", "check", "-q", "--output", "concise:/dev/stdout"]
    done = subprocess.run(command, cwd=root, capture_output=True, check=False)
    assert (done.returncode, done.stdout.count(b"direct-upstream nginx:1")) == (1, 1)


@pytest.mark.parametrize(
    ("output", "message"),
    [
        ("json", "--output 'json': write FORMAT:FILE with one of text, concise"),
        ("xml:a", "--output 'xml:a': write FORMAT:FILE"),
        ("json:", "--output 'json:': write FORMAT:FILE"),
        (
            "json:no/such/a.json",
            "error: no/such/a.json: the report cannot be written: No such file or directory",
        ),
    ],
)
def test_outputs_that_cannot_be(tmp_path: Path, output: str, message: str) -> None:
    ran = run("check", "--output", output, cwd=tmp_path)
    assert ran.code == 2
    assert message in ran.err
    assert run("check", "--write-baseline", "no/such/b", cwd=tmp_path).code == 2


def test_github_is_chosen_by_itself(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    summary = tmp_path / "summary.md"
    summary.write_text("before\n")
    env = {"GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(summary)}
    ran = run("check", cwd=root, env=env)
    assert ran.out.startswith("::error file=pod.yaml,line=5,")
    assert summary.read_text().startswith("before\n")
    assert "direct-upstream" in summary.read_text()
    assert run("check", "--output-format", "text", cwd=root, env=env).out.startswith("error[direct-upstream]")
    closed = run("check", cwd=root, env={**env, "GITHUB_STEP_SUMMARY": str(tmp_path)})
    assert closed.err.endswith(f"warning: {tmp_path}: the summary cannot be written: Is a directory\n1 reference in 1 file: 1 direct\n1 error; rewrite-refs rewrite fixes 1\n")  # fmt: skip


def test_paths_count_from_the_top_where_others_need_that(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    fill(root, {"deep/Dockerfile": "FROM nginx\n"})
    ran = run("check", "--output-format", "github", "../pod.yaml", ".", cwd=root / "deep")
    assert re.findall(r"file=([^,]*),", ran.out) == ["pod.yaml", "deep/Dockerfile"]


def test_statistics(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    fill(
        root,
        {"a.yaml": POD.format("quay.io/a/b"), "b.yaml": POD.format("redis"), "c.yaml": POD.format("${X}")},
    )
    ran = run("check", "-q", "--statistics", "--output-format", "concise", cwd=root)
    assert ran.out.splitlines()[-4:] == [
        "found  rule                  severity  fixable",
        "    2  direct-upstream       error           2",
        "    1  no-rule               warning",
        "    1  unresolved-reference  note",
    ]
    listed = run("list", "-q", "--statistics", cwd=root)
    assert re.search(r"^references  registry +direct  unmapped  unresolved$", listed.out, re.MULTILINE)
    assert re.search(r"^ +2  docker.io +2$", listed.out, re.MULTILINE)
    assert re.search(r"^ +1  \(not known\) +1$", listed.out, re.MULTILINE)
    machine = run("check", "--statistics", "--output-format", "json", cwd=root)
    assert document(machine)["version"] == 1
    assert "direct-upstream" in machine.err


def test_groups(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    fill(root, {"a.yaml": POD.format("quay.io/a/b"), "b.yaml": POD.format("nginx:2")})
    ran = run("list", "-q", "--by", "upstream", cwd=root)
    assert [line for line in ran.out.splitlines() if line[0] != " "] == [
        "docker.io: 2 references (2 direct)",
        "quay.io: 1 reference (1 unmapped)",
    ]
    groups = document(run("list", "--by", "image", "--output-format", "json", cwd=root))["groups"]
    assert groups[0] == {"name": "docker.io/library/nginx", "references": 2, "statuses": {"direct": 2}}


def test_quiet_hides_notes_and_nothing_else(tmp_path: Path) -> None:
    root = pod(tmp_path, "${X}")
    fill(root, {"a.yaml": POD.format("quay.io/a/b")})
    assert run("check", "-q", cwd=root).out.count("[no-rule]") == 1
    assert "unresolved" not in run("check", "-q", cwd=root).out
    assert "unresolved" in run("check", "-q", "--strict", cwd=root).out
    assert "unresolved" in run("check", "-q", "--output-format", "csv", cwd=root).out


def test_unknown_rules_on_the_command_line(tmp_path: Path) -> None:
    ran = run("check", "--select", "no-rules", cwd=tmp_path)
    assert ran.code == 2
    assert ran.err.endswith("--select: there is no rule 'no-rules': did you mean no-rule?\n")
    assert "--ignore: there is no rule" in run("check", "--ignore", "x", cwd=tmp_path).err


def test_a_comment_may_be_for_what_is_taken_only_on_demand(tmp_path: Path) -> None:
    env = "\n    env:\n    - name: SIDECAR_IMAGE\n      value: nginx # rewrite-refs: ignore[direct-upstream]"
    root = pod(tmp_path, f"{LIBRARY}/nginx:1{env}")
    assert rules(root) == rules(root, "--embedded") == []
    fill(root, {"pod.yaml": POD.format(f"{LIBRARY}/nginx:1{env.replace('direct-upstream', 'no-rule')}")})
    assert rules(root) == ["unused-ignore"]


def test_with_some_rules_alone_nobody_knows_whether_a_comment_is_used(tmp_path: Path) -> None:
    root = pod(tmp_path, f"{LIBRARY}/nginx:1 # rewrite-refs: ignore")
    assert rules(root) == ["unused-ignore"]
    assert rules(root, "--select", "no-rule,unused-ignore") == []
    assert rules(root, "--ignore", "no-rule") == []


def test_templates_that_are_not_read_are_no_findings(tmp_path: Path) -> None:
    root = repository(
        tmp_path / "repo", {"Dockerfile": "FROM {{ x }}\n{{ if y }}\n", ".rewrite-refs.yaml": CONFIG}
    )
    ran = run("check", cwd=root)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err.endswith("1 template not read\n")


def test_what_cannot_be_read_is_said_once(tmp_path: Path) -> None:
    root = pod(tmp_path, "[")
    for name in FORMATS:
        ran = run("list", "--output-format", name, cwd=root)
        assert ran.code == 0
        is_in = "pod.yaml" in ran.out
        assert ran.err.startswith("pod.yaml:6:1: problem: ") is not is_in, name


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (
            f"{LIBRARY}/bash@{DIGEST}",
            f"write the tag as well, {LIBRARY}/bash:<tag>@..., and pull it by its tag once",
        ),
        (
            f"nginx:1@{DIGEST}",
            "error[direct-upstream]: nginx:1@sha256:00000000... is pulled directly from docker.io",
        ),
        ("ghcr.io/acme/x:1", "; if ghcr.io/acme is yours, add it to own"),
        ("acme.azurecr.io/x:1", "; if acme.azurecr.io is yours, add it to own"),
        ("registry.k8s.io/pause:3", "(rewrite-refs rules --emit terraform prints one)\n"),
        ("gcr.io/google-containers/pause:3", "Kubernetes publishes its images at registry.k8s.io"),
        (
            "gcr.io/distroless/base:1",
            "write that name here; if gcr.io/distroless is yours, add it to own",
        ),
        ("BASEIMAGE", "not a valid image name: if something fills it in, rewrite it there"),
    ],
)
def test_what_is_said(tmp_path: Path, image: str, expected: str) -> None:
    root = pod(tmp_path, image, f"registry: {HOST}\nrules: {{docker.io: docker-hub}}\n")
    assert expected in run("check", cwd=root).out


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("rule missing-", ["missing-library"]),
        ("check --select no-rule,missing-", ["no-rule,missing-library"]),
        ("check --output sar", ["sarif:"]),
    ],
)
def test_the_shell_completes_names(words: str, expected: list[str]) -> None:
    *before, last = words.split()
    completer = ShellComplete(cli, {}, "rewrite-refs", "_REWRITE_REFS_COMPLETE")
    assert [each.value for each in completer.get_completions(before, last)] == expected


# --- what is ignored stays the image that it is --------------------------------------------------


def test_an_argument_that_serves_an_ignored_image_and_another(tmp_path: Path) -> None:
    text = "ARG BASE=golang:1.22\n# rewrite-refs: ignore[direct-upstream] why\nFROM ${BASE}\nFROM ${BASE}-alpine\n"
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": CONFIG, "Dockerfile": text})
    assert "unused-ignore" not in rules(root)
    run("rewrite", cwd=root)
    assert (root / "Dockerfile").read_text().startswith(text[: text.index("FROM ${BASE}-")])


@pytest.mark.parametrize("how", ["comment", "files", "image"])
def test_a_kustomization_does_not_rename_what_is_ignored(tmp_path: Path, how: str) -> None:
    comment = "  # rewrite-refs: ignore[direct-upstream] why" if how == "comment" else ""
    lint = {
        "comment": "",
        "files": "lint: {per-file-ignores: {base/d.yaml: direct-upstream}}\n",
        "image": "lint: {ignore-images: [nginx]}\n",
    }[how]
    overlay = "resources: [../base]\nimages:\n- name: nginx\n  newTag: '1.26'\n"
    files = {
        ".rewrite-refs.yaml": CONFIG + lint,
        "base/kustomization.yaml": "resources: [d.yaml, e.yaml]\n",
        "base/d.yaml": POD.format(f"nginx:1.25{comment}"),
        "base/e.yaml": POD.format("redis:7"),
        "over/kustomization.yaml": overlay,
    }
    root = repository(tmp_path / "repo", files)
    assert rules(root, "--ignore", "blanket-ignore") == ["direct-upstream"]
    assert run("rewrite", cwd=root).code == 0
    assert (root / "over/kustomization.yaml").read_text() == overlay
    assert (root / "base/d.yaml").read_text() == files["base/d.yaml"]
    assert "docker-hub/library/redis:7" in (root / "base/e.yaml").read_text()


def test_a_comment_by_the_status_covers_what_cannot_be_mended(tmp_path: Path) -> None:
    config = f"registry: {HOST}\nrules: {{docker.io/library: official}}\nown: [acme]\n"
    text = VALUES.replace("library/nginx", "library/nginx # rewrite-refs: ignore[direct-upstream] known")
    root = repository(tmp_path / "repo", {".rewrite-refs.yaml": config, "values.yaml": text})
    assert found(root) == []


def test_kustomizations_over_two_configurations(tmp_path: Path) -> None:
    overlay = "resources: [../../a/base]\nimages:\n- name: nginx\n  newTag: '1.26'\n"
    files = {
        "a/.rewrite-refs.yaml": f"registry: {HOST}\nrules: {{docker.io: aa}}\n",
        "b/.rewrite-refs.yaml": f"registry: {HOST}\nrules: {{docker.io: bb}}\n",
        "a/base/kustomization.yaml": "resources: [d.yaml]\n",
        "a/base/d.yaml": POD.format("nginx:1.25"),
        "b/over/kustomization.yaml": overlay,
    }
    for order in (("a", "b"), ("b", "a"), (".",), ("b/over",)):
        root = repository(tmp_path / "-".join(order).replace("/", "").replace(".", "x"), files)
        run("rewrite", *order, cwd=root)
        entry = (root / "b/over/kustomization.yaml").read_text()
        manifest = (root / "a/base/d.yaml").read_text()
        # The entry still matches the name.
        assert manifest == files["a/base/d.yaml"] or "name: nginx\n" not in entry, order
    excluded = {
        ".rewrite-refs.yaml": CONFIG,
        "b/.rewrite-refs.yaml": CONFIG + "exclude: [base/]\n",
        "b/base/kustomization.yaml": "resources: [d.yaml]\n",
        "b/base/d.yaml": POD.format("nginx:1.25"),
        "o/kustomization.yaml": overlay.replace("../../a/base", "../b/base"),
    }
    root = repository(tmp_path / "excluded", excluded)
    run("rewrite", cwd=root)
    assert (root / "b/base/d.yaml").read_text() == excluded["b/base/d.yaml"]
    assert "name: nginx\n" in (root / "o/kustomization.yaml").read_text()


def test_no_configuration_takes_back_what_another_leaves(tmp_path: Path) -> None:
    files = {
        ".rewrite-refs.yaml": CONFIG + "exclude: [vendor/]\n",
        "vendor/x/.rewrite-refs.yaml": "required-version: '>99'\nbroken: [\n",
        "vendor/x/Dockerfile": "FROM nginx\n",
        "b/.rewrite-refs.yaml": CONFIG + "exclude: [vend/]\n",
        "b/vend/.rewrite-refs.yaml": CONFIG,
        "b/vend/Dockerfile": "FROM nginx\n",
        "b/Dockerfile": "FROM nginx\n",
    }
    root = repository(tmp_path / "repo", files)
    assert [each.path for each in found(root)] == ["b/Dockerfile"]
    assert found(root, "b/vend/Dockerfile") == []
    assert found(root, "b/vend") == []


@pytest.mark.parametrize("value", ["", ",", " , "])
def test_no_rule_at_all_is_a_mistake(tmp_path: Path, value: str) -> None:
    ran = run("check", "--select", value, cwd=tmp_path)
    assert (ran.code, ran.out) == (2, "")
    assert f"--select: {value!r} contains no rule name: use one, such as no-rule." in ran.err


def test_a_baseline_outlives_a_rewriting(tmp_path: Path) -> None:
    root = pod(tmp_path, f"nginx:1@{DIGEST}  # rewrite-refs: ignore[no-rule]")
    run("check", "--write-baseline", "b.json", cwd=root)
    run("rewrite", cwd=root)
    ran = run("check", "--baseline", "b.json", "--strict", cwd=root)
    assert (ran.code, ran.out) == (0, "")
    assert "no longer found: pod.yaml: direct-upstream" in ran.err
    assert "digest" not in ran.err
    part = run("check", "--baseline", "b.json", "--ignore", "moving-tag", cwd=root)
    assert "unused-ignore" not in part.err


def test_two_reports_in_one_file(tmp_path: Path) -> None:
    ran = run("check", "--output", "json:a", "--output", "csv:a", cwd=tmp_path)
    assert (ran.code, "--output writes two reports to 'a'" in ran.err) == (2, True)


def test_a_comment_may_say_that_it_knows_of_being_unused(tmp_path: Path) -> None:
    root = pod(tmp_path, f"{LIBRARY}/nginx:1 # rewrite-refs: ignore[direct-upstream, unused-ignore]")
    assert found(root) == []


@pytest.mark.parametrize("how", ["comment", "image"])
def test_values_do_not_change_the_registry_of_what_is_ignored_over_them(tmp_path: Path, how: str) -> None:
    comment = "  # rewrite-refs: ignore[direct-upstream] why\n" if how == "comment" else ""
    lint = "" if how == "comment" else "lint: {ignore-images: [grafana/grafana]}\n"
    values = "image:\n  registry: docker.io\n  repository: grafana/loki\nside: {image: {repository: redis, tag: '7'}}\n"
    files = {
        ".rewrite-refs.yaml": CONFIG + lint,
        "Chart.yaml": "name: x\n",
        "values.yaml": values,
        "values-prod.yaml": f"image:\n{comment}  repository: grafana/grafana\n",
        "values-own.yaml": "side:\n  image:\n    # rewrite-refs: ignore\n    repository: quay.io/a/b\n",
        "notes.yaml": "# rewrite-refs: ignore\na: 1\n",
    }
    root = repository(tmp_path / "repo", files)
    assert [each[:4] for each in found(root, "values.yaml")] == [
        ("values.yaml", 3, "shared-value-conflict", "error"),
        ("values.yaml", 4, "direct-upstream", "error"),
    ]
    assert (
        "is shared with grafana/grafana in values-prod.yaml, which is ignored" in run("check", cwd=root).out
    )
    run("rewrite", cwd=root)
    assert (root / "values.yaml").read_text() == values.replace(
        "repository: redis", f"repository: {LIBRARY}/redis"
    )


@pytest.mark.parametrize(
    "lint", ["ignore-images: [redis]", "per-file-ignores: {pod.yaml: [direct-upstream]}"]
)
def test_the_way_back_of_what_may_be_direct(tmp_path: Path, lint: str) -> None:
    root = pod(tmp_path, f"{LIBRARY}/redis:7", f"{CONFIG}lint: {{{lint}}}\n")
    assert run("restore", cwd=root).code == 0
    assert (root / "pod.yaml").read_text() == POD.format("redis:7")


def test_nothing_is_gone_from_what_cannot_be_read(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    run("check", "--write-baseline", "b.json", cwd=root)
    fill(root, {"pod.yaml": POD.format("[")})
    ran = run("check", "--baseline", "b.json", cwd=root)
    assert (ran.code, "no longer" in ran.err) == (1, False)
    fill(
        root,
        {
            "pod.yaml": POD.format("redis:1"),
            ".rewrite-refs.yaml": CONFIG + "lint: {severity: {direct-upstream: off}}\n",
        },
    )
    assert "no longer" not in run("check", "--baseline", "b.json", cwd=root).err


def test_a_baseline_and_other_reports(tmp_path: Path) -> None:
    root = pod(tmp_path, "nginx:1")
    ran = run("check", "--write-baseline", "b.json", "--output", "csv:a.csv", "--statistics", cwd=root)
    assert (ran.code, ran.out) == (0, "")
    assert "direct-upstream" in (root / "a.csv").read_text()
    assert "found  rule" in ran.err
    ran = run("check", ".", "nofile", "--write-baseline", "other.json", cwd=root)
    assert (ran.code, (root / "other.json").exists()) == (2, False)
