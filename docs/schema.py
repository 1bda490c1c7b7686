"""The configuration's JSON Schema, with the parts generated from the code.

``generate.py`` writes it.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from rewrite_refs.cache.rule import MAX_PREFIX, PREFIX
from rewrite_refs.config.lint import SEVERITIES
from rewrite_refs.config.load import STYLED
from rewrite_refs.formats import FORMATS
from rewrite_refs.images.hosts import ECR_HOST
from rewrite_refs.images.upstreams import UPSTREAMS
from rewrite_refs.lint.registry import RULES, summary

ROOT = Path(__file__).parent.parent
PATH = "rewrite_refs/schemas/config.schema.json"


def pages() -> dict[str, str]:
    """Return the text of the schema, by path from the top of the repository."""
    return {PATH: written(derived(json.loads((ROOT / PATH).read_text(encoding="utf-8"))))}


def derived(schema: dict[str, Any]) -> dict[str, Any]:
    """Return the schema with all generated parts up to date."""
    schema = json.loads(json.dumps(schema))
    parts, definitions = schema["properties"], schema["definitions"]
    parts["formats"]["properties"] = {
        each.name: {
            "description": (each.manual.text or "").partition("\n")[0].replace("``", "`"),
            "allOf": [{"$ref": "#/definitions/texts"}],
        }
        for each in FORMATS
    }
    parts["lint"]["properties"]["severity"]["properties"] = {
        each.NAME: {
            "description": summary(each),
            "default": each.SEVERITY if each.ON else "off",
            "allOf": [{"$ref": "#/definitions/severity"}],
        }
        for each in RULES
    }
    definitions["rule"]["enum"] = [each.NAME for each in RULES]
    definitions["severity"]["enum"] = list(SEVERITIES)
    wrong = "Write a host such as 123456789012.dkr.ecr.eu-west-1.amazonaws.com, or a placeholder for one."
    definitions["registry"]["anyOf"] = [
        {"pattern": f"^(?:{ECR_HOST.pattern})$", "patternErrorMessage": wrong},
        {"pattern": r"\$[{\w]|\{\{", "patternErrorMessage": wrong},
    ]
    definitions["prefix"] |= {"maxLength": MAX_PREFIX, "pattern": f"^(?:{PREFIX.pattern})$"}
    definitions["rules"]["properties"] = {
        each.host: {"allOf": [{"$ref": "#/definitions/prefixes"}], "examples": [each.prefix]}
        for each in UPSTREAMS
    }
    definitions["style"]["anyOf"][1]["properties"] = {
        name: {"$ref": "#/definitions/choice"} for name in STYLED
    }
    return schema


def written(schema: dict[str, Any]) -> str:
    """Return the schema as the text of its file."""
    return json.dumps(schema, indent=2) + "\n"
