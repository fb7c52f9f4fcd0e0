"""From a torch module to the bytes of an ONNX graph that tells nothing of the machine."""

import contextlib
import logging
import warnings
from collections.abc import Iterator
from typing import Any

import onnxscript  # noqa: F401  # torch's exporter asks for it only when it is at work
import torch
from torch import nn

from hnp_model.exports.described import CARD_KEY, METADATA_KEY, OUTPUTS, Described
from hnp_model.exports.whole_model import Inputs

OPSET = 20
"""The first in which GridSample and IsNaN take every type that the graphs hold."""

LARGEST_BYTES = 2_000_000_000
"""A protobuf, and with it an ONNX file of one piece, holds 2 GiB at most."""

_TOLD_OF_TRAINING = ("doc_string", "metadata_props")
"""Where torch's exporter leaves stack traces: source lines, and where they lie on this machine."""


def trace(model: nn.Module, inputs: Inputs, size: tuple[int, int]) -> Any:  # noqa: ANN401  # onnx has no such types
    """Return the graph of a model as an onnx.ModelProto, for batches of any size.

    Args:
        model: a `WholeModel`.
        inputs: what it is fed with.
        size: rows and columns of its pictures.
    """
    # Two of each: torch takes a size of one for a size that is always one.
    fed = {
        "images": torch.rand(2, max(inputs.channels, 1), *size),
        "numbers": torch.ones(2, len(inputs.numbers), dtype=torch.float64),
    }
    fed = {name: fed[name] for name in inputs.names}
    any_size = {name: {0: torch.export.Dim("slice", min=1)} for name in fed}
    with _quiet(), torch.no_grad():
        # Traced apart from the exporter, which would fall back on a batch of two without a word.
        traced = torch.export.export(
            model.eval(), (), kwargs=fed, dynamic_shapes=any_size, strict=False
        )
        program = torch.onnx.export(
            traced,
            dynamo=True,
            input_names=list(fed),
            output_names=list(OUTPUTS),
            opset_version=OPSET,
            verbose=False,
        )
    graph = program.model_proto  # type: ignore[union-attr]  # None without dynamo
    strip(graph)
    del graph.graph.value_info[:]
    return graph


def strip(message: Any) -> None:  # noqa: ANN401  # any message of a protobuf
    """Take out of a graph what torch's exporter tells of sources and of the training."""
    for field, value in message.ListFields():
        if field.name in _TOLD_OF_TRAINING:
            message.ClearField(field.name)
        elif field.message_type is not None:
            for one in value if isinstance(value, (list, tuple)) or field.is_repeated else [value]:
                strip(one)


def with_metadata(graph: Any, described: Described, card: str) -> bytes:  # noqa: ANN401  # as above
    """Return the bytes of a file: a graph and what it says of itself."""
    del graph.metadata_props[:]
    for key, value in ((METADATA_KEY, described.to_json()), (CARD_KEY, card)):
        graph.metadata_props.add(key=key, value=value)
    content: bytes = graph.SerializeToString(deterministic=True)
    return content


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """Keep back what torch's exporter says to its developers; the file is judged by its numbers."""
    logger = logging.getLogger("torch.onnx")
    before = logger.level
    logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        logger.setLevel(before)
