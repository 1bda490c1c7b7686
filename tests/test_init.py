# ruff: noqa: E501 - a row of a table is a line
from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path

import boto3
import pytest

from rewrite_refs import cli
from rewrite_refs.config.load import FILE_NAME
from rewrite_refs.init.update import header
from tests import moto_ecr
from tests.commands import POD, Ran, fill, repository, run
from tests.common import HOST

ACCOUNT, EU, US = "123456789012", "eu-west-1", "us-east-1"
US_HOST = HOST.replace(EU, US)
HEAD = header("{}")
ANSWER = json.dumps(
    {
        "pullThroughCacheRules": [
            {"ecrRepositoryPrefix": "docker-hub", "upstreamRegistryUrl": "registry-1.docker.io", "registryId": ACCOUNT},
            {"ecrRepositoryPrefix": "quay", "upstreamRegistryUrl": "quay.io", "registryId": ACCOUNT},
        ]
    }
)  # fmt: skip
TERRAFORM = """\
resource "aws_ecr_pull_through_cache_rule" "{name}" {{
  ecr_repository_prefix = {prefix}
  upstream_registry_url = "{upstream}"
}}
"""
HUB = TERRAFORM.format(name="hub", prefix='"docker-hub"', upstream="registry-1.docker.io")
QUAY = TERRAFORM.format(name="quay", prefix='"quay"', upstream="quay.io")
OPEN = TERRAFORM.format(name="open", prefix="data.x.y.z", upstream="ghcr.io")
TEMPLATE = """\
Resources:
  Hub:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: docker-hub
      UpstreamRegistryUrl: registry-1.docker.io
  Ecr:
    Type: AWS::ECR::PullThroughCacheRule
    Properties:
      EcrRepositoryPrefix: shared
      UpstreamRegistryUrl: !Sub 210987654321.dkr.ecr.${AWS::Region}.amazonaws.com
"""
RULES = "rules:\n  docker.io: docker-hub\n  quay.io: quay\n"
WRITTEN = f"registry: {HOST}\n{RULES}"


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    return repository(
        tmp_path / "repo",
        {
            "rules.json": ANSWER,
            "infra/hub.tf": HUB,
            "infra/more/quay.tf": QUAY,
            "open/main.tf": HUB + OPEN,
            "stack.yaml": TEMPLATE,
            "none.tf": "",
            "none.yaml": "Resources: {}\n",
            "app/Dockerfile": "FROM nginx:1\n",
            "app/pod.yaml": POD.format("quay.io/a/b"),
        },
    )


def config(tree: Path) -> str:
    return (tree / FILE_NAME).read_bytes().decode()


def existing(tree: Path, text: str) -> str:
    fill(tree, {FILE_NAME: text})
    return text


# --- a source each ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--from-json", "rules.json", "--region", EU], HEAD.format("From `aws ecr describe-pull-through-cache-rules` (rules.json).") + WRITTEN),
        (["--from-terraform", "infra", "infra/more", "--registry", HOST], HEAD.format("From Terraform: infra, infra/more.") + WRITTEN),
        (["--from-terraform", "infra/hub.tf", "--from-terraform", "infra/more/quay.tf", "--account-id", ACCOUNT, "--region", EU], HEAD.format("From Terraform: infra/hub.tf, infra/more/quay.tf.") + WRITTEN),
        (["--from-cloudformation", "stack.yaml", "none.yaml", "--registry", "${ECR}", "--region", US],
         HEAD.format("From CloudFormation: stack.yaml, none.yaml.") + "registry: '${ECR}'\nrules:\n  docker.io: docker-hub\n  210987654321.dkr.ecr.us-east-1.amazonaws.com: shared\n"),
    ],
)  # fmt: skip
def test_a_source(tree: Path, arguments: list[str], expected: str) -> None:
    ran = run("init", *arguments, cwd=tree)
    assert (ran.code, ran.out) == (0, "")
    assert ran.err == f"wrote {FILE_NAME}: 2 rules for 1 registry\n"
    assert config(tree) == expected
    again = run("init", *arguments, cwd=tree)
    assert again == Ran(0, "", f"nothing to change in {FILE_NAME}\n")


