"""Puts members of solid archives down in the private folder for the time of a stage.

What lies before a member of a tar.gz or a 7z must be unpacked to reach it. Workers that each went
there by themselves would unpack the same again and again; so one goes through each archive front to
back, and puts down what workers will ask for, a few megabytes at a time or what was chosen.
"""

import contextlib
import os
import shutil
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from hnp_etl.errors import FileError
from hnp_etl.files.archive_files import ArchiveFiles
from hnp_etl.files.moves import moved
from hnp_etl.files.place import Move, is_solid, moves_to_stream, on_disk, split_place
from hnp_etl.files.source_file import Lifted, SourceFile
from hnp_etl.files.views import View
from hnp_shared.errors import StorageError
from hnp_shared.storage import DISK, Disk
from hnp_shared.vocabulary import Reason

FOLDER = "lifted"
"""In the private folder, while a build is at work."""

_ROLE = "a folder for members of archives"
_PIECE_BYTES = 64 * 2**20
"""A member of at most this size is read at once, and so compared with its checksum."""


@contextlib.contextmanager
def lifting(private: Path | None, *, disk: Disk = DISK) -> Iterator["Lifter"]:
    """Put members down for the block, and take them away after it."""
    lifter = Lifter(private, disk=disk)
    try:
        yield lifter
    finally:
        lifter.close()


class Lifter:
    """Puts members down, and goes on in an archive where it stopped."""

    def __init__(self, private: Path | None, *, disk: Disk = DISK) -> None:
        """Prepare to put members down in a private folder; without one, to leave them."""
        self._folder, self._disk = private / FOLDER if private else None, disk
        self._stream: tuple[ArchiveFiles, View, tuple[bytes, tuple[Move, ...]]] | None = None
        self._files = 0

    def lift(self, sources: Sequence[SourceFile]) -> list[SourceFile]:
        """Return the same files, those of solid archives put down in one file.

        What cannot be read is left where it is: whoever reads it finds out why.

        Args:
            sources: those of one archive in its order, or it is begun anew.

        Raises:
            StorageError: the disk is full, or the like.
        """
        if self._folder is None or not any(is_solid(each.raw) for each in sources):
            return list(sources)
        try:
            if not self._files:
                sweep(self._folder.parent)
                self._disk.mkdir(self._folder, 0o700)
            self._files += 1
            path = self._folder / f"{self._files}"
            how = os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC
            with os.fdopen(os.open(path, how, 0o600), "wb") as file:
                return [self._put_down(each, path, file) for each in sources]
        except OSError as error:
            raise StorageError.of(_ROLE, error) from error

    def drop(self, sources: Sequence[SourceFile]) -> None:
        """Take away what was put down for files."""
        for path in {each.lifted.path for each in sources if each.lifted}:
            with contextlib.suppress(OSError):
                self._disk.unlink(Path(os.fsdecode(path)))

    def close(self) -> None:
        """Take away all that was put down."""
        self._leave()
        if self._folder is not None and self._files:
            sweep(self._folder.parent)

    def _put_down(self, source: SourceFile, path: Path, file: BinaryIO) -> SourceFile:
        if not is_solid(source.raw):
            return source
        start = file.tell()
        try:
            for piece in self._pieces(source):
                try:
                    self._disk.write(file, piece)
                except OSError as error:
                    raise StorageError.of(_ROLE, error) from error
        except (FileError, OSError):  # of the archive
            self._leave()
            return source
        file.flush()
        return replace(source, lifted=Lifted(os.fsencode(path), start))

    def _pieces(self, source: SourceFile) -> Iterator[bytes]:
        files, view = self._view_of(source)
        files.compare(source.stat)
        at, size = 0, source.stat.size
        while at < size:
            piece = view.read_at(at, min(size - at, _PIECE_BYTES))
            if not piece:
                raise FileError(Reason.TRUNCATED, "an archive that ends before a member does")
            at += len(piece)
            yield piece
        files.compare(source.stat)

    def _view_of(self, source: SourceFile) -> tuple[ArchiveFiles, View]:
        """Return the archive of a file, and the file in it; the archive stays open for the next."""
        _, moves = split_place(source.raw)
        until = moves_to_stream(moves)
        key = (on_disk(source.raw), moves[:until])
        if self._stream is None or self._stream[2] != key:
            self._leave()
            files = ArchiveFiles(source.raw)
            self._stream = (files, files.view_of(moves[:until]), key)
        files, view, _ = self._stream
        for move in moves[until:]:
            view = moved(view, move)
        return files, view

    def _leave(self) -> None:
        if self._stream is not None:
            self._stream[0].close()
            self._stream = None


def sweep(private: Path) -> None:
    """Take away what a killed build put down."""
    shutil.rmtree(private / FOLDER, ignore_errors=True)


def in_order(sources: Iterable[SourceFile]) -> list[SourceFile]:
    """Return the files of solid archives, each archive's in its order."""
    return sorted((each for each in sources if is_solid(each.raw)), key=_order)


def _order(source: SourceFile) -> tuple[bytes, list[tuple[str, tuple[int, ...]]]]:
    path, moves = split_place(source.raw)
    return path, [(move.kind, move.numbers) for move in moves]
