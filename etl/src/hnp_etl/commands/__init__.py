"""The commands of `hnp-etl`: flags become a record, errors one line."""
