"""Parameters of Tekton and Argo Workflows that feed images."""

from __future__ import annotations

import pytest
from hypothesis import given

from rewrite_refs.formats import BY_NAME
from tests import common
from tests.common import HOST as ECR
from tests.common import HUB, assert_properties, assert_spliced, rewritten

KUBERNETES = BY_NAME["kubernetes"]

ELSEWHERE = "its parameter is also used for something other than an image"


def task(params: str, image: str, name: str = "t", more: str = "") -> str:
    return (
        f"apiVersion: tekton.dev/v1\nkind: Task\nmetadata: {{name: {name}}}\n"
        f"spec:\n  params: [{params}]\n  steps: [{{image: '{image}'{more}}}]\n"
    )


def workflow(spec: str, kind: str = "Workflow") -> str:
    return f"apiVersion: argoproj.io/v1alpha1\nkind: {kind}\nmetadata: {{name: w}}\nspec:\n{spec}"


REWRITTEN = [
    (
        workflow(
            "  templates: [{name: a, inputs: {parameters: [{name: i}]}, "
            "container: {image: '{{inputs.parameters.i}}'}}]\n",
            "WorkflowTemplate",
        )
        + "---\n"
        + workflow(
            "  templates: [{name: m, dag: {tasks: [{templateRef: {name: w, template: a}, "
            "arguments: {parameters: [{name: i, value: node}]}}]}}]\n"
        ),
        workflow(
            "  templates: [{name: a, inputs: {parameters: [{name: i}]}, "
            "container: {image: '{{inputs.parameters.i}}'}}]\n",
            "WorkflowTemplate",
        )
        + "---\n"
        + workflow(
            "  templates: [{name: m, dag: {tasks: [{templateRef: {name: w, template: a}, "
            "arguments: {parameters: [{name: i, value: HUB/library/node}]}}]}}]\n"
        ),
    ),
    # Tekton
    (
        task("{name: b, default: 'quay.io/a/b:1'}", "$(params.b)"),
        task("{name: b, default: 'ECR/quay/a/b:1'}", "$(params.b)"),
    ),
    (
        task("{name: b, default: node}", "$(params.b)"),
        task("{name: b, default: HUB/library/node}", "$(params.b)"),
    ),
    (
        task("{name: b.c, default: node}", '$(params["b.c"])'),
        task("{name: b.c, default: HUB/library/node}", '$(params["b.c"])'),
    ),
    (
        task("{name: b, default: node}, {name: t, default: v1}", "$(params.b):$(params.t)"),
        task("{name: b, default: HUB/library/node}, {name: t, default: v1}", "$(params.b):$(params.t)"),
    ),
    (
        task("{name: r, default: quay.io}", "$(params.r)/a/b:1"),
        task("{name: r, default: ECR/quay}", "$(params.r)/a/b:1"),
    ),
    (
        "apiVersion: tekton.dev/v1alpha1\nkind: Task\nspec:\n  inputs: {params: [{name: b, default: node}]}\n"
        "  steps: [{image: $(inputs.params.b)}]\n",
        "apiVersion: tekton.dev/v1alpha1\nkind: Task\nspec:\n"
        "  inputs: {params: [{name: b, default: HUB/library/node}]}\n"
        "  steps: [{image: $(inputs.params.b)}]\n",
    ),
    (
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  params: [{name: b, value: node}]\n"
        "  pipelineSpec:\n"
        "    params: [{name: b, default: 'quay.io/a/b'}]\n    tasks:\n"
        "    - params: [{name: c, value: $(params.b)}]\n"
        "      taskSpec: {params: [{name: c}], steps: [{image: $(params.c)}]}\n",
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n"
        "  params: [{name: b, value: HUB/library/node}]\n"
        "  pipelineSpec:\n    params: [{name: b, default: 'ECR/quay/a/b'}]\n    tasks:\n"
        "    - params: [{name: c, value: $(params.b)}]\n"
        "      taskSpec: {params: [{name: c}], steps: [{image: $(params.c)}]}\n",
    ),
    (
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n  params: [{name: b, value: node}]\n"
        "  pipelineSpec: {tasks: [{taskSpec: {steps: [{image: $(params.b)}]}}]}\n",
        "apiVersion: tekton.dev/v1\nkind: PipelineRun\nspec:\n"
        "  params: [{name: b, value: HUB/library/node}]\n"
        "  pipelineSpec: {tasks: [{taskSpec: {steps: [{image: $(params.b)}]}}]}\n",
    ),
    (
        task("{name: b}", "$(params.b)") + "---\napiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n"
        "  taskRef: {name: t}\n  params: [{name: b, value: node}]\n",
        task("{name: b}", "$(params.b)") + "---\napiVersion: tekton.dev/v1\nkind: TaskRun\nspec:\n"
        "  taskRef: {name: t}\n  params: [{name: b, value: HUB/library/node}]\n",
    ),
    (
        task("{name: b}", "$(params.b)") + "---\napiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n  tasks:\n"
        "  - {taskRef: {name: t}, matrix: {params: [{name: b, value: [node, {a: b}, 'ruby:3']}]}}\n",
        task("{name: b}", "$(params.b)") + "---\napiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n  tasks:\n"
        "  - {taskRef: {name: t}, matrix: {params: [{name: b, value: [HUB/library/node, {a: b}, "
        "'HUB/library/ruby:3']}]}}\n",
    ),
    (
        "apiVersion: triggers.tekton.dev/v1\nkind: TriggerTemplate\nmetadata: {name: x}\nspec:\n"
        "  params: [{name: b, default: node}]\n  resourcetemplates:\n  - spec: {image: $(tt.params.b)}\n",
        "apiVersion: triggers.tekton.dev/v1\nkind: TriggerTemplate\nmetadata: {name: x}\nspec:\n"
        "  params: [{name: b, default: HUB/library/node}]\n  resourcetemplates:\n"
        "  - spec: {image: $(tt.params.b)}\n",
    ),
    # Argo Workflows
    (
        workflow(
            "  entrypoint: a\n  arguments: {parameters: [{name: i, value: node, enum: [node, ruby]}]}\n"
            "  templates: [{name: a, container: {image: '{{workflow.parameters.i}}'}}]\n"
        ),
        workflow(
            "  entrypoint: a\n"
            "  arguments: {parameters: [{name: i, value: HUB/library/node, enum: [HUB/library/node, "
            "HUB/library/ruby]}]}\n"
            "  templates: [{name: a, container: {image: '{{workflow.parameters.i}}'}}]\n"
        ),
    ),
    (
        workflow(
            "  entrypoint: a\n  arguments: {parameters: [{name: i, value: node}]}\n  templates:\n"
            "  - {name: a, inputs: {parameters: [{name: i, default: ruby}]}, container: {image: '{{ "
            "inputs.parameters.i }}'}}\n"
        ),
        workflow(
            "  entrypoint: a\n  arguments: {parameters: [{name: i, value: HUB/library/node}]}\n  templates:\n"
            "  - {name: a, inputs: {parameters: [{name: i, default: HUB/library/ruby}]}, "
            "container: {image: '{{ inputs.parameters.i }}'}}\n"
        ),
    ),
    (
        workflow(
            "  templates:\n  - name: a\n    steps:\n    - - name: x\n        template: b\n"
            "        arguments: {parameters: [{name: i, value: quay.io/a/b}, {name: t, value: '1'}]}\n"
            "  - name: b\n    inputs: {parameters: [{name: i}, {name: t}]}\n"
            "    container: {image: '{{inputs.parameters.i}}:{{inputs.parameters.t}}'}\n"
        ),
        workflow(
            "  templates:\n  - name: a\n    steps:\n    - - name: x\n        template: b\n"
            "        arguments: {parameters: [{name: i, value: ECR/quay/a/b}, {name: t, value: '1'}]}\n"
            "  - name: b\n    inputs: {parameters: [{name: i}, {name: t}]}\n"
            "    container: {image: '{{inputs.parameters.i}}:{{inputs.parameters.t}}'}\n"
        ),
    ),
    (
        workflow(
            "  templates: [{name: a, container: {image: '{{workflow.parameters.i}}'}}]\n", "WorkflowTemplate"
        )
        + "---\n"
        + workflow("  workflowTemplateRef: {name: w}\n  arguments: {parameters: [{name: i, value: node}]}\n"),
        workflow(
            "  templates: [{name: a, container: {image: '{{workflow.parameters.i}}'}}]\n", "WorkflowTemplate"
        )
        + "---\n"
        + workflow(
            "  workflowTemplateRef: {name: w}\n"
            "  arguments: {parameters: [{name: i, value: HUB/library/node}]}\n"
        ),
    ),
]


