"""What files of a repository decide about one another, one module a reason."""
