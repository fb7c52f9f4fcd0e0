"""What a worker does first: import what its tasks will need, while the parent still walks."""


def get_ready() -> None:
    """Import what reads files and what builds shards."""
    import hnp_etl.read  # noqa: PLC0415  # that is what it is for
    import hnp_etl.shard  # noqa: F401, PLC0415
