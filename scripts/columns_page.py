"""Writes docs/columns.md from the one table of columns."""

from pathlib import Path

from hnp_shared.columns import LEDGER, MANIFEST, markdown_table
from hnp_shared.vocabulary import SCHEMA_VERSION, Flag, Reason, Vendor

PAGE = Path(__file__).resolve().parents[1] / "docs" / "columns.md"


def page() -> str:
    """Return the page."""
    reasons = "\n".join(f"| `{reason}` | {reason.state} |" for reason in Reason)
    return f"""# Columns, reasons and flags

Made by `make docs` from `hnp_shared.columns` and `hnp_shared.vocabulary`. Schema version
{SCHEMA_VERSION}, also in the Parquet metadata as `hnp.schema_version`.

## manifest.parquet

Sorted by patient_id, study_id, series_id, slice_position_mm (null last), slice_id.

{markdown_table(MANIFEST)}
## ledger.parquet

Sorted by file_id; one row for every file met.

{markdown_table(LEDGER)}
## Reasons

In the order in which they are tried.

| reason | state |
|---|---|
{reasons}

## Flags

{", ".join(f"`{flag}`" for flag in Flag)}

## Vendors

{", ".join(f"`{vendor}`" for vendor in Vendor)}
"""


if __name__ == "__main__":
    PAGE.write_text(page(), encoding="utf-8")
