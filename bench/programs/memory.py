"""Bytes that one more file costs the parent of a build."""

import json
import shutil
import sys
from pathlib import Path

from bench.many_files import peak_mb


def main(folder: Path, few: int, many: int) -> None:
    """Build a small and a large tree of header-only files and compare the peaks."""
    peaks = []
    for count in (few, many):
        shutil.rmtree(folder, ignore_errors=True)
        peaks.append(peak_mb(folder, count))
    shutil.rmtree(folder, ignore_errors=True)
    bytes_a_file = (peaks[1] - peaks[0]) * 1e6 / (many - few)
    print(json.dumps({"seconds": {"hnp-etl": [bytes_a_file]}, "peak_mb": peaks}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3]))
