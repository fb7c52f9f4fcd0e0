"""A bucket on loopback, and two data sets for it."""

from stores import bucket, other, small  # noqa: F401  # fixtures
