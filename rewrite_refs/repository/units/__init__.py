"""Decisions that depend on several files of a repository, one module per reason."""
