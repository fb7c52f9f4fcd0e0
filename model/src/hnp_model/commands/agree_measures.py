"""What `hnp-train agree` does with two tables of measures."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from hnp_shared.command import echo_json, echo_table
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_place
from hnp_shared.storage import replace_file

if TYPE_CHECKING:
    from hnp_model.measures.bootstrap import Figure
    from hnp_model.morphometry.agreeing import Compared


def agree_on_measures(
    first: Path, second: Path, data: Path | None, picture: Path | None, *, as_json: bool
) -> None:
    """Print how far two tables of hnp-train measure agree.

    Raises:
        InputError: the tables have no slice in common, or --data is missing.
        StorageError: a read or write failed.
    """
    import numpy as np  # noqa: PLC0415  # takes a while

    from hnp_model.data.slices import read_slices  # noqa: PLC0415  # loads numpy
    from hnp_model.morphometry.agreeing import compare_measures  # noqa: PLC0415
    from hnp_model.morphometry.reading import read_told, slice_ids_of  # noqa: PLC0415
    from hnp_shared.dataset import open_dataset  # noqa: PLC0415

    if picture is not None:
        refuse_place(picture, force=False)
    if data is None:
        raise InputError("found measures without --data OUT, which tells whose slices they are")
    dataset = open_dataset(data)
    slices = read_slices(dataset, labelled=False)
    shared = set(slice_ids_of(first)) & set(slice_ids_of(second))
    rows = np.array([slice_id in shared for slice_id in slices.slice_id.tolist()], dtype=bool)
    ids = slices.slice_id[rows].tolist()
    info = dataset.info.dataset_id
    tables = [read_told(path, ids, info) for path in (first, second)]
    found = compare_measures(tables[0], tables[1], slices.patient_id[rows])
    if not found:
        raise InputError("the two tables have no measure of the same slice, expected some")
    if picture is not None:
        content = draw(found, ("first", "second"))
        replace_file(picture, lambda sink: sink.write(content), role=picture.name)
    if as_json:
        echo_json({name: one.to_plain() for name, one in found.items()})
    else:
        show(found)


def draw(found: Mapping[str, "Compared"], names: tuple[str, str]) -> bytes:
    """Return the Bland-Altman picture of all numbers."""
    from hnp_model.report.bland_altman import Panel, draw_bland_altman  # noqa: PLC0415  # slow

    panels = {
        name: Panel(one.unit, one.first.value, one.second.value, one.limits)
        for name, one in found.items()
        if one.limits is not None
    }
    return draw_bland_altman(panels, names)


def show(found: Mapping[str, "Compared"]) -> None:
    """Print what agreement was found, numbers first, then codes."""
    numbers: list[tuple[str, ...]] = [
        ("measure", "n", "bias (95 %)", "95 % limits", "MAE", "ICC(2,1) (95 %)", "covered")
    ]
    codes: list[tuple[str, ...]] = [
        ("code", "n", "equal answers (95 %)", "Cohen's kappa (95 %)", "Gwet's AC1 (95 %)")
    ]
    for name, one in found.items():
        if one.limits is not None:
            limits = one.limits
            between = f"{_show(limits.lower_limit.value)} to {_show(limits.upper_limit.value)}"
            covered = "-" if one.covered is None else _ends(one.covered, 3)
            numbers.append(
                (
                    f"{name}",
                    f"{limits.n:,}",
                    _ends(limits.bias, 3),
                    between,
                    _show(limits.mae.value),
                    _ends(limits.icc, 3),
                    covered,
                )
            )
        if one.codes is not None:
            codes.append((name, f"{one.codes.n:,}", *(_ends(f, 3) for f in one.codes.figures)))
    for rows in (numbers, codes):
        if len(rows) > 1:
            echo_table(rows)


def _ends(figure: "Figure", digits: int) -> str:
    if figure.value is None:
        return "-"
    told = f"{figure.value:.{digits}f}"
    if figure.low is None or figure.high is None:
        return told
    return f"{told} ({figure.low:.{digits}f} to {figure.high:.{digits}f})"


def _show(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
