"""What the path of a file tells, pure: kind, hospital, procedure, partition, pairing keys.

A path here is the contract's: last segments of SRC plus the path below, in NFC, '/' between.
"""

import os
import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

from hnp_etl.files.forms import archive_name
from hnp_etl.recipes.recipe import Layout
from hnp_etl.walking.exclusion import Exclusion
from hnp_etl.walking.garbled import read_name, surely_read
from hnp_etl.walking.pairing_keys import IMAGE_SUFFIXES, PairingKeys, pairing_keys, stems
from hnp_etl.walking.patches import PATCH_MARK, shadowed_folders
from hnp_shared.names import text_of
from hnp_shared.vocabulary import UNKNOWN_HOSPITAL, Kind

_LABEL_SUFFIXES = frozenset({".json"})

# "TS_H01", "VL.3", "TL" alone; not "TSE".
_ARCHIVE_PREFIX = re.compile(r"^(?:TS|VS|TL|VL)(?=[\d_. -]|$)[_. -]*")
"""Names of the archives a folder was unpacked from: training/validation, source/labels."""

TELLS = ("hospital", "procedure", "side", "partition", "patch")
"""What a folder's name can tell; `side`: that images or labels lie below."""


@dataclass(frozen=True, slots=True)
class FolderTokens:
    """What the folders above a file tell.

    Attributes:
        hospitals: different matches, deepest folder first; likewise the other two.
        trunk: the folders without those for images or labels and without archive prefixes.
        read: the folders, those with garbled names by what these said.
    """

    hospitals: tuple[str, ...]
    procedures: tuple[str, ...]
    partitions: tuple[str, ...]
    trunk: str
    read: str


class PathFacts(NamedTuple):
    """What a path tells about a file.

    Attributes:
        name: the file's, without suffix.
        conflict: another folder or the name tells another hospital, procedure or partition.
        keys: for the name whole.
        short_keys: for the name without a numeric suffix: `1.2.840.7` goes with `1.2.840.7.json`,
            or else `scan.001` with `scan.json`; `scan.dcm.json` goes with `scan.dcm`.
        shadows: paths that this file replaces, being in a patched folder.
        excluded: the path, or a folder above it, fits a pattern of what is left out.
    """

    kind: Kind
    hospital: str
    procedure: str | None
    partition: str | None
    name: str
    conflict: bool
    keys: PairingKeys
    short_keys: PairingKeys
    shadows: tuple[str, ...]
    excluded: bool = False


def source_labels(sources: Sequence[Path]) -> list[str]:
    """Return for each source its last segments, as many as it takes to tell them apart."""
    wholes = [text_of(os.fsencode(os.path.abspath(src))) for src in sources]  # noqa: PTH100  # resolve() would follow links
    parts = [[nfc(part) for part in Path(whole).parts[1:]] for whole in wholes]
    for depth in range(1, max((len(each) for each in parts), default=1) + 1):
        labels = ["/".join(each[-depth:]) for each in parts]
        if len(set(labels)) == len(labels):
            return labels
    return ["/".join(each) for each in parts]


def nfc(text: str) -> str:
    """Return ``text`` in Unicode normal form C: macOS stores NFD, Windows NFC."""
    return text if text.isascii() else unicodedata.normalize("NFC", text)


def path_bytes(path: str) -> bytes:
    """Return the bytes by which paths are compared; names that are not UTF-8 keep theirs.

    >>> path_bytes("H01/scan.dcm"), len(path_bytes("영상"))
    (b'H01/scan.dcm', 6)
    """
    return path.encode("utf-8", "surrogateescape")


def kind_of(name: str, label_suffixes: frozenset[str] = _LABEL_SUFFIXES) -> Kind:
    """Tell the kind of a file by its name; labels are known by their suffixes.

    >>> [str(kind_of(name)) for name in ("a.dcm", "a.0012", "a", "a.JSON", ".a.dcm", "a.zip.001")]
    ['image', 'image', 'image', 'label', 'other', 'archive']
    """
    if name.startswith((".", "~$")):  # "~$labels.xlsx": Excel has the file open
        return Kind.OTHER
    suffix = os.path.splitext(name)[1].casefold()  # noqa: PTH122  # Path() drops trailing blanks
    if suffix in label_suffixes:
        return Kind.LABEL
    if archive_name(name) is not None:
        return Kind.ARCHIVE
    if suffix in IMAGE_SUFFIXES or (suffix[1:].isascii() and suffix[1:].isdecimal()):
        return Kind.IMAGE
    return Kind.OTHER


