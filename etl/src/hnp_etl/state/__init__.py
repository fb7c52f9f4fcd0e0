"""The private state of a build, in one SQLite file: join, external sort, journal and cache.

Only the parent opens it. Losing it costs time, never correctness.
"""
