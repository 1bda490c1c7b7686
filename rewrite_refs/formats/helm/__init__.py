"""The formats of Helm, and their shared modules."""
