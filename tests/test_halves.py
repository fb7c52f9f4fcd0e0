"""Each half works where the other, and what only the other needs, is not installed."""

import subprocess
import sys

import pytest

PROGRAM = """
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ABSENT:
            raise ModuleNotFoundError(f"no module named {name}", name=name)

ABSENT = set(sys.argv[2].split(","))
sys.meta_path.insert(0, Absent())
package = importlib.import_module(sys.argv[1])
names = [info.name for info in pkgutil.walk_packages(package.__path__, package.__name__ + ".")]
extra = [name for name in names if name.startswith("hnp_etl.engines.dask_")]
for name in names:
    try:
        importlib.import_module(name)
    except ModuleNotFoundError as error:
        if name not in extra or error.name != "distributed":
            raise
        extra.remove(name)
if "distributed" in ABSENT and extra:
    sys.exit(f"{extra} need no extra: call them otherwise")
print(len(names))
"""


@pytest.mark.parametrize(
    ("package", "absent", "modules"),
    [
        ("hnp_shared", "hnp_etl,hnp_model,pydicom,cv2,torch,sklearn,pandas,pydantic", 10),
        ("hnp_model", "hnp_etl,pydicom,cv2,gdcm,pydantic,openjpeg,pylibjpeg", 40),
        ("hnp_etl", "hnp_model,torch,sklearn,matplotlib,safetensors,pandas,distributed", 40),
    ],
)
def test_every_module_imports_without_the_others(package: str, absent: str, modules: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, package, absent],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert int(done.stdout) >= modules


EXTRAS = "captum,onnx,onnxruntime,onnxscript,optuna,highdicom,obstore,nibabel,py7zr,distributed"
BARE = """
import importlib, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in sys.argv[1].split(","):
            raise ModuleNotFoundError(f"no module named {name}", name=name)

sys.meta_path.insert(0, Absent())
for name in sys.argv[2:]:
    importlib.import_module(name)
"""


def test_what_needs_no_extra_works_without_them() -> None:
    model = ("dossier.making", "pages.making", "morphometry.measuring", "segmentation.fitting")
    etl = ("building.stages", "masks.making", "release.auditing", "report.making", "survey.run")
    names = [*(f"hnp_model.{name}" for name in model), *(f"hnp_etl.{name}" for name in etl)]
    command = [sys.executable, "-c", BARE, EXTRAS, *names]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
