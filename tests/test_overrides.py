"""Several registries in one repository."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.commands import POD, fill, repository, run
from tests.common import HOST, HUB

US = "123456789012.dkr.ecr.us-east-1.amazonaws.com"
CONFIG = f"""\
registry: {HOST}
rules: {{docker.io: docker-hub, quay.io: quay}}
overrides:
  - files: [deploy/us/]
    registry: {US}
    rules: {{docker.io: dockerhub}}
"""


def test_each_file_gets_its_registry(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            ".rewrite-refs.yaml": CONFIG,
            "deploy/eu/pod.yaml": POD.format("nginx"),
            "deploy/us/pod.yaml": POD.format("nginx"),
            "deploy/us/other.yaml": POD.format("quay.io/a/b"),
            "deploy/us/copied.yaml": POD.format(f"{HUB}/library/redis:7"),
        },
    )
    ran = run("check", "-q", cwd=root)
    assert ran.code == 1
    assert (
        f"error[wrong-region]: {HUB}/library/redis:7 names the registry of other files\n"
        " --> deploy/us/copied.yaml:5:12\n"
    ) in ran.out
    assert run("rewrite", cwd=root).code == 0
    assert (root / "deploy/eu/pod.yaml").read_text() == POD.format(f"{HUB}/library/nginx")
    assert (root / "deploy/us/pod.yaml").read_text() == POD.format(f"{US}/dockerhub/library/nginx")
    assert (root / "deploy/us/copied.yaml").read_text() == POD.format(f"{US}/dockerhub/library/redis:7")
    assert (root / "deploy/us/other.yaml").read_text() == POD.format("quay.io/a/b")
    assert run("check", cwd=root).code == 0
    assert run("restore", cwd=root).code == 0
    assert (root / "deploy/us/pod.yaml").read_text() == POD.format("nginx")


def test_what_is_wrong_and_cannot_be_mended_is_a_finding(tmp_path: Path) -> None:
    root = repository(
        tmp_path,
        {
            ".rewrite-refs.yaml": CONFIG,
            "a.yaml": POD.format(f"{HUB}/nginx"),
            "b.yaml": POD.format(f"{HOST}/docker.io/library/nginx"),
        },
    )
    ran = run("rewrite", cwd=root)
    assert ran.code == 1
    assert ran.out.startswith(
        f"b.yaml:5:12: wrong: {HOST}/docker.io/library/nginx: not rewritten: no rule has the prefix docker.io"
    )
    assert ran.err == "rewrote 1 of 2 references in 2 files: 2 wrong (1 file changed)\n"
    assert (root / "a.yaml").read_text() == POD.format(f"{HUB}/library/nginx")


def test_the_environment_and_the_command_line(tmp_path: Path) -> None:
    root = fill(tmp_path, {"Dockerfile": "FROM nginx\n"})
    given = ("explain", "nginx", "--no-config", "--rule", "docker.io=hub")
    env = {"REWRITE_REFS_REGISTRY": US}
    assert f"becomes:    {US}/hub/library/nginx\n" in run(*given, cwd=root, env=env).out
    assert f"becomes:    {HOST}/hub/" in run(*given, "--registry", HOST, cwd=root, env=env).out
    other = run(*given, "--account-id", "210987654321", "--region", "eu-west-1", cwd=root, env=env)
    assert "becomes:    210987654321.dkr.ecr.eu-west-1" in other.out
    assert "becomes:    (unchanged)" in run(*given, cwd=root, env={"REWRITE_REFS_REGISTRY": ""}).out
    wrong = run(*given, cwd=root, env={"REWRITE_REFS_REGISTRY": "docker.io"})
    assert (wrong.code, wrong.err.partition(": '")[0]) == (2, "error: REWRITE_REFS_REGISTRY")


def test_a_variable_that_the_env_file_sets_is_not_taken(tmp_path: Path) -> None:
    image = "services:\n  a:\n    image: {}\n"
    root = repository(
        tmp_path,
        {
            ".rewrite-refs.yaml": CONFIG + "style: parameter\n",
            "a/compose.yaml": image.format("nginx"),
            "a/.env": "export REGISTRY=registry.example.com\n",
            "b/compose.yaml": image.format("nginx"),
            "b/.env": "# REGISTRY=x\nTAG=1\n",
        },
    )
    (root / "c").mkdir()
    (root / "c/compose.yaml").write_text(image.format("nginx"))
    (root / "c/.env").symlink_to(".env")
    assert run("rewrite", cwd=root).code == 0
    default = ":-" + HUB + "}/library/nginx"
    assert (root / "a/compose.yaml").read_text() == image.format("${DOCKER_HUB_REGISTRY" + default)
    for name in "bc":
        assert (root / name / "compose.yaml").read_text() == image.format("${REGISTRY" + default)


@pytest.mark.parametrize(
    ("registry", "said"),
    [
        (
            "123456789012.dkr.ecr.cn-north-1.amazonaws.com.cn",
            "the regions in China have no pull-through cache",
        ),
        ("123456789012.dkr.ecr.us-gov-west-1.amazonaws.com", "AWS GovCloud (US) has no pull-through cache"),
        (
            "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com",
            "the first pull through a FIPS endpoint fails: pull once through the regional endpoint",
        ),
    ],
)
def test_a_registry_whose_cache_may_not_work(tmp_path: Path, registry: str, said: str) -> None:
    given = ("explain", "nginx", "--no-config", "--registry", registry, "--rule", "docker.io=hub")
    ran = run(*given, cwd=tmp_path)
    assert (ran.code, ran.err) == (0, f"warning: {registry}: {said}\n")
    assert run(*given, "-q", cwd=tmp_path).err == ""


BASE = {
    ".rewrite-refs.yaml": CONFIG.replace("deploy/us/", "us/"),
    "base/pod.yaml": POD.format("nginx:1"),
    "base/kustomization.yaml": "resources: [pod.yaml]\n",
}


def test_an_overlay_of_another_registry_gets_a_name_of_its_own(tmp_path: Path) -> None:
    overlay = "resources: [../base]\nimages:\n  - name: nginx\n    newTag: '2'\n"
    root = repository(tmp_path, {**BASE, "us/kustomization.yaml": overlay})
    ran = run("rewrite", cwd=root)
    assert (root / "us/kustomization.yaml").read_text() == overlay.replace(
        "name: nginx\n", f"name: nginx\n    newName: {US}/dockerhub/library/nginx\n"
    )
    assert (root / "base/pod.yaml").read_text() == BASE["base/pod.yaml"]
    assert ran.code == 0 or "the kustomization in us matches it by name" in ran.out
    assert run("rewrite", cwd=root).out == ran.out


def test_base_and_overlay_of_one_registry_go_together(tmp_path: Path) -> None:
    overlay = "resources: [../base]\nimages:\n  - name: nginx\n    newTag: '2'\n"
    files = {name.replace("base/", "us/base/"): text for name, text in BASE.items()}
    root = repository(tmp_path, {**files, "us/eu/kustomization.yaml": overlay})
    assert run("rewrite", cwd=root).code == 0
    assert (root / "us/base/pod.yaml").read_text() == POD.format(f"{US}/dockerhub/library/nginx:1")
    assert f"name: {US}/dockerhub/library/nginx\n" in (root / "us/eu/kustomization.yaml").read_text()


def test_an_action_for_a_registry_stands_in_what_helm_renders_and_in_no_other_manifest(
    tmp_path: Path,
) -> None:
    root = repository(
        tmp_path,
        {
            ".rewrite-refs.yaml": "registry: '{{ $.Values.registry }}'\nrules: {docker.io: hub}\n",
            "chart/Chart.yaml": "apiVersion: v2\nname: c\nversion: 1.0.0\n",
            "chart/templates/pod.yaml": POD.format("nginx"),
            "pod.yaml": POD.format("nginx"),
            "templates/pod.yaml": POD.format('"nginx"'),
        },
    )
    ran = run("rewrite", cwd=root)
    assert (ran.code, ran.out.count("\n")) == (1, 1)
    assert ran.out.startswith("pod.yaml:5:12: direct: nginx: not rewritten: the placeholder ")
    rendered = (root / "chart/templates/pod.yaml").read_text()
    assert rendered == POD.format("{{ $.Values.registry }}/hub/library/nginx")
    assert (root / "templates/pod.yaml").read_text() == POD.format(
        '"{{ $.Values.registry }}/hub/library/nginx"'
    )
    again = run("check", cwd=root)
    assert again.err == "3 references in 3 files: 1 direct, 2 cached\n1 error\n"
    assert run("restore", cwd=root).code == 0
    assert (root / "chart/templates/pod.yaml").read_text() == POD.format("nginx")
