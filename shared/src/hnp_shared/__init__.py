"""The contract between hnp-etl and hnp-model in code: columns, manifest, ledger, shards, splits."""

__version__ = "0.1.0"
__all__ = ["Dataset", "open_dataset"]

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than a program may wait
if TYPE_CHECKING:
    from hnp_shared.dataset import Dataset, open_dataset


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> object:  # PEP 562: nothing is imported before its time
    if name in __all__:
        from hnp_shared import dataset  # noqa: PLC0415

        return getattr(dataset, name)
    raise AttributeError(f"module 'hnp_shared' has no attribute {name!r}")
