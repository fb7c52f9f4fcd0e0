from pathlib import Path

import pytest

from hnp_etl.phantom import PhantomConfig, write_phantom

PATIENTS, SEED = 7, 5
"""Seven patients: every hospital, both machines of H01, one patient for validation."""


@pytest.fixture(scope="session")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A phantom's tree, made once; nobody changes it."""
    directory = tmp_path_factory.mktemp("phantom") / "tree"
    write_phantom(PhantomConfig(directory, PATIENTS, SEED))
    return directory
