"""The formats of Helm, and what they share."""
