"""Runs over the files of a repository, and decisions that depend on several files."""
