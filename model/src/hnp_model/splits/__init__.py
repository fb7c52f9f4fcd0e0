"""Who trains, who validates, who tests, and what a split must not do."""
