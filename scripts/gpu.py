"""Tells whether a GPU computes what the CPU does, how fast, and how long it waits for its input.

Takes a few minutes, and an artificial data set that it makes itself. Where nothing is installed but
torch and what hnp-train imports:

    PYTHONPATH=shared/src:model/src:tests python scripts/gpu.py

On a machine without CUDA, `--cpu` goes through the same steps with less of everything.
"""

import argparse
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import Path

import numpy as np
import torch

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))

from hnp_model.data.slices import Slices, read_slices
from hnp_model.data.tabular import fit_standardisation
from hnp_model.fitting.ahead import feed
from hnp_model.fitting.batch import Batch
from hnp_model.fitting.computing import computing, forward_of
from hnp_model.fitting.forward import logits_of
from hnp_model.fitting.losses import loss_for
from hnp_model.fitting.networks.choice import build_network
from hnp_model.fitting.optimising import advance, learner_for
from hnp_model.fitting.planning import Step, plan_steps
from hnp_model.fitting.presets import settings_of
from hnp_model.fitting.samples import Samples, map_samples
from hnp_model.fitting.several.ranks import ALONE
from hnp_model.fitting.training import train
from hnp_model.runs.checkpoint import Learner
from hnp_model.runs.history import History
from hnp_model.runs.run_folder import CHECKPOINTS_FOLDER, RunFolder
from hnp_model.settings.craft import Computing
from hnp_model.settings.fit import FitSettings
from hnp_shared.dataset import Dataset, open_dataset
from model.synthetic import Plan, write_dataset

TOLERANCE = 1e-3
"""Of losses and logits: sums in another order, five steps of training on."""
MOST_WAITING = 0.05
AGREEING_STEPS = 5
EPOCHS = 9999


@dataclass(frozen=True)
class Size:
    """How much is tried."""

    models: tuple[tuple[str, str], ...]
    patients: int
    side: int
    batch_size: int
    steps: int
    epochs: int


STRONG = ("compact", "strong")
SIZES = {
    "cuda": Size((("reference", "plain"), STRONG), 120, 300, 32, 100, 4),
    "cpu": Size((("compact-1", "plain"), STRONG), 4, 48, 8, 6, 1),
}


@dataclass(frozen=True)
class Trial:
    """A data set and the settings it is trained with."""

    dataset: Dataset
    slices: Slices
    settings: FitSettings

    def samples(self, slices: Slices | None = None) -> Samples:
        """Return all slices, or some, for the device of the settings."""
        chosen = self.slices if slices is None else slices
        known = fit_standardisation(self.slices)
        return map_samples(self.dataset, chosen, known, self.settings, (0.5, 0.5))

    def steps(self) -> Iterator[Step]:
        """Return steps, more than anybody takes."""
        return plan_steps(len(self.slices), self.settings, epochs_done=0)

    def learner(self) -> Learner:
        """Return an untrained network with its optimiser."""
        return learner_for(build_network(self.settings), self.settings)

    def taking(self, learner: Learner) -> Callable[[int, Batch], torch.Tensor]:
        """Return what takes the n-th step, and gives its loss."""
        forward = forward_of(learner.network, self.settings)
        loss_of = loss_for(self.settings.recipe, self.slices.is_patient).of

        def take(number: int, batch: Batch) -> torch.Tensor:
            loss = loss_of(forward(batch.images, batch.tabular), batch.truth)
            loss.backward()  # type: ignore[no-untyped-call]  # torch gives it no types
            advance(learner, self.settings, 0, number, EPOCHS)
            return loss.detach()

        return take


def settings_for(model: str, preset: str, size: Size, device: str, by: Computing) -> FitSettings:
    """Return settings of a trial; without dropout, which devices draw each in their own way."""
    given = {"model": model, "epochs": EPOCHS, "batch_size": size.batch_size, "dropout": 0.0}
    made = settings_of("strong" if preset == "strong" else "plain", {**given, "device": device})
    return replace(made, computed=None if by == Computing() else by)


def agreement(trial: Trial) -> tuple[float, float]:
    """Return how far losses of the first steps, and logits after them, lie from the CPU's."""
    found = []
    for device in ("cpu", trial.settings.device):
        strict = Computing(deterministic=True)
        one = replace(trial, settings=replace(trial.settings, device=device, computed=strict))
        samples, learner = one.samples(), one.learner()
        take = one.taking(learner)
        with computing(one.settings):
            fed = islice(feed(samples, one.steps(), one.settings, ALONE), AGREEING_STEPS)
            of_steps = [take(number, batch).item() for number, (_, batch) in enumerate(fed, 1)]
            said = logits_of(learner.judged, islice(samples.in_order(), 4))
        found.append((np.array(of_steps), said))
    (losses, logits), (other_losses, other_logits) = found
    return float(np.abs(losses - other_losses).max()), float(np.abs(logits - other_logits).max())


def bare_rate(trial: Trial, size: Size) -> float:
    """Return slices a second of steps on one batch that lies on the device."""
    samples = trial.samples()
    take = trial.taking(trial.learner())
    batch = samples.batch(np.arange(size.batch_size))
    take(1, batch)
    started = _now(trial)
    for number in range(size.steps):
        take(number + 2, batch)
    return size.steps * size.batch_size / (_now(trial) - started)


