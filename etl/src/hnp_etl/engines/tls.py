"""Certificates by which a build and a Dask cluster know each other."""

import stat
from dataclasses import dataclass
from pathlib import Path

from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import read_regular

_OTHERS = stat.S_IRWXG | stat.S_IRWXO
_MOST_BYTES = 2**20


@dataclass(frozen=True, slots=True)
class Tls:
    """Three PEM files.

    Attributes:
        ca: certificate of who signs for scheduler, workers and clients of the cluster.
        certificate: of this client.
        key: its private key, readable by its owner alone.
    """

    ca: Path
    certificate: Path
    key: Path

    def refuse_unfit(self) -> None:
        """Refuse a key that others may read, or that would be asked a password for.

        Raises:
            InputError: says which.
            StorageError: it could not be read.
        """
        try:
            mode = self.key.stat().st_mode
            content = read_regular(self.key, role="the TLS key", most_bytes=_MOST_BYTES)
        except OSError as error:
            raise StorageError.of("the TLS key", error) from error
        if mode & _OTHERS:
            raise InputError("found a TLS key that others may read, expected chmod 600")
        if b"ENCRYPTED" in content:  # OpenSSL would ask for it on the terminal
            raise InputError("found a TLS key under a password, expected one without")
