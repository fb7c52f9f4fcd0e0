"""A small data set whose patients have Korean names, and predictions of it."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from etl.trees import KEY, Slice, write_slice
from hnp_etl.building.config import BuildConfig
from hnp_etl.building.pipeline import build
from hnp_etl.clinic.attach import AttachConfig
from hnp_etl.engines.engines import SerialExecutor
from hnp_etl.recipes.recipe import Image, Recipe

NAME = "Hong^Gildong=洪^吉洞=홍^길동"
WEIGHTS = "5a" * 32
TINY = Recipe(name="tiny", image=Image(size=(32, 32)))


def built(folder: Path, **attributes: object) -> Path:
    """Build two patients: one with two discs of two slices each, one with a single slice.

    Args:
        folder: to build in.
        attributes: of the headers of the first one.
    """
    for number, level in enumerate(("L4-5", "L4-5", "L5-S1", "L5-S1")):
        write_slice(
            folder / "src",
            Slice("P001", number, level=level),
            **{
                "SpecificCharacterSet": ["", "ISO 2022 IR 149"],
                "PatientName": NAME,
                "PatientBirthDate": "19610203",
                "PatientSex": "F",
                **attributes,
            },
        )
    write_slice(folder / "src", Slice("P002", 0))
    (folder / "key").write_bytes(KEY)
    (folder / "key").chmod(0o600)
    config = BuildConfig(
        (folder / "src",), folder / "out", folder / "out.private", TINY, folder / "key"
    )
    build(config, executor=SerialExecutor())
    return config.out


def predicted(out: Path, path: Path, *, of_disc: float | None = 0.75) -> Path:
    """Write predictions as `hnp-train predict` does; the n-th slice has probability n / 10."""
    table = pq.read_table(out / "manifest.parquet")
    values = pa.array([number / 10 for number in range(table.num_rows)], pa.float64())
    columns = {name: table.column(name) for name in ("slice_id", "patient_id", "study_id", "level")}
    said = pa.table(
        {
            **columns,
            "probability": values,
            "probability_calibrated": values,
            "level_probability_calibrated": pa.array([of_disc] * len(values), pa.float64()),
        }
    )
    pq.write_table(said.replace_schema_metadata({"hnp.weights_sha256": WEIGHTS}), path)
    return path


def asked(folder: Path, **changes: object) -> AttachConfig:
    """Return what a user asks for."""
    config = AttachConfig(
        predictions=folder / "said.parquet",
        out=folder / "out",
        private=folder / "out.private",
        target=folder / "out.private" / "attached",
        day="20261128",
    )
    return replace(config, **changes)  # type: ignore[arg-type]  # of any field
