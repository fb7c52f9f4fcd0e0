"""The least a build can do: open and read 16 KiB of every file; read, resize, write the chosen.

Nothing is parsed or decided: what is chosen and where its pixels lie is given. Two processes.
"""

import json
import multiprocessing
import os
import sys
from pathlib import Path

PROCESSES = 2
HEAD_BYTES = 16 * 1024
SHARD_SLICES = 512
SIZE, KEPT = (300, 300), slice(76, 436)  # of 512 rows and columns


def main(tree: Path, source: str, out: Path | None) -> None:
    """Read the heads below ``tree``/``source``; build the chosen, unless ``out`` is None."""
    files = [
        os.path.join(folder, name)  # noqa: PTH118  # a floor makes no Path of a name
        for folder, _, names in os.walk(tree / source)
        for name in names
    ]
    listed = json.loads((tree / "chosen.json").read_text(encoding="utf-8"))
    chosen = listed["chosen"] if out else []
    if out:
        out.mkdir(parents=True)
    context = multiprocessing.get_context("fork")
    workers = [
        context.Process(target=work, args=(files[n::PROCESSES], chosen[n::PROCESSES], tree, out, n))
        for n in range(PROCESSES)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    sys.exit(max(worker.exitcode or 0 for worker in workers))


def work(
    files: list[str], chosen: list[dict[str, str | int]], tree: Path, out: Path | None, number: int
) -> None:
    """Do one process's share."""
    for path in files:
        descriptor = os.open(path, os.O_RDONLY)
        os.read(descriptor, HEAD_BYTES)
        os.close(descriptor)
    if out is None:
        return
    import cv2  # noqa: PLC0415  # the floor of a header pass needs neither
    import numpy as np  # noqa: PLC0415

    cv2.setNumThreads(1)
    for first in range(0, len(chosen), SHARD_SLICES):
        group = chosen[first : first + SHARD_SLICES]
        images = np.empty((len(group), *SIZE), dtype=np.float32)
        for index, each in enumerate(group):
            with open(tree / str(each["path"]), "rb", buffering=0) as file:  # noqa: PTH123
                file.seek(int(each["offset"]))
                stored = np.frombuffer(file.read(), dtype="<u2")
            side = int(len(stored) ** 0.5)
            kept = stored.reshape(side, side)[KEPT, KEPT].astype(np.float32)
            cv2.resize(kept, SIZE, dst=images[index], interpolation=cv2.INTER_AREA)
        with (out / f"{number}-{first:06d}").open("wb", buffering=0) as sink:
            sink.write(images.data.cast("B"))
            os.fsync(sink.fileno())


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]) if len(sys.argv) > 3 else None)
