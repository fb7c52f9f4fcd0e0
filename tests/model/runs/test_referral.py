from pathlib import Path

import numpy as np
import pytest
from crepes import ConformalClassifier

from hnp_model.measures.units import Scores
from hnp_model.report.sentences import referral_sentence
from hnp_model.runs.referral import ValScores, p_values, read_val_scores, refer, write_val_scores
from hnp_model.runs.run_folder import RunFolder
from hnp_shared.errors import InputError


def patients(random: np.random.Generator, count: int, decimals: int = 3) -> Scores:
    """Return one row a patient, with ties."""
    truth = random.random(count) < 0.4
    logit = 1.5 * truth - 0.8 + random.normal(size=count)
    probability = np.round(1 / (1 + np.exp(-logit)), decimals)
    order = np.argsort(-probability, kind="stable")
    return Scores(probability[order], truth[order], np.arange(count))


def strangeness(scores: Scores) -> np.ndarray[tuple[int, int], np.dtype[np.float64]]:
    return np.stack([scores.probability, 1 - scores.probability], axis=1)


@pytest.mark.parametrize("decimals", [1, 2, 6])
def test_p_values_are_those_of_crepes(decimals: int) -> None:
    random = np.random.default_rng(decimals)
    val, asked = patients(random, 80, decimals), patients(random, 60, decimals)
    found = p_values(val, asked)
    for truth in (0, 1):
        oracle = ConformalClassifier()
        oracle.fit(strangeness(val)[val.truth == truth, truth])
        expected = oracle.predict_p(strangeness(asked)[:, [truth]], smoothing=False)
        assert found[:, truth] == pytest.approx(expected[:, 0])


def test_figures_are_those_of_a_plain_loop() -> None:
    random = np.random.default_rng(0)
    val, asked = patients(random, 90), patients(random, 70)
    referred = wrong = decided = 0
    covered = {False: 0, True: 0}
    for probability, truth in zip(asked.probability, asked.truth, strict=True):
        classes = set()
        for label in (False, True):
            mine = 1 - probability if label else probability
            known = [
                1 - p if label else p
                for p, t in zip(val.probability, val.truth, strict=True)
                if t == label
            ]
            if (sum(one >= mine for one in known) + 1) / (len(known) + 1) > 0.2:
                classes.add(label)
        covered[bool(truth)] += truth in classes
        referred += len(classes) != 1
        decided += len(classes) == 1
        wrong += len(classes) == 1 and truth not in classes
    found = refer(ValScores(val), asked, 0.2)
    assert found.referred is not None
    assert found.error is not None
    assert found.covered_negative is not None
    assert found.covered_positive is not None
    assert (found.referred.count, found.referred.n) == (referred, 70)
    assert (found.error.count, found.error.n) == (wrong, decided)
    assert found.covered_negative.count == covered[False]
    assert found.covered_positive.count == covered[True]
    assert found.covered_positive.n == asked.truth.sum()


def test_each_class_keeps_its_place_as_often_as_promised() -> None:
    random = np.random.default_rng(1)
    kept: dict[str, list[float]] = {"covered_negative": [], "covered_positive": []}
    for _ in range(300):
        found = refer(ValScores(patients(random, 100)), patients(random, 100), 0.1)
        for name, shares in kept.items():
            shares.append(getattr(found, name).value)
    for shares in kept.values():
        assert 0.89 < np.mean(shares) < 0.94  # 90 % or a little more


@pytest.mark.parametrize(("error_level", "needed"), [(0.1, 9), (0.05, 19), (0.2, 4), (0.15, 6)])
def test_a_small_val_gives_no_figure_and_says_so(error_level: float, needed: int) -> None:
    def val(positives: int) -> Scores:
        truth = np.arange(60) < positives
        return Scores(np.linspace(0.9, 0.1, 60), truth, np.arange(60))

    asked = patients(np.random.default_rng(0), 50)
    assert refer(ValScores(val(needed)), asked, error_level).referred is not None
    small = refer(ValScores(val(needed - 1)), asked, error_level)
    assert small.to_plain()["referred"] is None
    assert small.to_plain()["error"] is None
    assert referral_sentence(small).endswith(
        f"not known, val has {60 - needed + 1} negative and {needed - 1} positive patients, "
        f"expected at least {needed} of each"
    )


def test_the_sentence_names_shares_and_numbers() -> None:
    random = np.random.default_rng(5)
    val, asked = patients(random, 200), patients(random, 200)
    told = referral_sentence(refer(ValScores(val), asked, 0.1))
    first = "referral at an error level of 10 % a class: error among those not referred "
    assert told.startswith(first)
    assert " of 200; " in told
    assert "; refers " in told
    assert told.endswith(" patients of val, each scored by the epoch that the others choose")
    before = referral_sentence(refer(ValScores(val, apart=False), asked, 0.1))
    assert "scored by the epoch that was chosen on them" in before


@pytest.mark.parametrize("apart", [True, False])
def test_val_scores_survive_the_file(tmp_path: Path, apart: bool) -> None:
    folder, scores = RunFolder(tmp_path), patients(np.random.default_rng(2), 30, decimals=17)
    write_val_scores(folder, scores, apart=apart)
    found = read_val_scores(folder)
    assert found.scores.probability.tolist() == scores.probability.tolist()
    assert found.scores.truth.tolist() == scores.truth.tolist()
    assert found.apart is apart


@pytest.mark.parametrize("content", ["1", "1\n", "1,x\n", "0,0.1\n1,0.9\n"])
def test_a_damaged_file_is_refused(tmp_path: Path, content: str) -> None:
    (tmp_path / "referral.csv").write_text(f"is_patient,probability_calibrated\n{content}")
    with pytest.raises(InputError, match=r"referral\.csv is damaged"):
        read_val_scores(RunFolder(tmp_path))


def test_another_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "referral.csv").write_text("name,grade\n1,0.5\n")
    with pytest.raises(InputError, match=r"referral\.csv is damaged"):
        read_val_scores(RunFolder(tmp_path))
