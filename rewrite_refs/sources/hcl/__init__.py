"""Evaluation of Terraform files: blocks, expressions, modules, variables.

A value is known, or it is Unknown with the expression that is the cause.  Nothing is guessed,
because a wrong rule sends images to a repository that does not exist.

No library is used instead.  tfparse 0.6.22, which combines Terraform's own parser with the
evaluator of Trivy, was compared on the public repositories that have pull-through-cache rules.
A security scanner prefers a guess to no value, and the output does not mark the guesses:

- ``lower(var.prefix)`` becomes the default of any variable of that name, also of another module,
  if the argument of the call is unknown.
- ``try(data.x.y.value, "a")`` becomes ``a`` and ``can(data.x.y)`` becomes false.
- The region is ``current-region``, the workspace ``default`` and ``path.cwd`` the folder of the
  process, and conditions and lookups on them take a branch.
- An attribute that a provider computes becomes a random text: an older chadgeary/k3s
  (``"${local.prefix}-${local.suffix}-quay"`` with a ``random_string``) gave two wrong rules.
- An unknown ``count`` is 1, a block with an unknown ``for_each`` disappears, and null looks the
  same as unknown.
- Files such as ``override.tf`` are not merged, and ``file("../../x")`` reads outside the folder.

It also found only 26 of the 40 rules of 16 public repositories, and ran for more than a minute on four
modules of Panfactum/stack.  ``tests/sources/test_terraform_unknown.py`` has these cases.
"""