def test_standard_input(tree: Path) -> None:
    ran = run("init", "--from-json", "-", "--region", EU, cwd=tree, stdin=ANSWER.encode())
    assert ran.code == 0
    assert config(tree) == HEAD.format("From `aws ecr describe-pull-through-cache-rules`.") + WRITTEN


def test_what_lies_elsewhere_is_named_without_its_place(tree: Path, tmp_path: Path) -> None:
    fill(tmp_path, {"elsewhere/rules.json": ANSWER})
    ran = run("init", "--from-json", str(tmp_path / "elsewhere/rules.json"), cwd=tree)
    assert ran.code == 0
    assert ran.err.startswith("no registry in ")
    assert ran.err.endswith(f"wrote {FILE_NAME}: 2 rules taken\n")
    assert (
        config(tree) == HEAD.format("From `aws ecr describe-pull-through-cache-rules` (rules.json).") + RULES
    )


def test_the_folder_of_the_configuration_is_not_named(tmp_path: Path) -> None:
    fill(tmp_path, {"hub.tf": HUB, "quay.tf": QUAY})
    assert run("init", "--from-terraform", ".", "--registry", HOST, cwd=tmp_path).code == 0
    assert config(tmp_path) == HEAD.format("From Terraform.") + WRITTEN


@pytest.fixture
def aws(moto: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    moto_ecr.clear()
    moto_ecr.isolate(monkeypatch, tmp_path, moto)


@pytest.mark.usefixtures("aws")
def test_the_account(tree: Path) -> None:
    for region, prefix in ((EU, "docker-hub"), (US, "hub")):
        client = boto3.client("ecr", region)
        client.create_pull_through_cache_rule(
            ecrRepositoryPrefix=prefix, upstreamRegistryUrl="registry-1.docker.io"
        )
    ran = run("init", "--from-aws", "--region", EU, "--region", US, cwd=tree)
    assert ran == Ran(0, "", f"wrote {FILE_NAME}: 2 rules for 2 registries\n")
    assert config(tree) == HEAD.format("From the AWS account.") + (
        f"registry: {HOST}\nrules:\n  docker.io: docker-hub\noverrides:\n"
        "  # A proposal by the name of the region: write the patterns of the files that pull from this registry.\n"
        f"  - files: ['**/{US}/**']\n    registry: {US_HOST}\n    rules:\n      docker.io: hub\n"
    )


@pytest.mark.usefixtures("aws")
def test_an_account_without_rules(tree: Path) -> None:
    ran = run("init", "--from-aws", "--region", EU, "--region", US, cwd=tree)
    assert (ran.code, ran.out) == (1, "")
    assert ran.err == (
        f"the account has no pull-through-cache rule in {EU}, {US}: nothing is written; "
        "`rewrite-refs rules --emit terraform` prints those that the repository needs\n"
    )
    assert not (tree / FILE_NAME).exists()


# --- no source --------------------------------------------------------------------------------


def test_a_proposal(tree: Path) -> None:
    note = "  # a proposal: AWS's own example; write the prefix of your rule"
    ran = run("init", "--account-id", ACCOUNT, "--region", EU, cwd=tree / "app")
    left = "2 rules are proposals: write the prefixes that the rules of your account have, and remove the comments"
    assert ran == Ran(
        1,
        "",
        "docker.io: docker-hub is proposed for 1 reference\nquay.io: quay is proposed for 1 reference\n"
        f"wrote ../{FILE_NAME}: 2 rules proposed\n../{FILE_NAME}: {left}\n",
    )
    assert config(tree) == HEAD.format("Proposed: replace them by those that you have.") + (
        f"registry: {HOST}\nrules:\n  docker.io: docker-hub{note}\n  quay.io: quay{note}\n"
    )
    assert run("init", cwd=tree) == Ran(1, "", f"nothing to change in {FILE_NAME}\n{FILE_NAME}: {left}\n")
    existing(tree, config(tree).replace(note, "", 1))
    assert run("init", cwd=tree).err.endswith(
        f"{FILE_NAME}: {left.replace('2 rules are proposals', '1 rule is a proposal')}\n"
    )
    existing(tree, config(tree).replace(note, ""))
    assert run("init", cwd=tree) == Ran(0, "", f"nothing to change in {FILE_NAME}\n")


def test_a_proposal_without_a_registry(tree: Path) -> None:
    left = (
        f"{FILE_NAME}: no registry: add the one of your account and region, such as registry: {HOST}, "
        "or set REWRITE_REFS_REGISTRY where rewrite-refs runs\n"
    )
    ran = run("init", cwd=tree)
    assert (ran.code, ran.err.count(left)) == (1, 1)
    ran = run("init", cwd=tree, env={"REWRITE_REFS_REGISTRY": HOST})
    assert (ran.code, "no registry" in ran.err) == (1, False)
    existing(tree, f"{RULES}")
    assert run("init", cwd=tree) == Ran(1, "", f"nothing to change in {FILE_NAME}\n{left}")
    ran = run("init", cwd=tree, env={"REWRITE_REFS_REGISTRY": HOST})
    assert ran == Ran(0, "", f"nothing to change in {FILE_NAME}\n")


def test_a_proposal_keeps_to_the_configuration(tree: Path) -> None:
    existing(tree, f"registry: {HOST}\nown: [quay.io]\nrules:\n  docker.io: hub\n")
    assert run("init", cwd=tree) == Ran(0, "", f"nothing to change in {FILE_NAME}\n")
    existing(tree / "app", "exclude: [Dockerfile]\n")
    ran = run("init", "--registry", HOST, "--yes", cwd=tree / "app")
    assert "docker.io" not in ran.err
    assert config(tree / "app").startswith(f"registry: {HOST}\nrules:\n  quay.io: quay  # a proposal")


def test_nothing_to_propose(tmp_path: Path) -> None:
    fill(tmp_path, {"Dockerfile": "FROM gcr.io/a/b\n"})
    ran = run("init", cwd=tmp_path)
    assert ran.code == 0
    assert ran.err.startswith("gcr.io: ECR cannot cache it, 1 reference stays: ")
    assert ran.err.endswith(
        "nothing to propose: no image was found here that ECR can cache and that has no rule yet\n"
    )
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="needs a user who is not root: root may read anything")
def test_a_file_that_cannot_be_read_counts(tree: Path) -> None:
    (tree / "app/pod.yaml").chmod(0)
    ran = run("init", cwd=tree)
    assert ran.code == 2
    assert ran.err.startswith("app/pod.yaml: error: cannot be read: Permission denied\n")
    assert config(tree).endswith("write the prefix of your rule\n")


