# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from rewrite_refs.cache.judge import RuleSet
from rewrite_refs.cache.rule import ROOT
from rewrite_refs.config.load import FILE_NAME, Config, load
from rewrite_refs.emit import survey
from rewrite_refs.errors import ConfigError
from rewrite_refs.init.proposal import proposed
from rewrite_refs.init.update import Old, Overrides, Result, header, updated
from rewrite_refs.sources import Import, Imported, SourceLocation
from tests.commands import fill
from tests.common import HOST, RULES
from tests.emit.surveys import entries

ACCOUNT, OTHER = "123456789012", "999999999999"
EU, US = "eu-west-1", "us-east-1"
US_HOST = HOST.replace(EU, US)
OTHER_HOST = HOST.replace(ACCOUNT, OTHER)
NOTHING = Overrides()
PROPOSAL = (
    "  # A proposal by the name of the region: write the patterns of the files that pull from this registry."
)
HUB = Imported("registry-1.docker.io", "docker-hub")
QUAY = Imported("quay.io", "quay")


def at(rule: Imported, account: str | None, region: str | None = None, line: int | None = None) -> Imported:
    return rule._replace(account=account, region=region, location=SourceLocation("f", line) if line else None)


def old(folder: Path, text: str, **others: str) -> Old:
    fill(folder, {FILE_NAME: text, **{f"{name}.yaml": content for name, content in others.items()}})
    return Old(text, "conf", load(folder / FILE_NAME, "conf"))


def after(folder: Path, text: str, *rules: Imported, given: Overrides = NOTHING, **others: str) -> Result:
    """The update of a configuration; it loads, and a second update finds nothing to do."""
    result = updated(old(folder, text, **others), Import(rules), "it", given)
    again = updated(old(folder, result.text), Import(rules), "it", given)
    assert again.text == result.text
    return result


# --- new files --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "given", "expected", "remarks"),
    [
        ([at(HUB, ACCOUNT, EU)], NOTHING, f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, ACCOUNT, "cn-north-1")], NOTHING, f"registry: {ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn\nrules:\n  docker.io: docker-hub\n",
         [f"{ACCOUNT}.dkr.ecr.cn-north-1.amazonaws.com.cn: the regions in China have no pull-through cache"]),
        ([HUB], NOTHING, "rules:\n  docker.io: docker-hub\n", ["no registry in it: use --registry, or --account-id and --region, or set REWRITE_REFS_REGISTRY where rewrite-refs runs"]),
        ([HUB], Overrides(HOST), f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, ACCOUNT)], Overrides(region=EU), f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, None, EU)], Overrides(account=ACCOUNT), f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, ACCOUNT, EU)], Overrides("${ECR}"), "registry: '${ECR}'\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, ACCOUNT, EU)], Overrides("{{ .Values.registry }}"), "registry: '{{ .Values.registry }}'\nrules:\n  docker.io: docker-hub\n", []),
        ([at(HUB, OTHER, EU)], Overrides(HOST), f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n", [f"the rules are those of {OTHER_HOST}, the registry is {HOST}, as given"]),
        ([Imported("quay.io", "quay/", "centos/"), Imported("ghcr.io", "ROOT"), Imported("cgr.dev", "12", ROOT)], Overrides(HOST),
         f"registry: {HOST}\nrules:\n  quay.io/centos: quay\n  ghcr.io: ROOT\n  cgr.dev: '12'\n", []),
        ([Imported(OTHER_HOST, "ecr")], Overrides(HOST), f"registry: {HOST}\nrules:\n  {OTHER_HOST}: ecr\n", []),
        ([Imported("quay.io", "mirror/quay.io"), QUAY, QUAY, Imported("quay.io", "q2")], Overrides(HOST),
         f"registry: {HOST}\nrules:\n  quay.io: [quay, mirror/quay.io, q2]\n",
         ["quay.io has the prefixes quay, mirror/quay.io, q2: the first is written, the others are recognised; put first the one that you want"]),
        ([Imported("quay.io", "b1"), Imported("quay.io", "a1"), Imported("harbor.example", "z1"), Imported("harbor.example", "y1")], Overrides(HOST),
         f"registry: {HOST}\nrules:\n  quay.io: [b1, a1]\n  harbor.example: [z1, y1]\n",
         [f"{name}: the first is written, the others are recognised; put first the one that you want" for name in ("quay.io has the prefixes b1, a1", "harbor.example has the prefixes z1, y1")]),
        # several registries
        ([at(HUB, ACCOUNT, EU), at(QUAY, ACCOUNT, US), at(HUB, ACCOUNT, US), at(QUAY, ACCOUNT, EU)], NOTHING,
         f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n  quay.io: quay\noverrides:\n"
         f"{PROPOSAL}\n"
         f"  - files: ['**/us-east-1/**']\n    registry: {US_HOST}\n", []),
        ([at(HUB, ACCOUNT, EU), at(QUAY, ACCOUNT, US)], Overrides(US_HOST),
         f"registry: {US_HOST}\nrules:\n  quay.io: quay\noverrides:\n"
         f"{PROPOSAL}\n"
         f"  - files: ['**/eu-west-1/**']\n    registry: {HOST}\n    rules:\n      docker.io: docker-hub\n", []),
        ([at(HUB, ACCOUNT, EU), at(Imported("quay.io", "qq"), OTHER, EU), at(QUAY, OTHER, EU)], Overrides("${ECR}"),
         "registry: '${ECR}'\nrules:\n  docker.io: docker-hub\noverrides:\n"
         f"  # A proposal by the account: write the patterns of the files that pull from this registry.\n"
         f"  - files: ['**/{OTHER}/**']\n    registry: {OTHER_HOST}\n    rules:\n      quay.io: [quay, qq]\n",
         [f"{OTHER_HOST}: quay.io has the prefixes quay, qq: the first is written, the others are recognised; put first the one that you want"]),
        ([QUAY, at(HUB, ACCOUNT, EU)], NOTHING, f"registry: {HOST}\nrules:\n  quay.io: quay\n  docker.io: docker-hub\n", [f"it does not name the registry of 1 rule: {HOST} is assumed"]),
        ([HUB, at(HUB, None, US)], Overrides(HOST),
         f"registry: {HOST}\nrules:\n  docker.io: docker-hub\noverrides:\n"
         f"{PROPOSAL}\n"
         f"  - files: ['**/us-east-1/**']\n    registry: {US_HOST}\n", [f"it does not name the registry of 2 rules: {HOST} is assumed"]),
    ],
)  # fmt: skip
def test_a_new_file(
    tmp_path: Path, rules: list[Imported], given: Overrides, expected: str, remarks: list[str]
) -> None:
    start = header("From it.")
    result = after(tmp_path, start, *rules, given=given)
    assert (result.text, list(result.remarks), result.unresolved) == (start + expected, remarks, ())
    assert result.rules == len(set(rules))


