# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

from pathlib import Path

import pytest

from rewrite_refs.cache.rule import CacheRule
from rewrite_refs.config.access import Access
from rewrite_refs.config.load import (
    FILE_NAME,
    Config,
    Override,
    Parameters,
    combined,
    load,
    locate,
    parse_rule,
)
from rewrite_refs.errors import ConfigError
from tests.commands import fill
from tests.common import HOST

WHOLE = f"""\
registry: {HOST}
rules:
  docker.io: docker-hub          # upstream: prefix
  public.ecr.aws: ecr-public/example
  cgr.dev/example.com: {{prefix: cg}}
aliases: {{mirror.gcr.io: docker.io}}
own: [registry.example.com, ghcr.io/acme]
exclude: [vendor/, "**/testdata/**"]
formats: {{kubernetes: ["deploy/**/*.yaml.tmpl"]}}
"""
KNOWN = (
    "write one of aliases, embedded, exclude, extends, formats, lint, overrides, own, parameters, registry, "
    "required-version, rules, runners-logged-in, style"
)
RULES = (
    CacheRule("docker.io", "", "docker-hub"),
    CacheRule("public.ecr.aws", "", "ecr-public/example"),
    CacheRule("cgr.dev", "example.com", "cg"),
)


def read(folder: Path, content: str | bytes, top: Path | None = None) -> Config:
    return load(fill(folder, {FILE_NAME: content}) / FILE_NAME, "conf", Access(top or folder))


def mistakes(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, content)
    return list(caught.value.args)


