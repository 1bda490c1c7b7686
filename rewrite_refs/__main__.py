"""Entry point of ``python -m rewrite_refs``."""

from rewrite_refs.cli import main

if __name__ == "__main__":
    main()