def test_the_header_names_the_source() -> None:
    assert header("From Terraform: infra.").endswith(" From Terraform: infra.\n")


# --- what is left out -------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("rules", "text", "expected"),
    [
        ([Imported("quay.io", "Quay", location=SourceLocation("f", 3))], "", ["f:3: 'Quay' is not a valid ECR repository prefix"]),
        ([Imported("${var.x}", "quay")], "", ["it: '${var.x}' is not a valid registry"]),
        ([Imported("quay.io", "ROOT", "centos")], "", ["it: ROOT cannot be combined"]),
        ([QUAY, at(Imported("ghcr.io", "quay"), None, None, 7)], "", ["f:7: ghcr.io has the prefix quay of quay.io: in ECR a prefix belongs to one rule"]),
        ([at(Imported(HOST, "ecr"), ACCOUNT, EU, 2)], "", [f"f:2: the rule for {HOST} maps the registry onto itself"]),
        ([Imported(HOST, "ecr")], f"registry: {HOST}\n", [f"it: the rule for {HOST} maps the registry onto itself"]),
        ([Imported("m.example", "m1")], "aliases: {m.example: docker.io}\n", ["it: m.example is an alias of docker.io in the configuration"]),
        ([at(QUAY, OTHER, None, 5)], f"registry: {HOST}\n", ["f:5: 1 rule of another registry, the region of which is unknown: use --account-id and --region"]),
        ([HUB, at(QUAY, None, US, 5), at(HUB, None, US)], "", ["f:5: 2 rules of another registry, the account of which is unknown: use --account-id and --region"]),
        ([at(HUB, ACCOUNT, EU), at(QUAY, None, None, 1)], "registry: ${ECR}\n", ["f:1: 1 rule of another registry, the account and region of which is unknown: use --account-id and --region"]),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_told(
    tmp_path: Path, rules: list[Imported], text: str, expected: list[str]
) -> None:
    result = after(tmp_path, text, *rules)
    told = [f"{each.location}: {each.reason}" for each in result.unresolved]
    assert len(told) == len(expected)
    assert all(one.startswith(other) for one, other in zip(told, expected, strict=True)), told


def test_a_registry_without_a_rule_is_no_override(tmp_path: Path) -> None:
    imported = Import((at(HUB, ACCOUNT, EU),), registries=((ACCOUNT, US), (ACCOUNT, EU)))
    result = updated(old(tmp_path, ""), imported, "it", NOTHING)
    assert result.text == f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n"
    assert (result.rules, result.registries) == (1, 1)


def test_a_registry_that_lost_its_rules(tmp_path: Path) -> None:
    """It was asked and has none: they are kept, and named."""
    text = f"registry: {US_HOST}\nrules: {{quay.io: quay}}\n"
    imported = Import((at(HUB, ACCOUNT, EU),), registries=((ACCOUNT, US), (ACCOUNT, EU)))
    result = updated(old(tmp_path, text), imported, "it", NOTHING)
    assert result.text.startswith(text)
    assert result.remarks == ("quay.io: quay: it has no such rule; remove it if it is gone",)


def test_an_empty_registry_that_the_file_names_gets_no_rules(tmp_path: Path) -> None:
    imported = Import((), registries=((ACCOUNT, EU),))
    assert (
        updated(old(tmp_path, f"registry: {HOST}\n"), imported, "it", NOTHING).text == f"registry: {HOST}\n"
    )


# --- existing files ---------------------------------------------------------------------------

TOP = f"registry: {HOST}\n"
GONE = "it has no such rule; remove it if it is gone"
FIRST = "the first is written, the others are recognised; put first the one that you want"


@pytest.mark.parametrize(
    ("text", "rules", "expected", "remarks"),
    [
        # rules
        ("# mine\nrules:\n  docker.io: docker-hub   # keep\n", [HUB], None, []),
        ("rules:\n  registry-1.docker.io: hub # why\n", [HUB, QUAY], "rules:\n  registry-1.docker.io: docker-hub # why\n  quay.io: quay\n", []),
        ("rules: {docker.io: {prefix: hub}}\n", [HUB], "rules: {docker.io: {prefix: docker-hub}}\n", []),
        ("rules: {docker.io: docker-hub/}\n", [HUB], None, []),
        ("rules: {quay.io: old}\n", [HUB], "rules: {quay.io: old, docker.io: docker-hub}\n", [f"quay.io: old: {GONE}"]),
        ("rules: {quay.io: [q1, quay]}\n", [QUAY, Imported("quay.io", "q1")], None, []),
        ("rules: {quay.io: [q1, quay]}\n", [QUAY], "rules: {quay.io: [quay, q1]}\n", [f"quay.io has the prefixes quay, q1: {FIRST}", f"quay.io: q1: {GONE}"]),
        ("rules: {quay.io: [quay, q1]}\n", [QUAY, Imported("quay.io", "q2")], "rules: {quay.io: [quay, q1, q2]}\n", [f"quay.io has the prefixes quay, q1, q2: {FIRST}", f"quay.io: q1: {GONE}"]),
        ("rules: {quay.io: [q1, {prefix: q2}]}\n", [QUAY], "rules: {quay.io: [quay]}\n", []),
        ("rules:\n  quay.io: {prefix: q1}\n", [QUAY, Imported("quay.io", "q1")], "rules:\n  quay.io: [q1, quay]\n", [f"quay.io has the prefixes q1, quay: {FIRST}"]),
        ("rules: {docker.io: quay, quay.io: docker-hub}\n", [HUB, QUAY], "rules: {docker.io: docker-hub, quay.io: quay}\n", []),
        ("own: [a.example]\n", [HUB], "rules:\n  docker.io: docker-hub\nown: [a.example]\n", []),
        # what is extended
        ("extends: base.yaml\n", [HUB, QUAY], "extends: base.yaml\nrules:\n  quay.io: quay\n", []),
        ("extends: base.yaml\nrules: {quay.io: quay}\n", [QUAY, Imported("docker.io", "hub")], "extends: base.yaml\nrules: {quay.io: quay, docker.io: hub}\n", []),
    ],
)  # fmt: skip
def test_an_existing_file(
    tmp_path: Path, text: str, rules: list[Imported], expected: str | None, remarks: list[str]
) -> None:
    base = "rules: {docker.io: docker-hub}\n"
    for top in ("", TOP):
        new = (expected or text) if not top or text.startswith("rules") or not expected else None
        result = updated(old(tmp_path, top + text, base=base), Import(tuple(rules)), "it", NOTHING)
        assert new is None or result.text == top + new
        assert [each for each in result.remarks if not each.startswith("no registry")] == remarks
        assert (
            updated(old(tmp_path, result.text, base=base), Import(tuple(rules)), "it", NOTHING).text
            == result.text
        )


OVERRIDE = f"overrides:\n- files: a/**   # ours\n  registry: {US_HOST}\n"


@pytest.mark.parametrize(
    ("text", "rules", "given", "expected", "remarks"),
    [
        # the registry that the file names is the one at the top
        (f"{TOP}rules: {{docker.io: docker-hub}}\n{OVERRIDE}", [at(HUB, ACCOUNT, US), at(HUB, ACCOUNT, EU)], NOTHING, None, []),
        (f"{TOP}rules: {{docker.io: docker-hub}}\n{OVERRIDE}", [at(QUAY, ACCOUNT, US)], NOTHING, f"{TOP}rules: {{docker.io: docker-hub}}\n{OVERRIDE}  rules:\n    quay.io: quay\n", []),
        (f"{TOP}{OVERRIDE}  rules: {{docker.io: x1, quay.io: quay}}\n", [at(HUB, ACCOUNT, US)], NOTHING, f"{TOP}{OVERRIDE}  rules: {{docker.io: docker-hub, quay.io: quay}}\n", [f"{US_HOST}: quay.io: quay: {GONE}"]),
        (f"{TOP}rules: {{docker.io: docker-hub}}\n{OVERRIDE}  rules: {{docker.io: x1}}\n", [at(HUB, ACCOUNT, US)], NOTHING, f"{TOP}rules: {{docker.io: docker-hub}}\n{OVERRIDE}  rules: {{docker.io: docker-hub}}\n", []),
        (f"{TOP}rules: {{docker.io: docker-hub}}\n", [at(HUB, OTHER, US)], NOTHING, f"{TOP}rules: {{docker.io: docker-hub}}\noverrides:\n{PROPOSAL}\n  - files: ['**/us-east-1/**']\n    registry: {OTHER}.dkr.ecr.us-east-1.amazonaws.com\n", []),
        (f"{TOP}overrides:\n  - files: x\n    style: parameter\n# end\n", [at(HUB, ACCOUNT, US)], NOTHING, f"{TOP}overrides:\n  - files: x\n    style: parameter\n{PROPOSAL}\n  - files: ['**/us-east-1/**']\n    registry: {US_HOST}\n    rules:\n      docker.io: docker-hub\n# end\n", []),
        # the region of the file's own registry is no name for another
        (TOP, [at(HUB, OTHER, EU)], NOTHING, f"{TOP}overrides:\n{PROPOSAL.replace('name of the region', 'account')}\n  - files: ['**/{OTHER}/**']\n    registry: {OTHER}.dkr.ecr.{EU}.amazonaws.com\n    rules:\n      docker.io: docker-hub\n", []),
        # a given registry replaces the one of the file
        (f"{TOP}rules: {{docker.io: docker-hub}}\n", [at(HUB, ACCOUNT, US)], Overrides(US_HOST), f"registry: {US_HOST}\nrules: {{docker.io: docker-hub}}\n", []),
        (f"rules: {{docker.io: docker-hub}}\nregistry: '{HOST}' # x\n", [HUB], Overrides("${ECR}"), "rules: {docker.io: docker-hub}\nregistry: '${ECR}' # x\n", []),
        # a placeholder: what no override has is at the top
        (f"registry: ${{ECR}}\nrules: {{docker.io: x1}}\n{OVERRIDE}", [at(QUAY, ACCOUNT, US), at(HUB, ACCOUNT, EU)], NOTHING, f"registry: ${{ECR}}\nrules: {{docker.io: docker-hub}}\n{OVERRIDE}  rules:\n    quay.io: quay\n", []),
        (f"registry: ${{ECR}}\n{OVERRIDE}", [at(QUAY, ACCOUNT, US)], NOTHING, f"registry: ${{ECR}}\n{OVERRIDE}  rules:\n    quay.io: quay\n", []),
        # an extended file has the override
        ("extends: base.yaml\nrules: {quay.io: quay}\n", [at(HUB, ACCOUNT, US), at(QUAY, ACCOUNT, EU)], NOTHING, None, [f"{US_HOST}: its override is in an extended file: update that with --config"]),
    ],
)  # fmt: skip
def test_several_registries(
    tmp_path: Path,
    text: str,
    rules: list[Imported],
    given: Overrides,
    expected: str | None,
    remarks: list[str],
) -> None:
    base = TOP + OVERRIDE
    result = updated(old(tmp_path, text, base=base), Import(tuple(rules)), "it", given)
    assert result.text == (expected or text)
    assert list(result.remarks) == remarks
    assert updated(old(tmp_path, result.text), Import(tuple(rules)), "it", NOTHING).text == result.text


def test_rules_that_contradict_those_that_are_kept(tmp_path: Path) -> None:
    for text in ("rules: {ghcr.io: quay}", f"registry: {HOST}\n{OVERRIDE}  rules: {{ghcr.io: quay}}\n"):
        with pytest.raises(ConfigError) as caught:
            after(tmp_path, text, at(QUAY, ACCOUNT, US))
        assert caught.value.args == (
            "conf: ghcr.io and quay.io have the same prefix quay: in ECR a prefix belongs to one rule: "
            "see which of them is gone, remove it, run again",
        )


def test_what_cannot_be_edited_is_left_to_the_user(tmp_path: Path) -> None:
    text = f"{TOP}rules: {{docker.io: &p p1, quay.io: q1}}\nexclude: [*p]\n"
    with pytest.raises(ConfigError, match="cannot be changed safely; write this yourself:") as caught:
        after(tmp_path, text, HUB)
    assert caught.value.args[0].endswith(f":\n{TOP}rules:\n  docker.io: docker-hub\n  quay.io: q1\n")


# --- properties -------------------------------------------------------------------------------

_SOME = st.builds(
    Imported,
    st.sampled_from(["registry-1.docker.io", "docker.io", "quay.io", "cgr.dev", US_HOST, HOST, "nope", "a_b.c", "[::1]:5", "x.example:80", "https://ghcr.io/"]),
    st.sampled_from(["docker-hub", "quay", "quay/", "mirror/quay.io", "12", "1.5", "0x1f", "null", "ROOT", "Bad", "x", "1e5", "true", "on", "2026-01-01"]),
    st.sampled_from(["", "", "centos", "a/b", "/x/", "ROOT", "No:1"]),
    st.sampled_from([None, ACCOUNT, OTHER]),
    st.sampled_from([None, EU, US, "cn-north-1"]),
)  # fmt: skip
_TEXTS = [
    "",
    "# x\n",
    "{}",
    f"{TOP}# z",
    "rules:\n    quay.io: quay\nown: [x.example]",
    f"{TOP}rules: {{cgr.dev: [aa, bb]}}\n{OVERRIDE}",
]


@given(
    st.lists(_SOME, max_size=6),
    st.sampled_from(_TEXTS),
    st.sampled_from([NOTHING, Overrides(HOST), Overrides("${ECR}"), Overrides(None, ACCOUNT, US)]),
)
def test_whatever_the_source_holds_the_file_loads(
    tmp_path_factory: pytest.TempPathFactory, rules: list[Imported], text: str, given: Overrides
) -> None:
    folder = tmp_path_factory.getbasetemp()
    before = old(folder, text)
    try:
        result = updated(before, Import(tuple(rules)), "it", given)
    except ConfigError as error:
        message = str(error)
        assume(not re.fullmatch(r"conf: .* (same prefix|onto itself).*run again", message))
        raise
    config = old(folder, result.text).config
    written = [*config.rules, *(rule for each in config.overrides for rule in each.rules or ())]
    prefixes = {(rule.name, rule.prefix or ROOT) for rule in written}
    assert result.rules <= len(rules)
    for rule in rules:
        host = rule.upstream.removeprefix("https://").rstrip("/").replace("registry-1.", "")
        path = "" if rule.path == ROOT else rule.path.strip("/")
        name = f"{host}/{path}" if path else host
        assert (name, rule.prefix.rstrip("/")) in prefixes or result.unresolved
    again = updated(old(folder, result.text), Import(tuple(rules)), "it", given)
    assert again.text == result.text


# --- proposals --------------------------------------------------------------------------------


IMAGES = (
    "quay.io/a/b",
    "nginx",
    "redis",
    "gcr.io/x/y",
    "mcr.microsoft.com/z",
    "r.example/x",
    "r.example/y",
    f"{HOST}/own",
)
NOTE = "  # a proposal: AWS's own example; write the prefix of your rule"


@pytest.mark.parametrize(
    ("text", "images", "given", "expected", "remarks"),
    [
        ("", IMAGES, Overrides(HOST), f"registry: {HOST}\nrules:\n  docker.io: docker-hub{NOTE}\n  quay.io: quay{NOTE}\n",
         ["docker.io: docker-hub is proposed for 2 references", "quay.io: quay is proposed for 1 reference", "r.example: ECR cannot cache it, 2 references stay", "gcr.io: ECR cannot cache it, 1 reference stays: ", "mcr.microsoft.com: "]),
        ("", ("nginx",), NOTHING, f"rules:\n  docker.io: docker-hub{NOTE}\n", ["docker.io: "]),
        ("rules:\n  docker.io: hub # mine\n", ("nginx", "quay.io/a/b"), NOTHING, f"rules:\n  docker.io: hub # mine\n  quay.io: quay{NOTE}\n", ["quay.io: "]),
        ("rules: {docker.io: docker-hub}\n", ("nginx", "gcr.io/x"), NOTHING, None, ["gcr.io: "]),
        (f"{TOP}rules: {{docker.io: quay}}\n", ("quay.io/x",), NOTHING, f"{TOP}rules: {{docker.io: quay, quay.io: quay-2}}\n", ["quay.io: quay-2 is"]),
        ("", ("a.azurecr.io/x", "b.azurecr.io/x", "b.azurecr.io/y"), Overrides("${ECR}"), f"registry: '${{ECR}}'\nrules:\n  b.azurecr.io: azure-b{NOTE}\n  a.azurecr.io: azure{NOTE}\n", ["b.azurecr.io: ", "a.azurecr.io: "]),
        ("", (), Overrides(HOST), f"registry: {HOST}\n", []),
    ],
)  # fmt: skip
def test_proposals(
    tmp_path: Path,
    text: str,
    images: tuple[str, ...],
    given: Overrides,
    expected: str | None,
    remarks: list[str],
) -> None:
    before = old(tmp_path, text)
    rules = RuleSet(before.config.registry, before.config.rules)
    result = proposed(before, survey.of(entries(images, rules), rules), given)
    assert result.text == (expected or text)
    assert len(result.remarks) == len(remarks)
    assert all(one.startswith(other) for one, other in zip(result.remarks, remarks, strict=True)), result
    config = old(tmp_path, result.text).config
    assert result.rules == len(config.rules) - len(before.config.rules)


def test_the_rules_of_the_examples_are_those_of_aws() -> None:
    images = [f"{rule.upstream}/a/b" for rule in RULES.rules]
    result = proposed(
        Old("", "conf", Config()), survey.of(entries(images, RuleSet()), RuleSet()), Overrides(HOST)
    )
    assert all(f"  {rule.upstream}: {rule.prefix}  #" in result.text for rule in RULES.rules)


def test_a_proposal_that_a_source_has_is_none_any_more(tmp_path: Path) -> None:
    rule = "  {}: {}" + NOTE + "{}"
    text = (
        f"{TOP}rules:\r\n" + rule.format("docker.io", "docker-hub", "\r\n") + rule.format("quay.io", "q2", "")
    )
    result = after(tmp_path, text, HUB)
    assert result.text == text.replace(f"docker-hub{NOTE}", "docker-hub")
    other = after(tmp_path, text, Imported("registry-1.docker.io", "other"))
    assert f"  docker.io: other\r\n  quay.io: q2{NOTE}" in other.text


def test_what_is_given_and_contradicts_the_source_is_said(tmp_path: Path) -> None:
    rule = at(HUB, ACCOUNT, EU)
    remarks = after(tmp_path, "", rule, given=Overrides(account=OTHER, region="us-east-1")).remarks
    assert f"it names {ACCOUNT}: --account-id {OTHER} is ignored" in remarks
    assert f"it names {EU}: --region us-east-1 is ignored" in remarks
    assert not after(tmp_path, "", rule, given=Overrides(account=ACCOUNT, region=EU)).remarks
    assert not after(tmp_path, "", at(HUB, ACCOUNT), given=Overrides(region="us-east-1")).remarks