# --- existing files ---------------------------------------------------------------------------

OLD = "# ours\r\nrules:\r\n    docker.io:  'hub'   # the team's\r\nown: [a.example]"
NEW = f"# ours\r\nregistry: {HOST}\r\nrules:\r\n    docker.io:  'docker-hub'   # the team's\r\n    quay.io: quay\r\nown: [a.example]"
FROM = ("--from-json", "rules.json", "--region", EU)


def test_yes(tree: Path) -> None:
    existing(tree, OLD)
    ran = run("init", *FROM, "--yes", cwd=tree)
    assert (ran.code, ran.err) == (0, f"wrote {FILE_NAME}: 2 rules for 1 registry\n")
    assert config(tree) == NEW
    lines = ran.out.split("\n")
    assert lines[:2] == [f"diff --git a/{FILE_NAME} b/{FILE_NAME}", f"--- a/{FILE_NAME}"]
    assert {f"+registry: {HOST}", "-    docker.io:  'hub'   # the team's", "+    quay.io: quay"} <= set(lines)


def test_nobody_to_ask(tree: Path) -> None:
    existing(tree, OLD)
    ran = run("init", *FROM, cwd=tree)
    assert ran.code == 1
    assert (
        ran.err
        == f"cannot ask for confirmation without a terminal: use --yes to write it\n{FILE_NAME} was not changed\n"
    )
    assert ran.out.startswith("diff --git ")
    assert config(tree) == OLD


