"""Object stores: where they are, what is said to them, and a cache of what they hold."""
