"""Claims about what a run keeps of how the slices of a disc are put together."""

from dataclasses import replace
from pathlib import Path

from hnp_model.measures.attention import Attention
from hnp_model.runs.run_config import parse_config


def test_a_run_keeps_what_slices_count_by_and_says_nothing_of_it_else(run: Path) -> None:
    content = (run / "config.json").read_bytes()
    assert b"attention" not in content
    config = parse_config(content)
    assert config.to_json() == content
    result = replace(config.settled(), pooling="attention", attention=Attention(1.5, -2.0))
    again = parse_config(replace(config, result=result).to_json())
    assert again.settled().attention == Attention(1.5, -2.0)