def loader_rate(trial: Trial, size: Size) -> float:
    """Return slices a second of batches alone, varied and on the device."""
    fed = feed(trial.samples(), trial.steps(), trial.settings, ALONE)
    next(fed)
    started = _now(trial)
    count = sum(step.indices.size for step, _ in islice(fed, size.steps))
    rate = count / (_now(trial) - started)
    fed.close()
    return rate


def fit_rate(trial: Trial, size: Size) -> float:
    """Return slices a second of hnp-train, its look at a small val and its checkpoints too."""
    ends: list[float] = []

    def watch(history: History) -> bool:
        ends.append(_now(trial))
        return len(history) > size.epochs

    with tempfile.TemporaryDirectory() as name:
        (Path(name) / CHECKPOINTS_FOLDER).mkdir()
        val = trial.samples(trial.slices.take(np.arange(size.batch_size)))
        train(trial.samples(), val, trial.settings, RunFolder(Path(name)), watch)
    return size.epochs * len(trial.slices) / (ends[-1] - ends[0])


def waiting_share(trial: Trial, size: Size) -> float:
    """Return the share of time from the end of a step until the next one's batch is there."""
    take = trial.taking(trial.learner())
    fed = feed(trial.samples(), trial.steps(), trial.settings, ALONE)
    marks = []
    for number, (_, batch) in enumerate(islice(fed, size.steps), 1):
        there = _mark(trial)
        take(number, batch)
        marks.append((there, _mark(trial)))
    fed.close()
    _now(trial)
    later = marks[len(marks) // 3 :]  # the first ones compile and choose
    waits = [_between(before[1], after[0]) for before, after in pairwise(later)]
    return sum(waits) / _between(later[0][1], later[-1][1])


def peak_gib() -> float:
    """Return the most memory that torch has held on the device, in GiB."""
    return torch.cuda.max_memory_allocated() / 2**30 if torch.cuda.is_available() else 0.0


Mark = float | torch.cuda.Event


def _mark(trial: Trial) -> Mark:
    if trial.settings.device == "cpu":
        return time.perf_counter()
    event = torch.cuda.Event(enable_timing=True)  # type: ignore[no-untyped-call]  # as above
    event.record()
    return event


def _between(one: Mark, other: Mark) -> float:
    """Return seconds."""
    if isinstance(one, float) or isinstance(other, float):
        return float(other) - float(one)  # type: ignore[arg-type]  # both are, or none
    return float(one.elapsed_time(other)) / 1000


def _now(trial: Trial) -> float:
    """Return the time when all that was asked of the device is done."""
    if trial.settings.device != "cpu":
        torch.cuda.synchronize()
    return time.perf_counter()


def rows(folder: Path, device: str) -> Iterator[str]:
    """Yield a table, a line as soon as it is measured."""
    size = SIZES[device]
    plan = Plan(size.patients, levels=5, side=size.side, uint16=True)
    dataset = open_dataset(write_dataset(folder / "data", plan))
    slices = read_slices(dataset)
    name = torch.cuda.get_device_name() if device == "cuda" else "the CPU"
    counts = f"{len(slices):,} slices, batches of {size.batch_size}"
    yield f"torch {torch.__version__} on {name}, {counts}"
    for model, preset in size.models:
        trial = Trial(dataset, slices, settings_for(model, preset, size, device, Computing()))
        loss, logit = agreement(trial)
        verdict = "as the CPU" if max(loss, logit) <= TOLERANCE else "NOT AS THE CPU"
        yield f"{model}: loss differs by {loss:.1e}, logits by {logit:.1e}: {verdict}"
    yield "network, preset, precision       | bare loop | hnp-train | loader | waits | peak GiB"
    kinds = [Computing()] + [Computing(bf16=True), Computing(bf16=True, compile=True)] * (
        device == "cuda"
    )
    for model, preset in size.models:
        for by in kinds:
            trial = Trial(dataset, slices, settings_for(model, preset, size, device, by))
            yield line(f"{model}, {preset}, {_told(by)}", trial, size)


def line(what: str, trial: Trial, size: Size) -> str:
    """Return the figures of a trial."""
    if trial.settings.device == "cuda":
        torch.cuda.reset_peak_memory_stats()
    with computing(trial.settings):
        rates = [measure(trial, size) for measure in (bare_rate, fit_rate, loader_rate)]
        waits = waiting_share(trial, size)
    bare, whole, loader = rates
    told = "" if waits <= MOST_WAITING else " above 5 %"
    speeds = f"{bare:9.0f} | {whole:9.0f} | {loader:6.0f}"
    return f"{what:32} | {speeds} | {waits:.1%}{told} | {peak_gib():.2f}"


def _told(by: Computing) -> str:
    return ("bf16" if by.bf16 else "float32") + (" compiled" if by.compile else "")


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--cpu", action="store_true", help="try the steps on this CPU")
    asked = parser.parse_args()
    if not asked.cpu and not torch.cuda.is_available():
        sys.exit("found no CUDA device, expected one; --cpu tries the same steps on this machine")
    with tempfile.TemporaryDirectory(prefix="hnp-gpu-") as name:
        for row in rows(Path(name), "cpu" if asked.cpu else "cuda"):
            print(row, flush=True)


if __name__ == "__main__":
    main()
