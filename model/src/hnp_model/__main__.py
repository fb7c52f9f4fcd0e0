"""`python -m hnp_model` is `hnp-train`."""

from hnp_model.cli import main

if __name__ == "__main__":
    main()
