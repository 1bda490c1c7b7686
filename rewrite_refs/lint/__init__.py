"""The lint: rules with names, and what finds and ignores what breaks them."""
