"""What docs/scale.md tells a site to write is what dask-jobqueue writes, and a shell reads."""

import re
import subprocess
from pathlib import Path

import pytest

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "scale.md").read_text(encoding="utf-8")
SCRIPT = re.findall(r"^```bash\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]
CLUSTER = re.findall(r"^```python\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)[0]


def test_a_shell_reads_the_job_script() -> None:
    done = subprocess.run(["bash", "-n"], input=SCRIPT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    asked = dict(re.findall(r"^#SBATCH (-\w|--[\w-]+)[ =](\S+)$", SCRIPT, re.MULTILINE))
    assert asked == {
        "-J": "dask-worker",
        "-p": "cpu",
        "-n": "1",
        "--cpus-per-task": "4",
        "--mem": "15G",
        "-t": "04:00:00",
    }


def test_dask_jobqueue_writes_the_job_script_of_the_page() -> None:
    slurm = pytest.importorskip("dask_jobqueue.slurm")
    given: dict[str, object] = {}
    begun = type("SLURMCluster", (), {
        "__init__": lambda _self, **options: given.update(options),
        "scale": lambda _self, **_: None,
        "scheduler_address": "tls://head:8786",
    })  # fmt: skip
    code = CLUSTER.replace("from dask_jobqueue import SLURMCluster\n", "")
    quiet = {"SLURMCluster": begun, "print": lambda *_: None, "input": lambda *_: None}
    exec(code, quiet)
    assert given.pop("protocol") == "tls"
    job = slurm.SLURMJob(scheduler="tls://head:8786", name="hnp", **given)
    assert job.job_script().strip() == SCRIPT.strip()
