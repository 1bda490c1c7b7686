"""YAML with the span of every scalar: trees, outlines, and joined references."""
