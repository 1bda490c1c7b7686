"""YAML with the place of every scalar: trees, outlines, and references put together from keys."""
