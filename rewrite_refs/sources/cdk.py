"""The account and region of AWS CDK templates, from ``manifest.json``.

The file is next to the template in ``cdk.out``.  A stack with an environment of its own has
``aws://ACCOUNT/REGION`` there; one without has ``unknown-account`` and ``unknown-region``.  Source: the
cloud assembly schema of the AWS CDK.
"""

from __future__ import annotations

import json
import re
from pathlib import Path

from rewrite_refs.files import io as files
from rewrite_refs.sources.aws_json import Owner

_TEMPLATE = ".template.json"
_ENVIRONMENT = re.compile(r"aws://(?:(\d{12})|unknown-account)/(?:unknown-region|([a-z]+(?:-[a-z]+)+-\d+))")


def home(path: Path) -> Owner:
    """Return the account and region of a template's stack, each None if unknown."""
    nowhere = Owner(None, None)
    if not path.name.endswith(_TEMPLATE):
        return nowhere
    try:
        stacks = json.loads(files.read(path.parent / "manifest.json") or b"{}")["artifacts"].values()
        where = [
            each["environment"]
            for each in stacks
            if each.get("properties", {}).get("templateFile") == path.name
        ]
        found = _ENVIRONMENT.fullmatch(where[0])
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
        # The file of another tool, or one of another form: the environment is unknown.
        return nowhere
    return Owner(found[1], found[2]) if found else nowhere
