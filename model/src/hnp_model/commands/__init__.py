"""The commands of hnp-train, one a file: flags in, a record out to the function that works."""
