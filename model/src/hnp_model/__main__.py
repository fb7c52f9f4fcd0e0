"""`hnp-train`, and `python -m hnp_model`: nothing is imported before a stop is one line."""

from hnp_shared.process import begin


def main() -> None:
    """Run the command line."""
    begin()
    from hnp_model.cli import main as commands  # noqa: PLC0415

    commands()


if __name__ == "__main__":
    main()
