"""What hnp-etl raises about one file; errors that end a run live in hnp_shared.errors.

FileError          one file is unusable; the ledger says so and the run goes on
"""

from hnp_shared.vocabulary import Reason


class FileError(Exception):
    """One file cannot be used.

    Attributes:
        reason: the word in the ledger.
        what: what was found and expected; never a value of a header or a label.
    """

    def __init__(self, reason: Reason, what: str) -> None:
        super().__init__(reason, what)  # same arguments: the error must survive pickling
        self.reason = reason
        self.what = what
