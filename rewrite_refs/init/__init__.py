"""What ``rewrite-refs init`` proposes and writes."""
