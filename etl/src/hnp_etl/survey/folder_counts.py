"""Images and labels by folder, and what patterns find in the names of folders and files. Pure."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from hnp_etl.walking.paths import kind_of
from hnp_shared.vocabulary import Kind

_NAMES_A_FOLDER = 3
"""File names of a folder that are searched too: they can tell hospital and procedure."""


@dataclass(slots=True)
class FolderCounts:
    """Images and labels by folder, and under each folder."""

    inside: dict[str, Counter[Kind]] = field(default_factory=dict)
    names: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, paths: Iterable[str]) -> "FolderCounts":
        """Count files given by their paths."""
        counts = cls()
        for path in paths:
            folder, _, name = path.rpartition("/")
            kind = kind_of(name)
            if kind in (Kind.IMAGE, Kind.LABEL):
                counts.inside.setdefault(folder, Counter())[kind] += 1
                names = counts.names.setdefault(folder, [])
                if len(names) < _NAMES_A_FOLDER:
                    names.append(name)
        return counts

    def share(
        self,
        pattern: str,
        kinds: tuple[Kind, ...] = (Kind.IMAGE, Kind.LABEL),
        *,
        in_names: bool = False,
    ) -> float:
        """Return the share of files with a folder, or a name, in which ``pattern`` is found."""
        found, total, searched = 0, 0, re.compile(pattern)
        for folder, counts in self.inside.items():
            files = sum(counts[kind] for kind in kinds)
            parts = [*folder.split("/"), *(self.names[folder] if in_names else ())]
            total += files
            found += files if any(map(searched.search, parts)) else 0
        return found / total if pattern and total else 0.0

    def has(self, kind: Kind) -> bool:
        """Tell whether a file of a kind was met."""
        return any(counts[kind] for counts in self.inside.values())

    def folders(self, pattern: str) -> set[str]:
        """Return the names of folders in which ``pattern`` is found."""
        parts = {part for folder in self.inside for part in folder.split("/")}
        return set(filter(re.compile(pattern).search, parts))

    def tokens(self, pattern: str) -> set[str]:
        """Return what ``pattern`` finds in names of folders and files."""
        searched = re.compile(pattern)
        group = 1 if searched.groups else 0
        parts = {part for folder in self.inside for part in folder.split("/")}
        parts.update(name for names in self.names.values() for name in names)
        return {match[group] for part in parts for match in searched.finditer(part)}
