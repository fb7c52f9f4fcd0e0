"""Splits, trains and evaluates herniation models on an hnp data set."""

__version__ = "0.1.0"
__all__ = ["Run", "SliceDataset", "open_run"]

TYPE_CHECKING = False  # that of `typing`, which takes longer to import than a program may wait
if TYPE_CHECKING:
    from hnp_model.data.slice_dataset import SliceDataset
    from hnp_model.evaluation.run import Run, open_run


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])


def __getattr__(name: str) -> object:  # PEP 562: torch is imported when it is needed
    if name == "SliceDataset":
        from hnp_model.data.slice_dataset import SliceDataset  # noqa: PLC0415

        return SliceDataset
    if name in __all__:
        from hnp_model.evaluation import run  # noqa: PLC0415

        return getattr(run, name)
    raise AttributeError(f"module 'hnp_model' has no attribute {name!r}")
