"""Plans of shards, and the work that fills them."""
