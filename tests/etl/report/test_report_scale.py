"""A report is made of counts: it hardly grows with the data set, nor does what making it takes."""

import subprocess
import sys
from pathlib import Path

import pytest

from hnp_etl.report.making import Asked, make_report
from model.synthetic import Plan, write_dataset

MOST_S, MOST_KIB, MOST_BYTES = 60, 2**20, 10_000_000
MEASURED = """
import resource, sys
from pathlib import Path
from hnp_etl.cli import main
try:
    main(sys.argv[1:])
except SystemExit as ended:
    assert not ended.code
used = resource.getrusage(resource.RUSAGE_SELF)
status = Path("/proc/self/status").read_text()  # ru_maxrss would be that of who started us
print(used.ru_utime + used.ru_stime, status.split("VmHWM:")[1].split()[0])
"""


def test_four_times_the_patients_make_no_larger_page(tmp_path: Path) -> None:
    sizes = []
    for patients in (60, 240):
        out = write_dataset(tmp_path / f"{patients}", Plan(patients=patients, side=16))
        sizes.append(make_report(Asked(out, tmp_path / f"{patients}.html")))
    assert sizes[1] < 1.2 * sizes[0]


@pytest.mark.torture
def test_a_report_of_100_000_slices_takes_a_minute_and_a_gigabyte_at_most(tmp_path: Path) -> None:
    hospitals = tuple(f"H{number:02d}" for number in range(1, 7))
    plan = Plan(patients=10_000, levels=5, slices_a_level=2, hospitals=hospitals)
    out = write_dataset(tmp_path / "out", plan)
    page = tmp_path / "report.html"
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "report", out, "-o", page],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    spent_s, peak_kib = map(float, done.stdout.split()[-2:])
    assert spent_s < MOST_S  # of the processor: a busy machine would measure something else
    assert peak_kib < MOST_KIB
    assert page.stat().st_size < MOST_BYTES
