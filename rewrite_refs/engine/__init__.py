"""Find references in one text, judge them, edit the text and verify the result."""
