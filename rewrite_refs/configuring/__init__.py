"""What ``rewrite-refs init`` makes of a configuration: texts in, texts and remarks out."""
