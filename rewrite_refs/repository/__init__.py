"""What the files of a repository decide about one another, and a run over them."""
