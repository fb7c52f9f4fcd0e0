"""The contract between hnp-etl and hnp-model in code: columns, manifest, ledger, shards, splits."""

__version__ = "0.1.0"
