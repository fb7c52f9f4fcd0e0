"""A file that somebody else may have made, looked at before anything in it is run.

A graph is refused unless it has the form of those that `export` writes: operators of the standard
alone, from a list; weights in the file itself, as many as their shape says; inputs and outputs as
its metadata tell; no intermediate larger than a network of ours makes.
"""

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import google.protobuf.message
import onnx

from hnp_model.exports.described import (
    CARD_KEY,
    METADATA_KEY,
    MOST_METADATA,
    OUTPUTS,
    Described,
    parse_description,
)
from hnp_model.exports.graph import LARGEST_BYTES
from hnp_shared.errors import InputError, StorageError
from hnp_shared.opening import open_regular

_OPERATORS = """
Abs Add And AveragePool Cast Clip Concat Constant ConstantOfShape Conv CumSum Div Equal Expand
Flatten Gather GatherND Gemm Greater GridSample Identity IsNaN LeakyRelu Less Log LogSoftmax MatMul
Max MaxPool Min Mul Neg Not ReduceLogSumExp ReduceMax ReduceMean ReduceMin ReduceSum Relu Reshape
Shape Sigmoid Slice Softmax Split Sqrt Squeeze Sub Transpose Unsqueeze Where
"""
OPERATORS = frozenset(_OPERATORS.split())
"""What exported networks are made of: none loops, branches, or opens anything."""

MOST_ELEMENTS = 2**26
"""Of an intermediate, for one slice; the reference network's largest has 2.9 million."""

MOST_NODES = 20_000
"""A network of ours has under 250; with far more, looking at a graph alone takes minutes."""

_T = onnx.TensorProto
_TYPES = frozenset((_T.FLOAT, _T.DOUBLE, _T.INT64, _T.INT32, _T.BOOL))
_INPUT_TYPES = {"images": _T.FLOAT, "numbers": _T.DOUBLE}


def read_file(path: Path) -> tuple[bytes, Described]:
    """Return the bytes of an exported file, and what it says of itself.

    Raises:
        InputError: it is damaged, too large, or not of the form that `export` writes.
        StorageError: it could not be read.
    """
    try:
        with open_regular(path, role=path.name) as file:
            content = file.read(LARGEST_BYTES + 1)
    except IsADirectoryError as error:
        raise InputError(f"{path.name} is a folder, expected an exported file") from error
    except FileNotFoundError as error:
        raise InputError(f"found no {path.name}") from error
    except OSError as error:
        raise StorageError.of(path.name, error) from error
    return content, parse_file(content)


def parse_file(content: bytes) -> Described:
    """Return what a file says of itself, once it is known that its graph may be run.

    Raises:
        InputError: says what is wrong with it.
    """
    if len(content) > LARGEST_BYTES:
        raise InputError(f"the file has over {LARGEST_BYTES / 1e9:.0f} GB, expected less")
    try:
        model = onnx.ModelProto.FromString(content)
    except (google.protobuf.message.DecodeError, MemoryError) as error:
        raise InputError("the file is damaged or no ONNX file") from error
    described = _metadata(model)
    _refuse_foreign(model, described.opset)
    _refuse_tensors(model)
    _refuse_signature(model.graph, described)
    _refuse_shapes(model)
    return described


def _metadata(model: Any) -> Described:  # noqa: ANN401  # onnx.ModelProto
    found = {one.key: one.value for one in model.metadata_props}
    if METADATA_KEY not in found:
        raise InputError("the file has no metadata of hnp-train export, expected a file it wrote")
    if set(found) - {METADATA_KEY, CARD_KEY} or len(found.get(CARD_KEY, "")) > MOST_METADATA:
        raise InputError("the file has metadata that hnp-train export does not write")
    return parse_description(found[METADATA_KEY])


def _refuse_foreign(model: Any, opset: int) -> None:  # noqa: ANN401  # as above
    domains = {(one.domain, one.version) for one in model.opset_import}
    if domains != {("", opset)}:
        raise InputError(
            f"the file uses operators beside those of the standard, opset {opset}, that its "
            "metadata name"
        )
    graph = model.graph
    if model.functions or model.training_info or graph.sparse_initializer:
        raise InputError("the file holds functions or training steps, expected a plain graph")
    if len(graph.node) > MOST_NODES:
        raise InputError(f"the graph of the file has over {MOST_NODES:,} operators, expected fewer")
    for node in graph.node:
        if node.domain or node.op_type not in OPERATORS:
            raise InputError(
                "the file uses an operator that hnp-train export does not write, expected only "
                "those of its networks"
            )
        if any(one.HasField("g") or one.graphs for one in node.attribute):
            raise InputError("the file holds a graph within the graph, expected a plain one")


def _refuse_tensors(model: Any) -> None:  # noqa: ANN401  # as above
    for tensor in _tensors(model.graph):
        if tensor.data_location == _T.EXTERNAL or tensor.external_data:
            raise InputError(
                "the file takes weights from another file, expected all of them in the file itself"
            )
        if tensor.data_type not in _TYPES:
            raise InputError("the file holds weights of an unknown type")
        if min(tensor.dims, default=0) < 0 or math.prod(tensor.dims) > tensor.ByteSize():
            raise InputError("the file holds weights that are fewer than their shape says")


def _tensors(graph: Any) -> Iterator[Any]:  # noqa: ANN401  # as above
    yield from graph.initializer
    for node in graph.node:
        for attribute in node.attribute:
            yield from ([attribute.t] if attribute.HasField("t") else [])
            yield from attribute.tensors


def _refuse_signature(graph: Any, described: Described) -> None:  # noqa: ANN401  # as above
    given = {one.name for one in graph.initializer}
    inputs = [one for one in graph.input if one.name not in given]
    wanted = described.shapes
    found = {one.name: (one.type.tensor_type.elem_type, *_shape(one)) for one in inputs}
    expected = {name: (_INPUT_TYPES[name], None, *shape) for name, shape in wanted.items()}
    outputs = [(one.name, one.type.tensor_type.elem_type, *_shape(one)) for one in graph.output]
    if found != expected or outputs != [(name, _T.DOUBLE, None) for name in OUTPUTS]:
        raise InputError("the graph takes or gives something else than its metadata say")


def _shape(value: Any) -> list[int | None]:  # noqa: ANN401  # onnx.ValueInfoProto
    dims = value.type.tensor_type.shape.dim
    return [one.dim_value if one.HasField("dim_value") else None for one in dims]


def _refuse_shapes(model: Any) -> None:  # noqa: ANN401  # as above
    try:
        onnx.checker.check_model(model)
        inferred = onnx.shape_inference.infer_shapes(
            model, check_type=True, strict_mode=True, data_prop=True
        )
    except Exception as error:  # the checker raises what its C++ meets, damaged texts among it
        raise InputError("the graph of the file does not hold together") from error
    told = (*inferred.graph.value_info, *inferred.graph.output)
    known = {one.name: _shape(one) for one in told if one.type.tensor_type.HasField("shape")}
    made = {name for node in model.graph.node for name in node.output if name}
    # An unknown size is the number of slices; two of them would be a size that a graph computes.
    unknown = any(known[name].count(None) > 1 for name in made & known.keys())
    large = any(
        math.prod(size for size in shape if size) > MOST_ELEMENTS for shape in known.values()
    )
    if made - known.keys() or unknown or large:
        raise InputError("the graph of the file makes arrays beyond all reason")
