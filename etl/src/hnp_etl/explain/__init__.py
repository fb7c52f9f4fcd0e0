"""Why one file is in the data set or not: the build's stages, run for a few files."""

from hnp_etl.explain.run import explain_files, refusal_of
from hnp_etl.explain.trace import Explanation, Finding, Step

__all__ = ["Explanation", "Finding", "Step", "explain_files", "refusal_of"]
