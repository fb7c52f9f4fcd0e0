"""A data set put into a store, where others read it: absent files first, dataset.json last."""