MANIFEST = "apiVersion: v1\nkind: Pod\nspec:\n  containers:\n  - image: {0}\n    name: {1}\n"


def created(image: str, name: str = "x") -> str:
    """A template that makes an object of a manifest in a string."""
    inner = MANIFEST.format(image, name).replace("\n", "\n        ").rstrip(" ")
    return f"    resource:\n      action: create\n      manifest: |\n        {inner}"


def piped(default: str, image: str, name: str = "x") -> str:
    """A pipeline that hands a manifest to a task of another file."""
    inner = MANIFEST.format(image, name).replace("\n", "\n        ").rstrip(" ")
    return (
        "apiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n"
        f"  params: [{{name: disk, default: {default}}}]\n  tasks:\n  - taskRef: {{resolver: hub}}\n"
        f"    params:\n    - name: manifest\n      value: |\n        {inner}"
    )


ARGUMENT = "  templates:\n  - name: a\n    inputs: {parameters: [{name: i, value: "
REWRITTEN += [
    (
        workflow(ARGUMENT + "node}]}\n" + created("'{{inputs.parameters.i}}'")),
        workflow(ARGUMENT + "HUB/library/node}]}\n" + created("'{{inputs.parameters.i}}'")),
    ),
    (piped("quay.io/a/b:1", "$(params.disk) # x"), piped("ECR/quay/a/b:1", "$(params.disk) # x")),
    (piped("x", "nginx"), piped("x", "HUB/library/nginx")),
]


