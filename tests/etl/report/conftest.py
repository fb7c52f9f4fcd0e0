"""One data set for all tests of reports."""

import pytest

from etl.report.built import built
from hnp_shared.dataset import Dataset, open_dataset


@pytest.fixture(scope="session")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Dataset:
    return open_dataset(built(tmp_path_factory.mktemp("report")))
