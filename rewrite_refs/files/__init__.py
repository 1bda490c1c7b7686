"""The file system: reading, atomic writing, and listing a repository's files."""
