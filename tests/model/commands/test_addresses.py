"""Where a command takes a data set, it takes the address of one."""

from pathlib import Path

import click
import pytest

from hnp_etl.publishing.publish import publish
from hnp_model.commands.arguments import FOLDER
from hnp_model.settings.split import SplitSettings
from hnp_model.splits.splitting import split_dataset
from hnp_shared.dataset import open_dataset
from hnp_shared.errors import InputError
from model.synthetic import Plan, write_dataset
from s3_server import Bucket
from stores import ADDRESS, bucket  # noqa: F401  # a fixture


@pytest.mark.usefixtures("bucket")
def test_a_split_of_an_address_is_that_of_the_folder(tmp_path: Path) -> None:
    folder = write_dataset(tmp_path / "spine", Plan(side=8))
    publish(folder, ADDRESS)
    place = FOLDER.convert(ADDRESS, None, None)
    assert isinstance(place, Path)
    for out, name in ((folder, "near.csv"), (place, "far.csv")):
        split_dataset(out, tmp_path / name, SplitSettings())
    assert (tmp_path / "near.csv").read_bytes() == (tmp_path / "far.csv").read_bytes()


def test_nothing_is_asked_before_the_command_begins(
    request: pytest.FixtureRequest,
) -> None:
    served: Bucket = request.getfixturevalue("bucket")
    place = FOLDER.convert(ADDRESS, None, None)
    assert served.requests == []
    with pytest.raises(InputError, match="at the address given"):
        open_dataset(Path(str(place)))


def test_a_folder_that_is_not_there_is_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(click.BadParameter):
        FOLDER.convert(str(tmp_path / "nothing"), None, None)
