"""From a run to an ONNX file that says the same, or to none."""

from dataclasses import asdict, dataclass, replace
from pathlib import Path

import torch

from hnp_model.data.slices import Slices, read_slices
from hnp_model.exports.described import Described, Parity, describe
from hnp_model.exports.graph import LARGEST_BYTES, OPSET, trace, with_metadata
from hnp_model.exports.parity import compare, on_cpu
from hnp_model.exports.session import Session
from hnp_model.exports.trust import parse_file
from hnp_model.exports.whole_model import WholeModel, inputs_of
from hnp_model.fitting.networks.choice import build_network
from hnp_model.report.card_words import DISCLAIMER
from hnp_model.runs.calibrations import read_calibrations
from hnp_model.runs.checkpoint import load_weights
from hnp_model.runs.evaluated import read_evaluation
from hnp_model.runs.origins import find_split, open_origin, says_the_same
from hnp_model.runs.run_config import RunConfig
from hnp_model.runs.run_folder import CARD_FILE, RunFolder, refuse_own_file
from hnp_model.settings.fit import BASELINES
from hnp_model.splits.guard import choose_fold, parts_of
from hnp_shared.dataset import Dataset
from hnp_shared.errors import InputError
from hnp_shared.places import refuse_place
from hnp_shared.splits import read_split
from hnp_shared.storage import replace_file

NO_CARD = (
    f"{DISCLAIMER}\n\nThis run was not evaluated when it was exported: nothing is known of how "
    "well it does.\n"
)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written.

    Attributes:
        file: where it lies.
        size: in bytes.
        described: what it says of itself.
        evaluated: whether it holds a card with figures.
    """

    file: str
    size: int
    described: Described
    evaluated: bool

    def to_plain(self) -> dict[str, object]:
        """Return what --json prints."""
        about = self.described
        return {
            "file": self.file,
            "size": self.size,
            "evaluated": self.evaluated,
            "inputs": about.shapes,
            **{
                name: getattr(about, name)
                for name in ("model", "numbers", "pixels_id", "weights_sha256", "opset")
            },
            "parity": asdict(about.parity),
        }


def export(
    run: Path, out: Path | None, split_file: Path | None, file: Path, *, force: bool
) -> Exported:
    """Write a run as one ONNX file, once it is known that both judge slices of val alike.

    Args:
        run: a finished run of a network.
        out: its data set; None to look for it beside the run and in the working folder.
        split_file: its split, found likewise.
        file: the file to write.
        force: whether a file may be written over.

    Raises:
        InputError: no finished run of a network, its data set or split was not found, or its card
            is about other weights.
        GateError: the file would say something else than the run.
        OutputError: the file exists, or lies where none may be written.
        StorageError: a read or write failed.
    """
    refuse_place(file, force=force)
    refuse_own_file(file)
    folder = RunFolder(run)
    config = on_cpu(folder.config())
    config.settled()
    _refuse_baseline(config)
    dataset = open_origin(folder, out)
    val = _read_val(dataset, config, split_file or find_split(folder))
    card = _read_card(folder)
    network = build_network(config.settings)
    weights_sha256 = load_weights(folder, network)
    _refuse_size(network)
    graph = trace(WholeModel(network, config), inputs_of(config), config.image_size)
    units = read_calibrations(folder, weights_sha256)
    bare = describe(config, weights_sha256, units, OPSET, Parity(0, (), 0.0))
    parity = compare(folder, Session(graph.SerializeToString()), bare, dataset, val)
    described = replace(bare, parity=parity)
    content = with_metadata(graph, described, card or NO_CARD)
    parse_file(content)  # what we would refuse to read is not written
    written = replace_file(file, lambda sink: sink.write(content), role="the exported file")
    return Exported(str(file), written.size, described, evaluated=card is not None)


def _read_val(dataset: Dataset, config: RunConfig, split: Path) -> Slices:
    if not says_the_same(split, config):
        raise InputError(f"{split.name} is not the run's split ({config.split.file})")
    slices = read_slices(dataset, columns=config.settings.columns)
    chosen = choose_fold(read_split(split), config.settings.fold)
    return slices.take(parts_of(slices, chosen, dataset.info.dataset_id) == "val")


def _read_card(folder: RunFolder) -> str | None:
    """Return the run's card; None where there is none.

    Raises:
        InputError: it is about other weights than the run's.
    """
    if not folder.has(CARD_FILE):
        return None
    read_evaluation(folder, "exported")
    return folder.read(CARD_FILE).decode(errors="replace")


def _refuse_baseline(config: RunConfig) -> None:
    if config.settings.model in BASELINES:
        raise InputError(
            f"the run's model is a {config.settings.model}, expected a network; "
            "baselines are not exported"
        )


def _refuse_size(network: torch.nn.Module) -> None:
    size = sum(value.nbytes for value in network.state_dict().values())
    if size > LARGEST_BYTES:
        raise InputError(
            f"the weights take {size / 1e9:.1f} GB, one ONNX file holds "
            f"{LARGEST_BYTES / 1e9:.0f} GB at most; expected fewer seeds"
        )