class PathReader:
    """Reads paths under one layout; what a folder tells is remembered for the files in it.

    Attributes:
        garbled: names of folders that tell something only once they are read as Korean.
    """

    def __init__(
        self,
        layout: Layout,
        label_suffixes: frozenset[str] = _LABEL_SUFFIXES,
        *,
        of_many: bool = False,
    ) -> None:
        """Prepare to read paths.

        Args:
            layout: how names tell.
            label_suffixes: by which labels are known.
            of_many: label files hold many labels each; the name of one, `train_labels.csv`, then
                tells neither hospital nor partition of the images.
        """
        self._label_suffixes = label_suffixes
        self._of_many = of_many
        self._hospital = _compiled(layout.hospital)
        self._procedure = _compiled(layout.procedure)
        self._partitions = {name: re.compile(each) for name, each in layout.partitions.items()}
        aside = (_compiled(layout.image_folders), _compiled(layout.label_folders))
        self._aside = [pattern for pattern in aside if pattern is not None]
        self.garbled: set[str] = set()
        self._folder = lru_cache(maxsize=4096)(self._read_folder)
        self.excludes = Exclusion([nfc(pattern) for pattern in layout.exclude])

    def facts(self, path: str) -> PathFacts:
        """Return what ``path`` tells.

        >>> facts = PathReader(Layout()).facts("Training/TS_H01/C004/P1/scan.dcm")
        >>> facts.hospital, facts.procedure, facts.partition, facts.name
        ('H01', 'C004', 'training', 'scan')
        >>> PathReader(Layout()).facts("H01_add/C004/scan.dcm").shadows
        ('H01/C004/scan.dcm',)
        """
        folder, _, name = path.rpartition("/")
        tokens = self._folder(folder)
        kind = kind_of(name, self._label_suffixes)
        telling = "" if self._of_many and kind is Kind.LABEL else name
        hospital, hospital_conflict = _first(tokens.hospitals, _search(self._hospital, telling))
        procedure, procedure_conflict = _first(tokens.procedures, _search(self._procedure, name))
        partition, partition_conflict = _first(tokens.partitions, self._partitions_in(telling))
        scope = (hospital or UNKNOWN_HOSPITAL, procedure or "", partition or "")
        stem, short_stem = stems(surely_read(name), kind)
        keys = pairing_keys(folder, tokens.trunk, scope, stem)
        same = stem == short_stem
        return PathFacts(
            kind=kind,
            hospital=hospital or UNKNOWN_HOSPITAL,
            procedure=procedure,
            partition=partition,
            name=stem,
            conflict=hospital_conflict or procedure_conflict or partition_conflict,
            keys=keys,
            short_keys=keys if same else pairing_keys(folder, tokens.trunk, scope, short_stem),
            shadows=tuple(f"{each}/{name}" for each in shadowed_folders(folder, tokens.read)),
            excluded=self.excludes(path),
        )

    def said(self, path: str) -> str:
        """Return ``path`` with garbled names of folders as what they said."""
        folder, slash, name = path.rpartition("/")
        return f"{self._folder(folder).read}{slash}{name}"

    def told_by(self, folder: str) -> frozenset[str]:
        """Return what the name of one folder tells: words of `TELLS`."""
        tokens = self._folder(folder)
        folder = tokens.read
        tells = {
            "hospital": bool(tokens.hospitals),
            "procedure": bool(tokens.procedures),
            "partition": bool(tokens.partitions),
            "side": any(pattern.search(folder) for pattern in self._aside),
            "patch": bool(PATCH_MARK.search(folder)),
        }
        return frozenset(word for word in TELLS if tells[word])

    def _read_folder(self, folder: str) -> FolderTokens:
        segments = [self._read_name(part) for part in folder.split("/")]
        upwards = segments[::-1]
        return FolderTokens(
            hospitals=_distinct(hit for part in upwards for hit in _search(self._hospital, part)),
            procedures=_distinct(hit for part in upwards for hit in _search(self._procedure, part)),
            partitions=_distinct(hit for part in upwards for hit in self._partitions_in(part)),
            trunk="/".join(self._trunk(segments)),
            read="/".join(segments),
        )

    def _read_name(self, part: str) -> str:
        read, found = read_name(part, self._tells)
        if found:
            self.garbled.add(part)
        return read

    def _tells(self, part: str) -> bool:
        patterns = (self._hospital, self._procedure, *self._partitions.values(), *self._aside)
        return any(each and each.search(part) for each in (*patterns, PATCH_MARK))

    def _trunk(self, segments: list[str]) -> Iterator[str]:
        for part in segments:
            if not any(pattern.search(part) for pattern in self._aside):
                bare = PATCH_MARK.sub("", _ARCHIVE_PREFIX.sub("", part))
                if bare:
                    yield bare

    def _partitions_in(self, text: str) -> tuple[str, ...]:
        return tuple(name for name, each in self._partitions.items() if each.search(text))


def _compiled(pattern: str) -> re.Pattern[str] | None:
    return re.compile(pattern) if pattern else None


def _search(pattern: re.Pattern[str] | None, text: str) -> tuple[str, ...]:
    if pattern is None:
        return ()
    group = 1 if pattern.groups else 0
    hits = (match[group] or match[0] for match in pattern.finditer(text))
    return _distinct(hit.encode("utf-8", "replace").decode() for hit in hits)


def _first(in_folders: tuple[str, ...], in_name: tuple[str, ...]) -> tuple[str | None, bool]:
    found = _distinct((*in_folders, *in_name)) if in_name else in_folders
    return (found[0] if found else None), len(found) > 1


def _distinct(values: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(values))