@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 1), (b"\x04", 1)])
def test_somebody_is_asked(tree: Path, answer: bytes, code: int) -> None:
    existing(tree, OLD)
    mine, theirs = pty.openpty()
    os.write(mine, answer)
    command = [sys.executable, "-m", "rewrite_refs", "init", *FROM]
    done = subprocess.run(command, cwd=tree, stdin=theirs, capture_output=True, timeout=60, check=False)
    os.close(mine)
    os.close(theirs)
    assert done.returncode == code, done.stderr
    assert b"Write it? [y/N]: " in done.stderr
    assert done.stderr.endswith(f"{FILE_NAME} was not changed\n".encode()) is bool(code)
    assert done.stdout.startswith(b"diff --git ")
    assert config(tree) == (OLD if code else NEW)


def test_an_existing_file_that_does_not_load(tree: Path) -> None:
    existing(tree, "rules: {quay.io: Quay}\n")
    ran = run("init", *FROM, "--yes", cwd=tree)
    assert ran.code == 2
    assert ran.err.startswith(f"error: {FILE_NAME}:1: 'Quay' is not a valid ECR repository prefix")
    (tree / FILE_NAME).unlink()
    (tree / FILE_NAME).symlink_to("nowhere")
    ran = run("init", *FROM, "--yes", cwd=tree)
    assert (ran.code, ran.err) == (
        2,
        f"error: {FILE_NAME}: the configuration cannot be read: No such file or directory\n",
    )


def test_what_is_no_file_stays_what_it_is(tree: Path) -> None:
    os.mkfifo(tree / "pipe")  # as a device would; root could replace one
    ran = run("init", *FROM, "--config", "pipe", "--yes", cwd=tree)
    assert (ran.code, ran.err) == (
        2,
        "error: pipe: the configuration cannot be read: it is not a regular file\n",
    )
    assert (tree / "pipe").is_fifo()


def test_a_link_stays_one(tree: Path) -> None:
    fill(tree, {"conf/real.yaml": "own: [a.example]\n"})
    (tree / FILE_NAME).symlink_to("conf/real.yaml")
    ran = run("init", *FROM, "--yes", cwd=tree)
    assert ran.code == 0
    assert ran.out.startswith("diff --git a/conf/real.yaml b/conf/real.yaml\n")
    assert (tree / FILE_NAME).is_symlink()
    assert (tree / "conf/real.yaml").read_text() == f"registry: {HOST}\n{RULES}own: [a.example]\n"


def test_another_place(tree: Path, tmp_path: Path) -> None:
    ran = run("init", *FROM, "--config", "conf.yaml", cwd=tree / "app", stdin=None)
    assert ran.code == 2  # rules.json is in the folder above
    ran = run(
        "init", "--from-json", "../rules.json", "--config", "conf.yaml", "--region", EU, cwd=tree / "app"
    )
    assert (ran.code, ran.err) == (0, "wrote conf.yaml: 2 rules for 1 registry\n")
    assert (tree / "app/conf.yaml").read_text().endswith(WRITTEN)
    ran = run("init", *FROM, "--config", "nowhere/conf.yaml", cwd=tree)
    assert (ran.code, ran.err) == (2, "error: nowhere/conf.yaml: not written: No such file or directory\n")
    fill(tmp_path / "plain", {"rules.json": ANSWER, "conf.yaml": "own: [x.example]\n"})
    ran = run("init", *FROM, "--config", "conf.yaml", "--yes", cwd=tmp_path / "plain")
    assert ran.out.startswith("diff --git a/conf.yaml b/conf.yaml\n")


# --- what goes wrong --------------------------------------------------------------------------


