"""A graph at work in onnxruntime, on the CPU."""

from typing import Any

import numpy as np
import numpy.typing as npt
import onnxruntime
import torch

from hnp_model.exports.described import OUTPUTS
from hnp_model.exports.feeding import Feed
from hnp_shared.errors import InputError

_SILENT = 4
"""Severity of what onnxruntime logs: nothing, for what goes wrong is told by our own line."""


class Session:
    """Runs a graph.

    Args:
        content: bytes of an ONNX file.

    Raises:
        InputError: onnxruntime takes no such graph.
    """

    def __init__(self, content: bytes) -> None:
        onnxruntime.set_default_logger_severity(_SILENT)
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = torch.get_num_threads()
        options.log_severity_level = _SILENT
        try:
            self._session: Any = onnxruntime.InferenceSession(
                content, options, providers=["CPUExecutionProvider"]
            )
        except Exception as error:  # its errors have no common base of their own
            raise InputError("onnxruntime cannot run the graph of the file") from error

    def run(self, feed: Feed) -> tuple[npt.NDArray[np.float64], ...]:
        """Return the outputs in their order, each (slice,).

        Raises:
            InputError: the graph fails on them.
        """
        try:
            found = self._session.run(list(OUTPUTS), dict(feed))
        except Exception as error:  # as above
            raise InputError("the graph of the file fails on slices of the data set") from error
        return tuple(found)
