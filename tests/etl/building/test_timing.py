"""Time and memory of the stages of a run."""

import time

import numpy as np

from hnp_etl.building.timing import Stages, peak_mb


def test_a_stage_has_its_wall_time_and_the_peak_up_to_its_end() -> None:
    stages = Stages()
    before = peak_mb()
    with stages.timed("work"):
        held = np.ones(50_000_000, np.uint8)
        time.sleep(0.02)
    (stage,) = stages.done
    assert held.size == 50_000_000
    assert stage.name == "work"
    assert stage.wall_s >= 0.02
    assert stage.peak_mb >= before
    assert 10 < stage.peak_mb < 100_000
