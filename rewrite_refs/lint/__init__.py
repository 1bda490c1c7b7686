"""The lint: its rules, and the code that reports and ignores violations."""
