import json
from pathlib import Path

from model.conftest import invoke, invoke_fit


def test_the_card_and_the_configuration_name_the_preset_and_what_it_turned_on(
    small: Path, small_split: Path, tmp_path: Path
) -> None:
    run = tmp_path / "run"
    flags = ("--preset", "strong", "--epochs", 1, "--clip", 0, "--inputs", "tabular")
    assert invoke_fit(small, small_split, run, *flags).exit_code == 0
    assert invoke("evaluate", run, small, "--split", small_split).exit_code == 0
    settings = json.loads((run / "config.json").read_bytes())["settings"]
    assert (settings["preset"], settings["patience"], settings["epochs"]) == ("strong", 10, 1)
    assert (settings["craft"]["clip"], settings["craft"]["augment"]) == (0.0, 1.0)
    card = (run / "card.md").read_text()
    for line in (
        "# Model card: compact network, preset strong",
        "| preset | strong |",
        "| clip | 0.0 |",
        "| schedule | cosine |",
        "| loss, optimizer | binary cross-entropy on the logit, AdamW |",
    ):
        assert line in card.splitlines()


def test_a_run_without_a_recipe_is_the_reports(run: Path) -> None:
    settings = json.loads((run / "config.json").read_bytes())["settings"]
    assert [settings[name] for name in ("preset", "craft", "seeds")] == [None] * 3
    card = (run / "card.md").read_text()
    assert "| loss, optimizer | binary cross-entropy on the logit, Adam |" in card.splitlines()
