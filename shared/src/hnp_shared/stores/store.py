"""One place in an object store, by obstore; what a store says is never repeated.

An answer that refuses may quote the request with who asked and what was signed (Amazon S3 API
reference, "Error responses": StringToSign, AWSAccessKeyId), so errors here say what failed in
words of ours, with the status of HTTP at most.
"""

import contextlib
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from hnp_shared.errors import HnpError, InputError, StorageError
from hnp_shared.extras import needing

if TYPE_CHECKING:
    from obstore.store import ObjectStore

RETRIES = 8
RETRY_S = 60.0
"""A store that does not answer is given up after so many tries, and so long."""

_CLIENT = {"connect_timeout": timedelta(seconds=5), "timeout": timedelta(minutes=10)}
_PART_BYTES = 8 * 2**20
_PARTS_AT_ONCE = 2
_PIECE_BYTES = 2**20

_ALLOW_HTTP = ("AWS_ALLOW_HTTP", "GOOGLE_ALLOW_HTTP", "AZURE_ALLOW_HTTP")
_STATUS = re.compile(r"status(?: code)?:? (\d{3})\b")  # "status code: 503"
_SYSTEM = re.compile(r"\(os error (\d+)\)")  # "No space left on device (os error 28)"


class ConflictError(Exception):
    """Somebody else wrote an object since it was looked at."""


class NoConditionsError(Exception):
    """The store writes without conditions only."""


@dataclass(frozen=True, slots=True)
class Stored:
    """An object that was read, and what tells this version of it from others.

    Attributes:
        content: all of it.
        e_tag: of S3, Azure and most others.
        version: the generation of Google Cloud Storage, the version of others.
    """

    content: bytes
    e_tag: str | None
    version: str | None


@dataclass(frozen=True, slots=True)
class Store:
    """A place below which objects lie; names are relative to it."""

    _store: "ObjectStore" = field(repr=False)

    def read(self, name: str, *, most_bytes: int) -> Stored | None:
        """Return an object, or None when there is none.

        Raises:
            InputError: it is larger than it may be.
            StorageError: it could not be read.
        """
        import obstore  # noqa: PLC0415  # an extra

        with _in_our_words(name):
            try:
                found = obstore.get(self._store, name)
            except FileNotFoundError:
                return None
            meta = found.meta
            if meta["size"] > most_bytes:
                raise InputError(f"{name} has {meta['size']} bytes, expected {most_bytes} at most")
            return Stored(bytes(found.bytes()), meta["e_tag"], meta["version"])

    def pieces(self, name: str) -> Iterator[bytes | memoryview]:
        """Yield an object piece by piece.

        Raises:
            InputError: there is none.
            StorageError: it could not be read.
        """
        import obstore  # noqa: PLC0415  # an extra

        with _in_our_words(name):
            try:
                found = obstore.get(self._store, name)
            except FileNotFoundError as error:
                raise InputError(f"{name} is not in the store, expected it there") from error
            for piece in found.stream(min_chunk_size=_PIECE_BYTES):
                yield memoryview(piece)

    def sizes(self, folder: str) -> dict[str, int]:
        """Return the size of every object below a folder, by its name.

        Raises:
            StorageError: they could not be listed.
        """
        import obstore  # noqa: PLC0415  # an extra

        with _in_our_words(f"the list of {folder}"):
            try:
                listed = obstore.list(self._store, folder)
                return {each["path"]: each["size"] for batch in listed for each in batch}
            except FileNotFoundError:  # a folder that nobody made yet
                return {}

    def write(self, name: str, content: bytes | Iterable[bytes]) -> None:
        """Write an object; it appears whole, or not at all when pieces end in an error.

        Raises:
            StorageError: it could not be written.
        """
        import obstore  # noqa: PLC0415  # an extra

        with _in_our_words(name):
            if isinstance(content, bytes):
                obstore.put(self._store, name, content, use_multipart=False)
            else:
                options: dict[str, Any] = {"chunk_size": _PART_BYTES}
                options["max_concurrency"] = _PARTS_AT_ONCE
                obstore.put(self._store, name, content, use_multipart=True, **options)

    def write_if(self, name: str, content: bytes, before: Stored | None) -> None:
        """Write an object unless it was written meanwhile.

        Args:
            name: of the object.
            content: all of it.
            before: what was there when it was read last; None for nothing.

        Raises:
            ConflictError: another one is there now.
            NoConditionsError: the store cannot tell.
            StorageError: it could not be written.
        """
        import obstore  # noqa: PLC0415  # an extra
        from obstore.exceptions import (  # noqa: PLC0415
            AlreadyExistsError,
            NotSupportedError,
            PreconditionError,
        )

        mode: Any = "create"
        if before is not None:
            told = {"e_tag": before.e_tag, "version": before.version}
            mode = {name: value for name, value in told.items() if value is not None}
        with _in_our_words(name):
            try:
                obstore.put(self._store, name, content, mode=mode)
            except (AlreadyExistsError, PreconditionError, FileNotFoundError):
                raise ConflictError from None
            except (NotImplementedError, NotSupportedError):
                raise NoConditionsError from None

    def remove(self, name: str) -> None:
        """Remove an object, where that is allowed; some may write and not remove."""
        import obstore  # noqa: PLC0415  # an extra

        with contextlib.suppress(Exception):
            obstore.delete(self._store, name)


