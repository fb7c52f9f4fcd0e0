"""Claims about what computes a training, and about losses that are looked at late."""

import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from hnp_model.fitting.computing import computing, forward_of
from hnp_model.fitting.tally import LOOK_EVERY, Tally
from hnp_model.runs.checkpoint import Position
from hnp_model.runs.run_config import parse_config
from hnp_model.settings.craft import Computing
from hnp_model.settings.fit import FitSettings
from model.conftest import invoke_fit

CPU = FitSettings(model="compact", batch_size=2)
CUDA = replace(CPU, device="cuda")


def test_a_cpu_looks_at_each_loss_before_its_step() -> None:
    losses = Tally([4.0], "cpu")
    assert losses.add(torch.tensor(0.5), 2) == [0.5]
    assert (losses.seen, losses.steps) == ([4.0, 1.0], 2)


def test_a_gpu_is_looked_at_every_few_steps_and_no_loss_is_missed() -> None:
    losses = Tally([], "cuda")
    found = [torch.tensor(math.nan if number == 3 else float(number)) for number in range(11)]
    seen = [losses.add(loss, 2) for loss in found]
    assert [len(each) for each in seen] == [0] * 7 + [LOOK_EVERY["cuda"]] + [0] * 3
    assert math.isnan(seen[7][3])
    assert losses.steps == 11
    assert losses.look() == [8.0, 9.0, 10.0]
    assert losses.seen[-1] == 20.0
    losses.clear()
    assert (losses.steps, losses.look()) == (0, [])


@pytest.mark.parametrize("flag", ["--bf16", "--compile"])
def test_what_only_a_gpu_can_do_is_refused_on_a_cpu(
    small: Path, small_split: Path, tmp_path: Path, flag: str
) -> None:
    result = invoke_fit(small, small_split, tmp_path / "run", "--device", "cpu", flag)
    assert result.exit_code == 65
    assert result.stderr == f"error: found {flag} on a CPU, expected a CUDA device for it\n"


def test_deterministic_is_the_same_on_a_cpu_and_stays_in_the_config(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    plain, strict = tmp_path / "plain", tmp_path / "strict"
    assert invoke_fit(small, small_split, plain).exit_code == 0
    assert invoke_fit(small, small_split, strict, "--deterministic").exit_code == 0
    weights = [(run / "model.safetensors").read_bytes() for run in (plain, strict)]
    assert weights[0] == weights[1]
    settings = parse_config((strict / "config.json").read_bytes()).settings
    assert settings.computed == Computing(deterministic=True)
    assert b"computed" not in (plain / "config.json").read_bytes()
    assert not torch.are_deterministic_algorithms_enabled()


def test_torch_computes_as_before_when_a_training_ends() -> None:
    before = torch.backends.cudnn.allow_tf32
    with computing(replace(CUDA, computed=Computing(deterministic=True))):
        assert torch.are_deterministic_algorithms_enabled()
        assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark) == (False, False)
    with computing(CUDA):
        assert torch.backends.cudnn.benchmark
    assert not torch.are_deterministic_algorithms_enabled()
    assert (torch.backends.cudnn.allow_tf32, torch.backends.cudnn.benchmark) == (before, False)


def test_the_network_itself_computes_but_where_a_gpu_is_asked_for_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    network = torch.nn.Bilinear(2, 3, 1)
    assert forward_of(network, CPU) is network
    assert forward_of(network, CUDA) is network
    compiled: list[object] = []
    monkeypatch.setattr(torch, "compile", compiled.append)
    forward_of(network, replace(CUDA, computed=Computing(compile=True)))
    assert compiled == [network]


def test_a_fit_goes_on_on_another_device_and_says_so(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    assert invoke_fit(small, small_split, run).exit_code == 0
    config = run / "config.json"
    config.write_text(config.read_text().replace('"device": "cpu"', '"device": "cuda"'))
    result = invoke_fit(small, small_split, run, "--epochs", 3, "--resume")
    assert result.exit_code == 0
    assert result.stderr.startswith("note: the fit went on cuda until now and goes on on cpu: ")


def test_the_generator_of_a_device_stands_where_it_stood(monkeypatch: pytest.MonkeyPatch) -> None:
    stood: list[torch.Tensor] = []
    state = torch.arange(16, dtype=torch.uint8)
    monkeypatch.setattr(torch.cuda, "get_rng_state", lambda: state)
    monkeypatch.setattr(torch.cuda, "set_rng_state", stood.append)
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    Position.within((), (1.0,), "cuda").stand()
    Position.within((), (1.0,), "cpu").stand()
    assert stood == [state]