@pytest.mark.parametrize("content", [WHOLE, "\ufeff" + WHOLE, WHOLE.replace("\n", "\r\n"), "---\n" + WHOLE])
def test_the_whole_of_it(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == Config(
        tmp_path,
        HOST,
        RULES,
        {"mirror.gcr.io": "docker.io"},
        ("registry.example.com", "ghcr.io/acme"),
        ("vendor/", "**/testdata/**"),
        {"kubernetes": ("deploy/**/*.yaml.tmpl",)},
    )


@pytest.mark.parametrize("content", ["", "\n", "# nothing yet\n", "---\n", "{}"])
def test_nothing_is_a_configuration(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == Config(tmp_path)


@pytest.mark.parametrize(
    ("content", "field", "expected"),
    [
        ("rules: {registry-1.docker.io: hub, quay.io: ROOT}", "rules", ("docker.io=hub", "quay.io=")),
        ("rules: {cgr.dev/example.com: {prefix: cg}, cgr.dev: {prefix: cg2}}", "rules", ("cgr.dev/example.com=cg", "cgr.dev=cg2")),
        ("rules: {quay.io: &p 'x1', ghcr.io: {prefix: x2}}", "rules", ("quay.io=x1", "ghcr.io=x2")),
        ("own: localhost:5000", "own", ("localhost:5000",)),
        ("own: [localhost/x, acme/, tool]", "own", ("localhost/x", "docker.io/acme", "docker.io/library/acme", "docker.io/tool", "docker.io/library/tool")),
        ("own: ['retail-*', 'acme/*', 'ghcr.io/acme/w?b', 'a*.example/[ab]']", "own", ("docker.io/retail-*", "docker.io/library/retail-*", "docker.io/acme/*", "ghcr.io/acme/w?b", "a*.example/[ab]")),
        ("own: ['*.example', '*/web', '*-ui', '*', 'acme-*/web']", "own", ("*.example", "*/web", "*-ui", "*", "docker.io/acme-*/web")),
        ("own: ['${ECR:-*}/acme-*', '[::1]:5000/x', 'registry-1.docker.io/x*', 'a[!b]/c']", "own", ("${ECR:-[*]}/acme-*", "[::1]:5000/x", "docker.io/x*", "docker.io/library/x*", "docker.io/a[!b]/c")),
        ("own: [acme/web]", "own", ("docker.io/acme/web",)),
        ("own: ['${ECR}/acme/', '{{ .r }}', '${ECR:-a/b}/c']", "own", ("${ECR}/acme", "{{ .r }}", "${ECR:-a/b}/c")),
        ("aliases: {m.example: docker.io}\nown: [m.example/acme, registry-1.docker.io/x/y]", "own", ("docker.io/acme", "docker.io/library/acme", "docker.io/x/y")),
        ("aliases: {registry-1.docker.io: quay.io}", "aliases", {"docker.io": "quay.io"}),
        ("exclude: vendor/", "exclude", ("vendor/",)),
        ("exclude: []", "exclude", ()),
        ("exclude: &x [a]\nformats: {compose: *x}", "formats", {"compose": ("a",)}),
        ("embedded: true", "embedded", True),
        ("embedded: false", "embedded", False),
        ("formats: {dockerfile: '*.df'}", "formats", {"dockerfile": ("*.df",)}),
        ("rules: {docker.io: [hub, mirror/hub], quay.io: [{prefix: quay}]}", "rules", ("docker.io=hub", "docker.io=mirror/hub", "quay.io=quay")),
        ("registry: ${ECR_REGISTRY}", "registry", "${ECR_REGISTRY}"),
        ("registry: '{{ .Values.global.imageRegistry }}'", "registry", "{{ .Values.global.imageRegistry }}"),
        ("style: parameter", "style", {"dockerfile": "parameter", "compose": "parameter"}),
        ("style: {compose: parameter}", "style", {"compose": "parameter"}),
        ("parameters: {default: upstream}", "parameters", Parameters("upstream")),
        ("parameters: {names: {registry-1.docker.io: HUB, quay.io/centos: Q_1}}", "parameters", Parameters("cache", {"docker.io": "HUB", "quay.io/centos": "Q_1"})),
        ("overrides: []", "overrides", ()),
        (f"overrides:\n- files: deploy/eu/**\n  registry: {HOST}\n  rules: {{docker.io: hub}}\n  style: literal\n- {{files: [a, b]}}", "overrides",
         (Override(("deploy/eu/**",), HOST, (CacheRule("docker.io", "", "hub"),), {"dockerfile": "literal", "compose": "literal"}), Override(("a", "b")))),
    ],
)  # fmt: skip
def test_ways_to_write_it(tmp_path: Path, content: str, field: str, expected: object) -> None:
    value = getattr(read(tmp_path, content), field)
    assert (tuple(f"{rule.name}={rule.prefix}" for rule in value) if field == "rules" else value) == expected


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("- a", ["1: the configuration must be a mapping of keys to values, not a list"]),
        ("text", ["1: the configuration must be a mapping of keys to values, not a text"]),
        ("a: [", ["1: this is not valid YAML: expected the node content, but found '<stream end>'"]),
        ("a: b\nc: d: e", ["2: this is not valid YAML: mapping values are not allowed here"]),
        ("own: *nope", ["1: this is not valid YAML: found undefined alias"]),
        ("a: \x01", ["1: this is not valid YAML: it has a character that YAML does not allow"]),
        ("[" * 500, ["1: this is not valid YAML: it is nested too deeply"]),
        ("own: x\n---\nown: y", ["2: this is not valid YAML: but found another document"]),
        (b"own: x\nown: \xff", ["2: the configuration is not UTF-8: convert it"]),
        ("rule: 1\nzzz: 1", ["1: unknown key 'rule': did you mean rules?", f"2: unknown key 'zzz': {KNOWN}"]),
        ("<<: {own: x}\nown: x", [f"1: unknown key '<<': {KNOWN}"]),
        ("? [a]\n: b\nown: x", ["1: a key must be a text, not a list"]),
        ("\nzzz: 1\n? [a]\n: 1\nzzz: 2", [f"2: this is not a configuration of rewrite-refs: it has no known key: {KNOWN}"]),
        ("2020-01-01", ["1: the configuration must be a mapping of keys to values, not a date"]),
        ("own: x\nown: y", ["2: 'own' is duplicated: keep one"]),
        ("rules:\n  quay.io: a1\n  quay.io: b1", ["3: 'quay.io' is duplicated: keep one"]),
        ("registry: 123456789012", ['1: registry must be a text, not a number: quote it, "123456789012"']),
        ("registry:", ["1: registry must be a text, not nothing"]),
        ("rules: {docker.io: []}", ["1: the rule for docker.io has no prefix: write one such as docker-hub"]),
        ("rules:\n  docker.io:\n  - hub\n  - 1", ["4: the prefix for docker.io must be a text, not a number: quote it, \"1\""]),
        ("rules: {docker.io: [hub, hub]}", ["1: docker.io and docker.io have the same prefix hub: in ECR a prefix belongs to one rule"]),
        ("style: other", ["1: style must be literal or parameter, not 'other'"]),
        ("style: 1", ["1: style must be a text, not a number: quote it, \"1\""]),
        ("style: {compose: x, helm: parameter}", ["1: the style of compose must be literal or parameter, not 'x'", "1: unknown key 'helm': write one of compose, dockerfile"]),
        ("parameters: {default: x, name: y}", ["1: default must be cache or upstream, not 'x'", "1: unknown key 'name': did you mean names?"]),
        ("parameters: {names: {x: A, quay.io: 1, docker.io: A-B, ghcr.io: C, cgr.dev: C, public.ecr.aws: PATH}}", ["1: 'A-B' is not a valid variable name: use one such as REGISTRY", "1: 'x' is not a valid registry: use a host such as docker.io or quay.io, with a path if the rule has an upstream repository prefix", "1: C is already used for another upstream: use a different name for each", "1: PATH is reserved in a build: use another name, such as REGISTRY", "1: the variable for quay.io must be a text, not a number: quote it, \"1\""]),
        ("overrides: {files: x}", ["1: overrides must be a list, not a mapping: write - files: [deploy/eu/**]"]),
        ("overrides:\n- files: 1\n- {registry: x}\n- text", ["2: the patterns must be a list of texts, not a number: write [one, two]", "3: 'x' is not a valid private ECR registry: use a host such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com, without https:// and without a path, or the placeholder that your files use, such as ${ECR_REGISTRY}", "3: an override has no files: write files: [deploy/eu/**]", "4: each of overrides must be a mapping of keys to values, not a text"]),
        ("extends: [a]", ["1: extends must be a text, not a list"]),
        ("extends: nowhere.yaml", ["1: nowhere.yaml cannot be extended: No such file or directory"]),
        (f"extends: {FILE_NAME}", [f"1: {FILE_NAME} extends this file or is this file: remove one extends"]),
        ("registry: https://x", ["1: 'https://x' is not a valid private ECR registry: use a host such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com, without https:// and without a path, or the placeholder that your files use, such as ${ECR_REGISTRY}"]),
        ("rules:", ["1: rules must be a mapping of keys to values, not nothing: fill it in, or remove it"]),
        ("rules: {quay.io: true}", ['1: the prefix for quay.io must be a text, not true or false: quote it, "true"']),
        ("rules: {quay.io: 1.5}", ['1: the prefix for quay.io must be a text, not a number: quote it, "1.5"']),
        ("rules: {quay.io: 2020-01-01}", ["1: the prefix for quay.io must be a text, not a date: quote it, \"2020-01-01\""]),
        ("rules: {quay.io: !x [a]}", ["1: the prefix for quay.io must be a text, not a value with a tag"]),
        ("rules: {quay.io: {}}", ["1: the rule for quay.io has no prefix: write {prefix: docker-hub}"]),
        ("rules:\n  quay.io:\n    prefix: 1\n    to: x", ['3: the prefix for quay.io must be a text, not a number: quote it, "1"', "4: unknown key 'to': write prefix"]),
        ("rules: {quay.io: Quay}", ["1: 'Quay' is not a valid ECR repository prefix: use 2 to 30 characters of a-z, 0-9 and single . _ - / between them, such as docker-hub, or ROOT"]),
        (f"rules: {{quay.io: {'x' * 31}}}", [f"1: '{'x' * 31}' is not a valid ECR repository prefix: use 2 to 30 characters of a-z, 0-9 and single . _ - / between them, such as docker-hub, or ROOT"]),
        ("rules:\n  docker.io: a1\n  index.docker.io: b1", ["3: two rules for docker.io, as docker.io and as index.docker.io: keep one, or give it a list of prefixes"]),
        ("rules: {quay: x1}", ["1: 'quay' is not a valid registry: use a host such as docker.io or quay.io, with a path if the rule has an upstream repository prefix"]),
        (f"rules:\n  quay.io: x1\n  {HOST}: x2\nregistry: {HOST}", [f"3: the rule for {HOST} maps the registry onto itself: remove it"]),
        ("rules: {mirror.gcr.io: x1}\naliases: {mirror.gcr.io: docker.io}", ["1: mirror.gcr.io is an alias of docker.io: write the rule for docker.io"]),
        ("aliases: {mirror.gcr.io: }", ["1: the registry that mirror.gcr.io is must be a text, not nothing"]),
        ("aliases: {x: docker.io}", ["1: an alias maps a registry's host to another: write mirror.gcr.io: docker.io"]),
        ("aliases: {m.example: docker.io/x}", ["1: an alias maps a registry's host to another: write mirror.gcr.io: docker.io"]),
        ("aliases: {index.docker.io: docker.io}", ["1: index.docker.io and docker.io are already the same registry: remove the alias"]),
        ("aliases: {a.example: b.example, b.example: docker.io}", ["1: b.example is an alias itself: write docker.io"]),
        ("own: {a: b}", ["1: own must be a list of texts, not a mapping: write [one, two]"]),
        ("own:\n- x.example\n- 1", ['3: each of own must be a text, not a number: quote it, "1"']),
        ("own: ['https://x.example', '*/X', x.example/Y, 'x.example/y:1', 'acme/*:1', 'acme/[a', 'https://*.example']", [f"1: '{name}' is not a valid registry or path in one: use registry.example.com, ghcr.io/acme or ghcr.io/acme/web-*" for name in ("*/X", "acme/*:1", "acme/[a", "https://*.example", "https://x.example", "x.example/Y", "x.example/y:1")]),
        ("exclude:\n- x\n- '!'", ["3: '!' is not a valid .gitignore pattern: use one such as vendor/ or **/*.tmpl"]),
        ("formats: {kubernets: x, compose: [[]]}", ["1: each of the patterns must be a text, not a list", "1: unknown format 'kubernets': did you mean kubernetes?"]),
        ("embedded: all", ["1: embedded must be true or false, not a text"]),
        ("lint: {severity: {no-rules: error}}", ["1: there is no rule 'no-rules': did you mean no-rule?"]),
        ("lint: {severity: {no-rule: bad}}", ["1: the severity of no-rule must be error or warning or note or off, not 'bad'"]),
        ("lint: {severity: no}", ["1: severity must be a mapping of keys to values, not a text"]),
        ("lint:\n  per-file-ignores: {'!': no-rule}", ["2: '!' is not a valid .gitignore pattern: use one such as vendor/ or **/*.tmpl"]),
        ("lint:\n  per-file-ignores:\n    x/: [no-rule, moving-tags]", ["3: there is no rule 'moving-tags': did you mean moving-tag?"]),
        ("lint: {ignore-images: [a*]}", ["1: 'a*' has no registry: write docker.io/library/a*"]),
        ("lint: {ignore-images: [acme/*]}", ["1: 'acme/*' has no registry: write docker.io/acme/*"]),
        ("lint: {ignore-images: ['nginx:1']}", ["1: 'nginx:1' has a tag: use the name alone, docker.io/library/nginx"]),
        ("lint: {ignore-images: ['A b']}", ["1: 'A b' is not a valid image: invalid reference format: repository name (A b) must be lowercase"]),
        ("lint: {ignore: x}", ["1: unknown key 'ignore': did you mean ignore-images?"]),
        ("required-version: >=0.2", ["1: this is not valid YAML: a text that begins with > or | must be quoted"]),
        ("runners-logged-in: 1", ["1: runners-logged-in must be true or false, not a number"]),
        ("own: 1\nrules: 1\nx: 1", ["1: own must be a list of texts, not a number: write [one, two]", "2: rules must be a mapping of keys to values, not a number", f"3: unknown key 'x': {KNOWN}"]),
    ],
)  # fmt: skip
def test_mistakes(tmp_path: Path, content: str | bytes, expected: list[str]) -> None:
    assert mistakes(tmp_path, content) == [f"conf:{each}" for each in expected]


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    for name, reason in (("none", "No such file or directory"), (".", "it is not a regular file")):
        with pytest.raises(ConfigError) as caught:
            load(tmp_path / name, "conf")
        assert caught.value.args == (f"conf: the configuration cannot be read: {reason}",)


