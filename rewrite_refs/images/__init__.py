"""Image references, and what is known of the registries that they name."""
