"""The private state of a build: join, external sort, resume journal and cache in one SQLite file.

Only the parent opens it. Losing it costs time, never correctness.
"""