@pytest.mark.parametrize(
    ("start", "stop", "expected"),
    [
        ("a/b", "a", "a/b"),
        ("a/c", "a", "a"),
        ("a", "a", "a"),
        ("d/e", "d", None),
        ("d/e", ".", "."),
        ("l", ".", "l"),
    ],
)
def test_locate(tmp_path: Path, start: str, stop: str, expected: str | None) -> None:
    fill(tmp_path, {f"{folder}/{FILE_NAME}": "" for folder in (".", "a", "a/b")})
    for folder in ("a/c", "d/e", "l"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "l" / FILE_NAME).symlink_to("none")  # found, so that it is reported
    found = locate(tmp_path / start, tmp_path / stop)
    assert found == (tmp_path / expected / FILE_NAME if expected else None)


def test_locate_ends_at_the_top(tmp_path: Path) -> None:
    assert locate(Path("/"), tmp_path) is None


def test_parse_rule() -> None:
    assert parse_rule("cgr.dev/example.com=cg") == CacheRule("cgr.dev", "example.com", "cg")
    assert parse_rule("docker.io=ROOT") == CacheRule("docker.io", "", "")
    with pytest.raises(ValueError, match="is not a valid rule: use UPSTREAM=PREFIX"):
        parse_rule("docker.io")
    for scheme in ("https", "http", "docker"):
        with pytest.raises(ValueError, match=r"use a host such as docker.io, without https://"):
            parse_rule(f"{scheme}://docker.io=hub")