def open_store(address: str, *, make: bool = False) -> Store:
    """Open a place in a store; credentials are taken from the environment.

    Args:
        address: as `address.checked` returns it.
        make: make the folder of a file:// address.

    Raises:
        InputError: obstore is not installed, or the environment does not say what it must.
    """
    with needing("obstore", "hnp-shared[store]"):
        from obstore.store import from_url  # noqa: PLC0415  # an extra
    plain = address.startswith("http://") or any(map(_is_set, _ALLOW_HTTP))
    options: dict[str, Any] = {"mkdir": make} if address.startswith("file://") else {}
    if not options:
        options["client_options"] = {**_CLIENT, "allow_http": plain}
        waits = {"init_backoff": timedelta(milliseconds=100), "max_backoff": timedelta(seconds=10)}
        options["retry_config"] = {
            "max_retries": RETRIES,
            "retry_timeout": timedelta(seconds=RETRY_S),
            "backoff": {**waits, "base": 2},
        }
    try:
        return Store(from_url(address, **options))
    except Exception:  # noqa: BLE001  # whatever it quotes
        if address.startswith("file://"):
            raise InputError("found no folder at the address, expected one") from None
        raise InputError(
            "the store cannot be opened: the address or the environment lacks something, such as "
            "AWS_REGION, AZURE_STORAGE_ACCOUNT_NAME or GOOGLE_APPLICATION_CREDENTIALS"
        ) from None


def _is_set(variable: str) -> bool:
    return os.environ.get(variable, "").lower() in ("1", "true", "on", "yes")


@contextlib.contextmanager
def _in_our_words(role: str) -> Iterator[None]:
    """Say in words of ours what failed; the cause is left out, as it may quote what was signed."""
    from obstore.exceptions import (  # noqa: PLC0415  # an extra
        BaseError,
        PermissionDeniedError,
        UnauthenticatedError,
    )

    try:
        yield
    except (ConflictError, NoConditionsError, HnpError):
        raise
    except (PermissionDeniedError, UnauthenticatedError):
        raise StorageError(
            role, "the store refuses access; look at the credentials in the environment"
        ) from None
    except (BaseError, OSError, NotImplementedError, ValueError) as error:
        raise StorageError(role, _what(str(error))) from None


def _what(text: str) -> str:
    """Return what failed, by the numbers in an error's text alone."""
    again = "run the same command again to go on"
    if status := _STATUS.search(text):
        return f"the store answered with {status[1]}; {again}"
    if system := _SYSTEM.search(text):
        return f"{os.strerror(int(system[1]))}; {again}"
    return f"the store did not answer; {again}"
