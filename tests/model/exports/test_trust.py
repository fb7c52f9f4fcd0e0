"""A model file that somebody else has made, or that is damaged, is refused in one line."""

import contextlib
import json
import runpy
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from hnp_model.exports import trust
from hnp_model.exports.trust import parse_file
from hnp_shared.errors import InputError
from model.conftest import invoke
from model.exports.conftest import World
from model.exports.test_export import EXAMPLE
from model.synthetic import Plan, write_dataset

Damage = Callable[[Any], None]


def outside(model: Any) -> None:
    """Take weights from a file of the system."""
    tensor = model.graph.initializer[0]
    tensor.ClearField("raw_data")
    tensor.data_location = TensorProto.EXTERNAL
    tensor.external_data.add(key="location", value="../../../../../../etc/passwd")


def own_operator(model: Any) -> None:
    model.graph.node[0].domain = "com.example"
    model.opset_import.add(domain="com.example", version=1)


def loop(model: Any) -> None:
    body = helper.make_graph([], "body", [], [])
    model.graph.node.append(helper.make_node("Loop", ["", ""], [], body=body))


def huge_weights(model: Any) -> None:
    model.graph.initializer[0].dims[0] = 2**40


def huge_result(model: Any) -> None:
    shape = helper.make_tensor("many", TensorProto.INT64, [3], [2**20, 2**20, 2**10])
    model.graph.initializer.append(shape)
    one = helper.make_tensor("one", TensorProto.FLOAT, [1], [1.0])
    model.graph.initializer.append(one)
    model.graph.node.insert(0, helper.make_node("Expand", ["one", "many"], ["bomb"]))


def computed_size(model: Any) -> None:
    """Let the numbers of a slice say how large an array is."""
    model.graph.initializer.append(helper.make_tensor("line", TensorProto.INT64, [1], [-1]))
    nodes = [
        helper.make_node("Cast", ["numbers"], ["whole"], to=TensorProto.INT64),
        helper.make_node("Reshape", ["whole", "line"], ["flat"]),
        helper.make_node("ConstantOfShape", ["flat"], ["zeros"]),
    ]
    for node in reversed(nodes):
        model.graph.node.insert(0, node)


def huge_picture(model: Any) -> None:
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 2**30


def no_metadata(model: Any) -> None:
    del model.metadata_props[:]


def metadata(**changed: object) -> Damage:
    def change(model: Any) -> None:
        about = next(one for one in model.metadata_props if one.key == "hnp")
        about.value = json.dumps({**json.loads(about.value), **changed})

    return change


def no_json(model: Any) -> None:
    next(one for one in model.metadata_props if one.key == "hnp").value = "[" * 100_000


def long_metadata(model: Any) -> None:
    next(one for one in model.metadata_props if one.key == "hnp").value = " " * 2**21


def endless(model: Any) -> None:
    """Cost minutes before anything is run."""
    nodes = (helper.make_node("Neg", [f"n{each}"], [f"n{each + 1}"]) for each in range(20_000))
    model.graph.node.extend(nodes)


def other_output(model: Any) -> None:
    model.graph.output[0].name = "anything"