def test_what_is_not_resolved_is_told_and_the_rest_is_written(tree: Path) -> None:
    ran = run("init", "--from-terraform", "open", "--registry", HOST, cwd=tree)
    assert ran.code == 1
    assert ran.err.startswith("open/main.tf:5: ")
    assert ran.err.endswith(f"wrote {FILE_NAME}: 1 rule for 1 registry\n")
    assert config(tree).endswith(f"registry: {HOST}\nrules:\n  docker.io: docker-hub\n")


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        (["--from-terraform", "none.tf"], "Terraform"),
        (["--from-cloudformation", "none.yaml"], "CloudFormation"),
        (["--from-json", "empty.json"], "empty.json"),
    ],
)
def test_a_source_without_rules(tree: Path, arguments: list[str], name: str) -> None:
    fill(tree, {"empty.json": '{"pullThroughCacheRules": []}'})
    ran = run("init", *arguments, cwd=tree)
    assert (ran.code, ran.out) == (2, "")
    assert (
        ran.err == f"error: {name}: no pull-through-cache rule could be read from it: nothing is written; "
        "without a source, init proposes rules for the images that the repository uses\n"
    )
    assert not (tree / FILE_NAME).exists()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["--from-aws", "--from-json", "x"], "--from-aws and --from-json are 2 sources: use one."),
        (["infra"], "'infra' belongs to no source: put it after --from-terraform or --from-cloudformation (without"),
        (["--from-json", "rules.json", "x"], "'x' belongs to no source: "),
        (["--from-terraform", ""], "there is no file with an empty name."),
        (["--from-json", ""], "there is no file with an empty name."),
        (["--config", ""], "there is no file with an empty name."),
        (["--profile", "x"], "--profile requires --from-aws."),
        (["--from-aws", "--account-id", ACCOUNT], "--account-id cannot be combined with --from-aws, which looks it up: use --profile."),
        ([*FROM, "--region", US], "several --region require --from-aws."),
        (["--region", EU], "--account-id and --region must be used together."),
        (["--region", EU, "--account-id", ACCOUNT, "--registry", HOST], "--registry cannot be combined with --account-id and --region."),
        (["--from-terraform", "x", "--account-id", "1"], "--account-id '1' is not a valid account ID: use its 12 digits."),
        (["--from-aws", "--region", "Ireland"], "--region 'Ireland' is not a valid region: use one such as eu-west-1."),
        (["--registry", "x"], "error: --registry: 'x' is not a valid private ECR registry: "),
        (["--from-json", "nowhere"], "error: nowhere: cannot be read: No such file or directory\n"),
        (["--from-json", "latin"], "error: latin:2: this is not UTF-8: convert it\n"),
        (["--from-terraform", "nowhere"], "nowhere"),
        (["--from-cloudformation", "nowhere"], "error: nowhere: "),
    ],
)  # fmt: skip
def test_mistakes(tree: Path, arguments: list[str], message: str) -> None:
    fill(tree, {"latin": b"{\n\xff}"})
    ran = run("init", *arguments, cwd=tree)
    assert (ran.code, ran.out) == (2, "")
    assert message in ran.err
    assert not (tree / FILE_NAME).exists()


def test_a_working_folder_that_is_gone(tmp_path: Path) -> None:
    (tmp_path / "gone").mkdir()
    script = "import os, sys; os.rmdir(os.getcwd()); from rewrite_refs.cli import main; sys.argv[1:] = ['init']; main()"
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path / "gone", capture_output=True, check=False
    )
    assert (done.returncode, done.stderr) == (
        2,
        b"error: the working folder cannot be read: No such file or directory\n",
    )


def test_nobody_gives_standard_input(tree: Path) -> None:
    script = "import sys; sys.stdin = None; from rewrite_refs.cli import main; main()"
    for arguments in (["--from-json", "-"], [*FROM]):
        existing(tree, OLD)
        done = subprocess.run(
            [sys.executable, "-c", script, "init", *arguments], cwd=tree, capture_output=True, check=False
        )
        assert done.returncode == (2 if "-" in arguments else 1), done.stderr
        assert config(tree) == OLD


def test_it_is_a_command() -> None:
    assert "init" in cli.cli.commands
