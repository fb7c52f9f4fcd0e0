"""From a file, or from a data set to be like, to a protocol."""

import tomllib
from pathlib import Path

from pydantic import ValidationError

from hnp_etl.protocols.acquisitions import acquisitions_of
from hnp_etl.protocols.drafting import drafted
from hnp_etl.protocols.protocol import Protocol
from hnp_etl.recipes.messages import describe
from hnp_shared.dataset import open_named
from hnp_shared.errors import InputError
from hnp_shared.opening import read_regular

_MOST_BYTES = 1 << 20


def load_protocol(place: Path) -> Protocol:
    """Return the protocol of a TOML file, or the ranges of the data set in a folder.

    Raises:
        InputError: no such file, or what it holds is no protocol.
    """
    if place.is_dir():
        return drafted(acquisitions_of(open_named("--protocol", place).manifest_table()))
    role = f"protocol {place.name}"
    try:
        text = read_regular(place, role=role, most_bytes=_MOST_BYTES).decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise InputError(
            f"{role} cannot be read as UTF-8 text, expected a TOML file or the folder of a data set"
        ) from error
    return parse_protocol(text, place.name)


def parse_protocol(text: str, name: str) -> Protocol:
    """Return the protocol that ``text`` holds.

    Raises:
        InputError: no TOML, an unknown key, or a value that is not allowed.
    """
    try:
        content = tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        raise InputError(f"protocol {name} is no TOML: {str(error)[:200]}") from error
    try:
        found = Protocol.model_validate(content)
    except ValidationError as error:
        raise InputError(describe(error, text, f"protocol {name}", Protocol)) from error
    if found == Protocol():
        raise InputError(
            f"protocol {name} asks for nothing, expected a table [all] or [hospital.NAME] "
            "with columns such as echo_time_ms = { range = [80, 130] }"
        )
    return found