REFUSED = {
    "weights-outside": (outside, "takes weights from another file"),
    "own-operator": (own_operator, "operators beside those of the standard"),
    "loop": (loop, "an operator that hnp-train export does not write"),
    "huge-weights": (huge_weights, "weights that are fewer than their shape says"),
    "huge-result": (huge_result, "makes arrays beyond all reason"),
    "computed-size": (computed_size, "makes arrays beyond all reason"),
    "huge-picture": (huge_picture, "takes or gives something else than its metadata say"),
    "no-metadata": (no_metadata, "no metadata of hnp-train export"),
    "no-json": (no_json, "metadata of the file are damaged"),
    "long-metadata": (long_metadata, "larger than hnp-train export writes"),
    "numbers-no-list": (metadata(numbers=7), "metadata of the file are damaged"),
    "text-for-a-number": (metadata(channels="3"), "metadata of the file are damaged"),
    "another-size": (
        metadata(image_size=[64, 64], inputs={"images": [3, 64, 64], "numbers": [7]}),
        "something else than its metadata say",
    ),
    "two-sizes": (metadata(image_size=[64, 64]), "metadata of the file are damaged"),
    "another-format": (metadata(format="hnp-export 9"), "another format"),
    "another-opset": (metadata(opset=9), "operators beside those of the standard, opset 9"),
    "text-for-a-terminal": (metadata(model="a\x1b[31m\nb"), "metadata of the file are damaged"),
    "another-column-for-age": (
        metadata(numbers=["patient_id", *"abcdef"]),
        "metadata of the file are damaged",
    ),
    "classes-exchanged": (
        metadata(classes=["herniated", "not herniated"]),
        "metadata of the file are damaged",
    ),
    "sexes-exchanged": (metadata(sexes={"F": 1, "M": 0}), "metadata of the file are damaged"),
    "outputs-exchanged": (
        metadata(outputs=["probability", "logit", "probability_calibrated"]),
        "metadata of the file are damaged",
    ),
    "endless": (endless, "over 20,000 operators"),
    "other-output": (other_output, "something else than its metadata say"),
}


def damaged(exported: World, target: Path, damage: Damage) -> Path:
    model = onnx.load(exported.file)
    damage(model)
    target.write_bytes(model.SerializeToString())
    return target


@pytest.mark.parametrize("name", REFUSED)
def test_a_malicious_file_is_refused_in_one_line(
    name: str, exported: World, tmp_path: Path
) -> None:
    damage, why = REFUSED[name]
    file = damaged(exported, tmp_path / "model.onnx", damage)
    done = invoke("check-model", file, exported.data)
    assert (done.exit_code, done.stdout) == (65, "")
    assert why in done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize("share", [0.0, 0.1, 0.5, 0.999])
def test_a_file_cut_short_is_refused(share: float, exported: World) -> None:
    content = exported.file.read_bytes()
    with pytest.raises(InputError):
        parse_file(content[: int(len(content) * share)])


def test_bytes_that_turned_are_refused_or_harmless(exported: World) -> None:
    content = exported.file.read_bytes()
    random = np.random.default_rng(1)
    for _ in range(20):
        turned = bytearray(content)
        for place in random.integers(0, len(content), 8):
            turned[place] ^= 0xFF
        with contextlib.suppress(InputError):  # and nothing else is raised
            assert parse_file(bytes(turned)).channels == 3


def test_a_file_too_large_is_refused_before_it_is_parsed(
    exported: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trust, "LARGEST_BYTES", 1_000)
    done = invoke("check-model", exported.file)
    assert done.exit_code == 65
    assert "expected less" in done.stderr


def test_a_data_set_of_other_arrays_is_refused(exported: World, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "out", Plan(2, pixels_id="f" * 16))
    done = invoke("check-model", exported.file, other)
    assert done.exit_code == 65
    assert "made by another recipe" in done.stderr


@pytest.mark.parametrize(
    "name", ["weights-outside", "own-operator", "huge-weights", "no-metadata", "no-json"]
)
def test_the_example_refuses_five_such_files_in_one_line_each(
    name: str,
    exported: World,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = damaged(exported, tmp_path / "model.onnx", REFUSED[name][0])
    monkeypatch.setattr(sys, "argv", [str(EXAMPLE), str(file), str(exported.data)])
    monkeypatch.syspath_prepend(EXAMPLE.parent)
    with pytest.raises(SystemExit) as stopped:
        runpy.run_path(str(EXAMPLE), run_name="__main__")
    said = str(stopped.value)
    assert said.startswith("refused: ")
    assert len(said.splitlines()) == 1
    assert capsys.readouterr().out == ""
