import errno
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from failing import disk_fails
from hnp_shared.dataset import open_dataset
from hnp_shared.splits import Split, read_split, write_split
from model.conftest import invoke, invoke_fit
from model.synthetic import Plan, write_dataset

HNP_TRAIN = "import sys; from hnp_model.cli import main; main(sys.argv[1:])"


@pytest.mark.parametrize(
    "arguments",
    [[], ["audit"], ["plan"], ["split"], ["fit"], ["evaluate"], ["compare"], ["crossval"]],
    ids=["group", "audit", "plan", "split", "fit", "evaluate", "compare", "crossval"],
)
def test_help_does_not_import_torch(arguments: list[str]) -> None:
    program = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from hnp_model.cli import main\n"
        f"result = CliRunner().invoke(main, {[*arguments, '--help']!r})\n"
        "assert result.exit_code == 0, result.output\n"
        "assert not {'torch', 'matplotlib', 'sklearn', 'pydicom'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)


def test_splitting_does_not_import_torch(small: Path, tmp_path: Path) -> None:
    program = f"{HNP_TRAIN.replace('main(sys.argv[1:])', '')}\n" + (
        "main.main(sys.argv[1:], standalone_mode=False)\nassert 'torch' not in sys.modules\n"
    )
    command = [sys.executable, "-c", program, "split", str(small), "-o", str(tmp_path / "s.csv")]
    subprocess.run(command, check=True, timeout=60, capture_output=True)


@pytest.mark.parametrize(
    "arguments",
    [
        ("split", "{out}"),
        ("split", "{out}", "-o", "x.csv", "--ratios", "6:2"),
        ("split", "{out}", "-o", "x.csv", "--ratios", "0:0:0"),
        ("split", "{out}", "-o", "x.csv", "--scheme", "hospital-out", "--unit", "slice"),
        ("fit", "{out}", "--out", "run"),
        ("fit", "{out}", "--split", "{split}", "--out", "run", "--epochs", "0"),
        ("evaluate", "{run}", "{out}"),
        ("evaluate", "{run}", "{out}", "--all", "--split", "{split}"),
        ("evaluate", "{run}", "{out}", "--all", "--part", "val"),
        ("evaluate", "nowhere", "{out}", "--all"),
        ("split", "{out}", "-o", "x.csv", "--scheme", "hospital-out", "--ratios", "0:0:9"),
        ("fit", "{out}", "--split", "{split}", "--out", "run", "--lr", "nan"),
        ("fit", "{out}", "--split", "{split}", "--out", "run", "--lr", "inf"),
        ("fit", "{out}", "--split", "{split}", "--out", "run", "--dropout", "nan"),
        ("evaluate", "{run}", "{out}", "--all", "--referral-error", "nan"),
        ("evaluate", "{run}", "{out}", "--all", "--referral-error", "0"),
        ("evaluate", "{run}", "{out}", "--all", "--referral-error", "1"),
        ("compare", "{run}"),
        ("compare", "{run}", "{run}", "--part", "0"),
        ("crossval", "{out}", "--out", "cv"),
        ("crossval", "{out}", "--split", "{split}", "--out", "cv", "--fold", "1"),
        ("crossval", "--split", "{split}", "{split}", "{out}", "--out", "cv"),
    ],
    ids=" ".join,
)
def test_wrong_use_is_exit_code_2(
    dataset: Path, split_file: Path, run: Path, arguments: tuple[str, ...]
) -> None:
    filled = [text.format(out=dataset, split=split_file, run=run) for text in arguments]
    assert invoke(*filled).exit_code == 2


def test_no_data_set_is_one_line(tmp_path: Path) -> None:
    result = invoke("split", tmp_path, "-o", tmp_path / "x.csv")
    assert result.exit_code == 65
    assert result.stderr == ("error: no data set: found no dataset.json in the folder given\n")


def test_a_data_set_without_labels_cannot_be_split(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "out", Plan(3, labelled=False))
    result = invoke("split", folder, "-o", tmp_path / "x.csv")
    assert result.exit_code == 65
    assert result.stderr == (
        "error: found 12 of 12 slices without is_patient, expected a data set built with labels\n"
    )


def test_a_file_that_is_no_split_is_not_overwritten(small: Path, tmp_path: Path) -> None:
    target = tmp_path / "x.csv"
    target.write_text("name,grade\n")
    result = invoke("split", small, "-o", target)
    assert result.exit_code == 73
    told = "error: x.csv exists, expected a new file; --force overwrites it\n"
    assert result.stderr == told
    assert target.read_text() == "name,grade\n"
    result = invoke("split", small, "-o", target, "--force")
    assert (result.exit_code, result.stderr) == (73, "error: x.csv exists and is no split file\n")


