"""An exported file says what its run says, and tells nothing of the machine that made it."""

import getpass
import json
import re
import socket
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pandas as pd
import pytest
import torch

from hnp_model.exports import export
from hnp_model.exports.export import NO_CARD
from hnp_model.exports.graph import OPSET
from hnp_model.exports.trust import OPERATORS
from hnp_model.fitting.networks.code_head import CodeHead, GradeHead
from hnp_model.settings.codes import CodeTarget
from model.conftest import invoke, invoke_fit
from model.exports.conftest import World
from model.synthetic import Plan, write_dataset

EXAMPLE = Path(__file__).resolve().parents[3] / "examples" / "score_onnx.py"
SCORES = ("logit", "probability", "probability_calibrated")


def example(*arguments: object) -> subprocess.CompletedProcess[str]:
    """Run the example where hnp_model cannot be imported."""
    program = (
        "import runpy, sys; sys.modules['hnp_model'] = sys.modules['hnp_shared'] = None; "
        "sys.argv = sys.argv[1:]; sys.path.insert(0, sys.argv[0].rpartition('/')[0]); "
        "runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    command = [sys.executable, "-c", program, EXAMPLE, *arguments]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)


def test_the_file_holds_what_a_user_needs_and_who_it_is(exported: World) -> None:
    told = {one.key: one.value for one in onnx.load(exported.file).metadata_props}
    assert set(told) == {"hnp", "card"}
    about = json.loads(told["hnp"])
    config = json.loads((exported.run / "config.json").read_text())
    assert about["pixels_id"] == config["pixels_id"]
    assert about["inputs"] == {"images": [3, 32, 32], "numbers": [7]}
    assert about["numbers"][:5] == config["standardisation"]["features"]
    assert about["numbers"][5:] == ["pixel_row_mm", "pixel_col_mm"]
    assert about["standardisation"]["mean"] == config["standardisation"]["mean"]
    assert about["thresholds"] == config["result"]["thresholds"]
    assert about["calibration"]["slope"] == config["result"]["calibration"]["slope"]
    assert set(about["unit_calibrations"]) == {"level", "patient"}
    assert about["classes"] == ["not herniated", "herniated"]
    assert (about["opset"], about["frame_mm"], about["sexes"]) == (20, 60.0, {"F": 0, "M": 1})
    assert re.fullmatch("[0-9a-f]{64}", about["weights_sha256"])
    assert told["card"] == NO_CARD
    assert about["parity"]["batch_sizes"] == [1, 2, 32]
    assert about["parity"]["largest_difference"] <= 1e-4
    assert "in batches of 1, 2, 32: logits differ from the run's by" in exported.printed
    assert "note: the run has no card" in exported.printed


def test_the_file_tells_nothing_of_the_machine(exported: World) -> None:
    model = onnx.load(exported.file)
    assert not any(node.doc_string or node.metadata_props for node in model.graph.node)
    for weights in model.graph.initializer:
        weights.ClearField("raw_data")  # any three bytes are somewhere in them
    content = model.SerializeToString()
    told = ("stack_trace", "site-packages", "File")
    own = (str(exported.run.parent), socket.gethostname(), getpass.getuser())
    for word in (*told, *own):
        assert not re.search(rf"(?<!\w){re.escape(word)}(?!\w)".encode(), content), word


def test_the_example_scores_as_predict_does_without_our_code(
    exported: World, tmp_path: Path
) -> None:
    said = invoke("predict", exported.run, exported.data, "-o", tmp_path / "said.parquet")
    assert said.exit_code == 0, said.output
    expected = pd.read_parquet(tmp_path / "said.parquet").set_index("slice_id")
    done = example(exported.file, exported.data)
    assert done.returncode == 0, done.stderr
    (tmp_path / "scores.csv").write_text(done.stdout)
    found = pd.read_csv(tmp_path / "scores.csv").set_index("slice_id")
    assert list(found.columns) == list(SCORES)
    assert list(found.index) == list(expected.index)
    for name in SCORES[:2]:
        np.testing.assert_allclose(found[name], expected[name], atol=1e-4)
    line = json.loads((exported.run / "config.json").read_text())["result"]["calibration"]
    logit = line["intercept"] + line["slope"] * found["logit"]
    np.testing.assert_allclose(found[SCORES[2]], 1 / (1 + np.exp(-logit)), atol=1e-9)


def test_the_example_refuses_arrays_of_another_recipe(exported: World, tmp_path: Path) -> None:
    other = write_dataset(tmp_path / "out", Plan(2, pixels_id="f" * 16))
    done = example(exported.file, other)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == f"refused: the arrays have pixels_id {'f' * 16}, which it does not take\n"


def test_the_example_is_short() -> None:
    lines = EXAMPLE.read_text(encoding="utf-8").splitlines()
    code = [line for line in lines if line.strip() and not line.strip().startswith(('"""', "#"))]
    assert len(code) <= 42
    assert "hnp_" not in "\n".join(line for line in code if "import" in line)


def test_check_model_calls_as_many_positive_as_predict(exported: World, tmp_path: Path) -> None:
    said = tmp_path / "said.parquet"
    predicted = json.loads(
        invoke("predict", exported.run, exported.data, "-o", said, "--json").stdout
    )
    done = invoke("check-model", exported.file, exported.data, "--json")
    assert done.exit_code == 0, done.output
    tried = json.loads(done.stdout)["tried"]
    assert tried["slice_count"] == predicted["slice_count"]
    # The threshold is the probability of a slice of val; its last digits decide on that one.
    beside = np.abs(pd.read_parquet(said)["probability"] - predicted["threshold"])
    assert abs(tried["called"] - predicted["called"]) <= int((beside < 1e-6).sum())


def test_a_graph_that_differs_is_not_written(
    exported: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = onnx.load(exported.file)
    bias = next(one for one in graph.graph.initializer if one.name.endswith("fc.3.bias"))
    bias.raw_data = (np.frombuffer(bias.raw_data, np.float32) + np.float32(1e-3)).tobytes()
    monkeypatch.setattr(export, "trace", lambda *_: graph)
    done = invoke("export", exported.run, "-o", tmp_path / "model.onnx")
    assert done.exit_code == 3
    assert re.search(r"differs from the run's by 0\.000[0-9]+ on slices of val", done.stderr)
    assert not list(tmp_path.iterdir())


def test_a_batch_of_a_frozen_size_is_not_written(
    exported: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    graph = onnx.load(exported.file)
    for value in graph.graph.input:
        value.type.tensor_type.shape.dim[0].dim_value = 2
    monkeypatch.setattr(export, "trace", lambda *_: graph)
    done = invoke("export", exported.run, "-o", tmp_path / "model.onnx")
    assert done.exit_code == 65
    assert len(done.stderr.splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_what_export_needs_is_asked_for_in_one_line(exported: World, tmp_path: Path) -> None:
    away = tmp_path / "away"
    away.mkdir()
    (away / "run").symlink_to(exported.run)
    to = ("-o", tmp_path / "model.onnx")
    lacking = invoke("export", away / "run", *to)
    assert lacking.exit_code == 65
    assert (
        "lies neither beside the run nor in the working folder, expected it as OUT"
        in lacking.stderr
    )
    another = write_dataset(tmp_path / "another", Plan(4))
    refused = invoke("export", exported.run, another, *to)
    assert refused.exit_code == 65
    assert "the run was trained on" in refused.stderr
    taken = invoke("export", exported.run, "-o", exported.file)
    assert taken.exit_code == 73
    assert "exists, expected a new file" in taken.stderr
    inside = invoke("export", exported.run, "-o", exported.data / "model.onnx")
    assert inside.exit_code == 73


@pytest.mark.filterwarnings("ignore::FutureWarning")  # of torch to its own exporter
@pytest.mark.parametrize("head", [CodeHead, GradeHead])
def test_what_codes_say_of_a_patient_can_be_exported(head: type[CodeHead]) -> None:
    codes = CodeTarget(classes=("1", "2", "3"), patient=(False, True, True), counts=(5, 3, 2))
    given = (torch.randn(2, 1 if head is GradeHead else 3),)
    any_size = ({0: torch.export.Dim("slice", min=1)},)
    traced = torch.export.export(head(codes).eval(), given, dynamic_shapes=any_size)
    program = torch.onnx.export(traced, dynamo=True, opset_version=OPSET, verbose=False)
    assert program is not None
    assert {node.op_type for node in program.model_proto.graph.node} <= OPERATORS


def test_a_baseline_is_not_exported(small: Path, small_split: Path, tmp_path: Path) -> None:
    fit = ("fit", small, "--split", small_split, "--out", tmp_path / "run")
    assert invoke(*fit, "--model", "tabular-logistic").exit_code == 0
    done = invoke("export", tmp_path / "run", "-o", tmp_path / "model.onnx")
    assert done.exit_code == 65
    assert "a tabular-logistic, expected a network; baselines are not exported" in done.stderr


def test_a_card_about_other_weights_is_not_passed_on(exported: World, tmp_path: Path) -> None:
    for name in ("config.json", "model.safetensors", "calibration.json"):
        (tmp_path / "run").mkdir(exist_ok=True)
        (tmp_path / "run" / name).write_bytes((exported.run / name).read_bytes())
    (tmp_path / "run" / "card.md").write_text("Figures of another model.", encoding="utf-8")
    split = exported.run.parent / "split.csv"
    to = ("--split", split, "-o", tmp_path / "model.onnx")
    done = invoke("export", tmp_path / "run", exported.data, *to)
    assert done.exit_code == 65
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "model.onnx").exists()


def test_without_the_extra_one_line_says_what_to_install(exported: World, tmp_path: Path) -> None:
    program = (
        "import sys; sys.modules['onnxscript'] = None; sys.argv[0] = 'hnp-train'; "
        "from hnp_model.cli import main; main()"
    )
    command = [sys.executable, "-c", program, "export", exported.run, "-o", tmp_path / "m.onnx"]
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    assert done.returncode == 65
    assert done.stderr == (
        "error: one of onnx, onnxscript and onnxruntime is not installed, expected: pip install "
        "'hnp-model[onnx]'\n"
    )


@pytest.mark.torture
@pytest.mark.parametrize(
    ("side", "shape"),
    [
        (300, ("--model", "reference", "--batch-size", 4)),
        (300, ("--model", "compact", "--slices", 3, "--seeds", 3)),
        (40, ("--model", "compact")),
        (40, ("--model", "compact", "--inputs", "image")),
        (40, ("--model", "compact", "--inputs", "tabular")),
        (40, ("--model", "compact-1", "--inputs", "both", "--seeds", 2)),
        (40, ("--model", "compact", "--target", "code", "--seeds", 2)),
        (40, ("--model", "compact-1", "--target", "code", "--code-model", "ordinal")),
    ],
    ids=[
        *("reference", "three-slices", "compact", "image", "tabular", "first-compact"),
        *("classes", "grades"),
    ],
)
def test_every_network_says_the_same_when_exported(
    side: int, shape: tuple[object, ...], tmp_path: Path
) -> None:
    data = write_dataset(tmp_path / "data", Plan(12, side=side))
    split = tmp_path / "split.csv"
    assert invoke("split", data, "-o", split).exit_code == 0
    assert invoke_fit(data, split, tmp_path / "run", "--epochs", 1, *shape).exit_code == 0
    assert invoke("evaluate", tmp_path / "run", data, "--split", split).exit_code == 0
    done = invoke("export", tmp_path / "run", "-o", tmp_path / "model.onnx", "--json")
    assert done.exit_code == 0, done.output
    found = json.loads(done.stdout)
    assert found["parity"]["largest_difference"] <= 1e-4
    assert found["evaluated"]
    assert invoke("check-model", tmp_path / "model.onnx", data).exit_code == 0
