"""`python -m hnp_etl` is `hnp-etl`."""

from hnp_etl.cli import main

if __name__ == "__main__":
    main()
