"""`hnp-etl`, and `python -m hnp_etl`: nothing is imported before a stop is one line."""

if __name__ == "__main__":  # `python -m`; the script has done it when it gets here
    import _signal  # type: ignore[import-not-found]  # built in: it takes no time

    _signal.signal(_signal.SIGINT, _signal.SIG_DFL)  # until `begin`, Ctrl-C ends it without a word

from hnp_shared.process import begin  # that imports a dozen modules


def main() -> None:
    """Run the command line."""
    begin()
    from hnp_etl.cli import main as commands  # noqa: PLC0415

    commands()


if __name__ == "__main__":
    main()