@pytest.mark.parametrize(
    ("registry", "rules", "expected"),
    [
        (None, [], "one.docker.io=hub quay.io=quay"),
        ("other", ["registry-1.docker.io=new"], "other.quay.io=quay docker.io=new"),
        (None, ["docker.io/library=lib"], "one.docker.io=hub quay.io=quay docker.io/library=lib"),
        (None, ["ghcr.io=aa", "ghcr.io=bb"], "two rules for ghcr.io (aa and bb)"),
        (None, ["ghcr.io=hub"], "docker.io and ghcr.io have the same prefix hub"),
        ("quay.io", [], "the rule for quay.io maps the registry onto itself: remove it"),
    ],
)
def test_the_command_line_comes_first(registry: str | None, rules: list[str], expected: str) -> None:
    config = Config(None, "one", (CacheRule("docker.io", "", "hub"), CacheRule("quay.io", "", "quay")))
    try:
        host, merged = combined(config, registry, [parse_rule(rule) for rule in rules])
        told = f"{host}." + " ".join(f"{rule.name}={rule.prefix}" for rule in merged)
    except ConfigError as error:
        told = str(error)
    assert told.startswith(expected)


def test_what_it_extends(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {
            "base.yaml": WHOLE + "overrides: [{files: us/**}]\nstyle: parameter\nembedded: true\n",
            "team/team.yaml": "extends: ../base.yaml\nparameters: {names: {docker.io: HUB}}\n",
        },
    )
    text = """\
extends: ../team/team.yaml
rules: {docker.io: [hub, hub2], quay.io: quay}
own: acme/x
exclude: [x/]
aliases: {m.example: quay.io}
formats: {compose: c}
style: {compose: literal}
parameters: {default: upstream}
overrides: [{files: eu/**}]
"""
    folder = tmp_path / "app"
    assert read(folder, text, tmp_path) == Config(
        folder,
        HOST,
        (
            *RULES[1:],
            CacheRule("docker.io", "", "hub"),
            CacheRule("docker.io", "", "hub2"),
            CacheRule("quay.io", "", "quay"),
        ),
        {"mirror.gcr.io": "docker.io", "m.example": "quay.io"},
        ("registry.example.com", "ghcr.io/acme", "docker.io/acme/x"),
        ("vendor/", "**/testdata/**", "x/"),
        {"kubernetes": ("deploy/**/*.yaml.tmpl",), "compose": ("c",)},
        True,
        {"dockerfile": "parameter", "compose": "literal"},
        Parameters("upstream", {"docker.io": "HUB"}),
        (Override(("us/**",)), Override(("eu/**",))),
    )


