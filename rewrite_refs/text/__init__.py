"""Characters and edits of a text, independent of any format."""