@pytest.mark.parametrize(("before", "after"), REWRITTEN)
def test_rewritten(before: str, after: str) -> None:
    result = rewritten(before, KUBERNETES)
    assert result.text == after.replace("HUB", HUB).replace("ECR", ECR)
    assert all(each.done for each in result.resolutions)
    assert rewritten(result.text, KUBERNETES).text == result.text


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        # the tag stays a hole, and the repository is the default's
        (
            task("{name: b, default: quay.io/a/b}, {name: t, default: '1'}", "$(params.b):$(params.t)"),
            [("direct", "quay.io/a/b:$(params.t)")],
        ),
        # what depends on a run
        (task("{name: b}", "$(params.b):1"), [("unresolved", "$(params.b):1")]),
        (piped("web", "$(params.disk):1"), [("unresolved", "$(params.disk):1")]),
        (task("{name: b, default: ''}", "$(params.b)"), []),
        (task("{name: b, default: $(x)}", "$(params.b)"), []),
        (task("{name: c, default: node}", "$(params.b)"), []),
        (task("b, {default: node}", "$(params.b)"), []),
        ("apiVersion: v1\nkind: Pod\nspec: {a: &a {image: $(x)}, b: *a}\n", []),
        (
            task("{name: b, default: node}", "$(params.b)").replace("steps", "a: &a [*a]\n  steps"),
            [("direct", "node")],
        ),
        (task("{name: b, default: $(params.b)}", "$(params.b)"), []),
        # two tasks with one name for different things
        (
            task("{name: b, default: node}", "$(params.b)")
            + "---\n"
            + task("{name: b, default: 'quay.io/a/b:1'}", "alpine", "u"),
            [("direct", "node"), ("direct", "quay.io/a/b:1"), ("direct", "alpine")],
        ),
    ],
)
def test_found(text: str, expected: list[tuple[str, str]]) -> None:
    assert common.found(text, KUBERNETES) == expected


@pytest.mark.parametrize(
    "text",
    [
        task("{name: b, default: node}", "$(params.b)", more=", script: 'push $(params.b)'"),
        piped("node", "$(params.disk)", "$(params.disk)"),
        task("{name: b, default: node}", "$(params.b)").replace("  steps", "  x: '$(params.b)'\n  steps"),
        "apiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n  params: [{name: b, default: node}]\n  tasks:\n"
        "  - {taskRef: {name: other}, params: [{name: c, value: $(params.b)}]}\n"
        "  - {taskSpec: {steps: [{image: $(params.b)}]}}\n",
        "apiVersion: tekton.dev/v1\nkind: Pipeline\nspec:\n  params: [{name: b, default: node}]\n  tasks:\n"
        "  - params: [{name: c, value: $(params.b)}]\n"
        "    taskSpec: {params: [{name: c}], steps: [{image: $(params.c), script: push $(params.c)}]}\n",
        task(
            "{name: b, default: node}", "$(params.b)", more=", x: {params: [{name: c, value: $(params.b)}]}"
        ),
        workflow(
            "  entrypoint: other\n  arguments: {parameters: [{name: i, value: node}]}\n"
            "  templates:\n  - {name: a, container: {image: '{{workflow.parameters.i}}'}}\n"
            "  - {name: b, steps: [[{template: x, arguments: {parameters: "
            "[{name: i, value: '{{workflow.parameters.i}}'}]}}]]}\n"
        ),
    ],
)
def test_what_goes_elsewhere_as_well_is_reported_and_left(text: str) -> None:
    result = rewritten(text, KUBERNETES)
    assert result.text == text
    assert [(each.occurrence.text, each.verdict.reason) for each in result.resolutions] == [
        ("node", ELSEWHERE)
    ]


@given(
    common.mutations([before for before, _ in REWRITTEN], ["{{ x }}", "$(params.b)", "{name: b}", "image: "])
)
def test_properties(text: str) -> None:
    assert_spliced(text, assert_properties(text, KUBERNETES))
