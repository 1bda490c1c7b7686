"""Pull-through-cache rules, and the verdicts on references that follow from them."""
