"""Pull-through-cache rules: what a reference becomes, and what is wrong with one that was rewritten."""
