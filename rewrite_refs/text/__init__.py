"""Characters and edits of a text; knows no format."""
