"""The file system: reading, whole-file writing, and walking a repository as git does."""
