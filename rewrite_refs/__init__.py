"""Rewrite container image references to an Amazon ECR pull-through cache."""

from rewrite_refs.images.reference import InvalidReference, Reference

__all__ = ["InvalidReference", "Reference", "__version__"]
__version__ = "0.1.0"
