"""Find, judge, edit and prove, for one text."""