def test_a_split_that_misses_patients_is_one_line(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    split = read_split(small_split)
    few = tmp_path / "few.csv"
    write_split(few, Split("patient", split.facts, dict(list(split.parts.items())[5:])))
    result = invoke_fit(small, few, tmp_path / "run")
    assert result.exit_code == 65
    assert result.stderr == (
        "error: the split does not name 5 of 24 patients of the data set, expected all of them\n"
    )


def test_a_data_set_is_no_run(dataset: Path, split_file: Path) -> None:
    for arguments in (("evaluate", "--split", split_file), ("predict",)):
        result = invoke(arguments[0], dataset, dataset, *arguments[1:])
        assert result.exit_code == 65
        assert result.stderr == "error: no run: found no config.json in the folder given\n"


def test_a_file_is_no_folder_to_predict_into(run: Path, dataset: Path, tmp_path: Path) -> None:
    (tmp_path / "note").touch()
    result = invoke("predict", run, dataset, "--out", tmp_path / "note")
    told = "error: found a file where the predictions should go, expected a folder or nothing\n"
    assert (result.exit_code, result.stderr) == (73, told)


@pytest.mark.parametrize("command", ["fit", "audit", "crossval"])
def test_a_split_of_other_data_names_both(
    dataset: Path, split_file: Path, tmp_path: Path, command: str
) -> None:
    other = write_dataset(tmp_path / "out", Plan(9, first_patient=500))
    arguments: dict[str, tuple[object, ...]] = {
        "fit": ("--out", tmp_path / "run"),
        "audit": (),
        "crossval": ("--split", split_file.with_name("b.csv"), "--out", tmp_path / "cv"),
    }
    split_file.with_name("b.csv").write_bytes(split_file.read_bytes())
    told = invoke(command, other, "--split", split_file, *arguments[command])
    ids = [open_dataset(folder).info.dataset_id for folder in (dataset, other)]
    assert told.exit_code == 65
    assert told.stderr.endswith(
        "the split does not name 9 of 9 patients of the data set, expected all of them; "
        f"it was made for data set {ids[0]}, this one is {ids[1]}\n"
    )


def test_the_reference_network_refuses_other_sizes(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    result = invoke_fit(small, small_split, tmp_path / "run", "--model", "reference")
    assert result.exit_code == 65
    assert result.stderr == (
        "error: found images of 32 x 32, the reference network takes 300 x 300 only\n"
    )
    assert not (tmp_path / "run").exists()


def test_a_folder_without_a_run_is_one_line(small: Path, tmp_path: Path) -> None:
    result = invoke("evaluate", tmp_path, small, "--all")
    assert result.exit_code == 65
    assert result.stderr == "error: no run: found no config.json in the folder given\n"


def test_a_disk_that_refuses_is_exit_code_74(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    with disk_fails(1, errno.EROFS):
        result = invoke("split", small, "-o", tmp_path / "x.csv")
    assert result.exit_code == 74
    assert result.stderr == "error: the split file: Read-only file system (EROFS)\n"


@pytest.mark.parametrize("command", ["split", "predict"])
def test_the_folder_of_an_output_is_the_users_to_make(
    small: Path, run: Path, tmp_path: Path, command: str
) -> None:
    (tmp_path / "file").touch()
    for place in ("deep/er/x", "file/x"):
        arguments = ("split", small) if command == "split" else ("predict", run, small)
        result = invoke(*arguments, "-o", tmp_path / place)
        assert result.exit_code == 73
        assert (
            result.stderr
            == "error: the folder of x does not exist, expected one; mkdir -p makes it\n"
        )
    assert not (tmp_path / "deep").exists()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["SIGTERM", "SIGINT"])
def test_a_signal_stops_a_fit_that_can_be_resumed(
    small: Path, small_split: Path, tmp_path: Path, number: signal.Signals
) -> None:
    run = tmp_path / "run"
    command = [sys.executable, "-c", HNP_TRAIN, "fit", small, "--split", small_split]
    command += ["--out", run, "--model", "compact", "--epochs", "5000"]
    fit = subprocess.Popen(
        list(map(str, command)), stderr=subprocess.PIPE, env={**os.environ, "OMP_NUM_THREADS": "1"}
    )
    wait_for(run / "checkpoints" / "last.pt", fit)
    fit.send_signal(number)
    _, told = fit.communicate(timeout=60)
    assert fit.returncode == 75
    assert told.decode() == (
        f"error: stopped by {number.name}; the same command with --resume goes on\n"
    )
    assert (run / "history.csv").exists()


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    for _ in range(600):
        if path.exists() or process.poll() is not None:
            return
        time.sleep(0.1)
    raise TimeoutError(path.name)
