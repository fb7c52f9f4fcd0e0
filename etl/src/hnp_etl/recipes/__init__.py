"""Recipes: what a hospital's folders, labels and images look like, and what is wanted."""