def test_mistakes_in_what_it_extends(tmp_path: Path) -> None:
    fill(
        tmp_path,
        {"a/base.yaml": "rules: {docker.io: X}\nrule: 1\n", "a/loop.yaml": f"extends: ../{FILE_NAME}\n"},
    )
    assert [each.partition(":")[0] for each in mistakes(tmp_path, "extends: a/base.yaml")] == [
        "a/base.yaml"
    ] * 2
    expected = f"a/loop.yaml:1: ../{FILE_NAME} extends this file or is this file: remove one extends"
    assert mistakes(tmp_path, "extends: a/loop.yaml") == [expected]
    fill(tmp_path, {"a/base.yaml": "rules: {docker.io: hub}\n"})
    same = "conf:1: docker.io and quay.io have the same prefix hub: in ECR a prefix belongs to one rule"
    assert mistakes(tmp_path, "extends: a/base.yaml\nrules: {quay.io: hub}") == [same]
    assert mistakes(tmp_path, "extends: a") == ["conf:1: a cannot be extended: it is not a regular file"]


def test_the_lint_of_an_extended_configuration_counts_too(tmp_path: Path) -> None:
    base = (
        "runners-logged-in: true\nlint:\n  severity: {no-rule: off, moving-tag: note}\n"
        "  per-file-ignores: {a/: no-rule}\n  ignore-images: [busybox, '*/x', 'localhost/*', 'quay.io/[ab]']\n"
    )
    (tmp_path / "base.yaml").write_text(base)
    (tmp_path / FILE_NAME).write_text(
        "extends: base.yaml\nlint:\n  severity: {no-rule: error}\n  per-file-ignores: {b/: [moving-tag, no-rule]}\n"
        "  ignore-images: redis\n"
    )
    config = load(tmp_path / FILE_NAME, FILE_NAME)
    assert config.runners_logged_in
    assert config.lint.severity == {"no-rule": "error", "moving-tag": "note"}
    assert config.lint.per_file_ignores == {"a/": ("no-rule",), "b/": ("moving-tag", "no-rule")}
    assert config.lint.ignore_images == (
        "docker.io/library/busybox",
        "*/x",
        "localhost/*",
        "quay.io/[ab]",
        "docker.io/library/redis",
    )
