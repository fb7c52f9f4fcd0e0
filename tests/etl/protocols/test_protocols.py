"""A protocol is drafted from what was found, and a hospital that does not keep to it is named."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from etl.report.built import built
from hnp_etl.cli import main
from hnp_etl.protocols.acquisitions import Acquisitions
from hnp_etl.protocols.drafting import drafted, protocol_text
from hnp_etl.protocols.holding import Deviation, deviations
from hnp_etl.protocols.loading import load_protocol, parse_protocol
from hnp_shared.errors import InputError

ECHO = "echo_time_ms"


def acquired(**hospitals: dict[float | None, int]) -> Acquisitions:
    """Return slices by echo time of each hospital."""
    return Acquisitions.of(
        {(name, ECHO, value): n for name, each in hospitals.items() for value, n in each.items()}
    )


@pytest.fixture(scope="module")
def out(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return built(tmp_path_factory.mktemp("protocols"))


def run(*arguments: object) -> tuple[int, str, str]:
    done = CliRunner().invoke(main, [str(each) for each in arguments])
    return done.exit_code, done.stdout, done.stderr


def test_what_a_draft_is_drafted_from_keeps_to_it() -> None:
    found = acquired(H01={0.1234567: 3, 87.654321: 1}, H02={None: 1, 1234.5678: 2}, H03={-0.5: 1})
    assert deviations(found, drafted(found)) == []


@pytest.mark.parametrize(
    ("low", "high", "ends"),
    [
        (105.0, 105.0, (105, 105)),
        (87.654, 1234.5, (87.6, 1240)),
        (0.0, 0.30000001192092896, (0, 0.3)),  # 0.3 as float32
        (-1.2345, -0.01234, (-1.24, -0.0123)),
    ],
)
def test_ends_are_rounded_outwards_to_three_digits(
    low: float, high: float, ends: tuple[float, float]
) -> None:
    rule = drafted(acquired(H01={low: 1, high: 1})).all.echo_time_ms
    assert rule is not None
    assert rule.range == pytest.approx(ends, rel=1e-12)


def test_the_text_of_a_draft_is_the_draft() -> None:
    found = acquired(H01={80.5: 2, None: 1}, H02={120.0: 4})
    assert parse_protocol(protocol_text(found), "mine") == drafted(found)


def test_a_hospital_has_rules_of_its_own_column_by_column() -> None:
    text = """
    [all]
    echo_time_ms = { range = [80, 130] }
    [hospital.H02]
    echo_time_ms = { range = [50, 60] }
    """
    found = acquired(H01={100.0: 5}, H02={100.0: 4, 55.0: 1}, H03={70.0: 1, 140.0: 2, 90.0: 9})
    assert deviations(found, parse_protocol(text, "p")) == [
        Deviation("H02", ECHO, 5, 4, 0, "50 to 60", "100"),
        Deviation("H03", ECHO, 12, 3, 0, "80 to 130", "70 to 140"),
    ]


@pytest.mark.parametrize(
    ("allowed", "told"),
    [
        ("", 1),
        (", missing = 0.1", 1),
        (", missing = 0.2, outside = 0.1", 1),
        (", missing = 0.2, outside = 0.25", 0),
    ],
)
def test_shares_that_may_be_missing_or_outside_are_let_pass(allowed: str, told: int) -> None:
    protocol = parse_protocol(f"[all]\necho_time_ms = {{ range = [80, 90]{allowed} }}", "p")
    found = acquired(H01={85.0: 6, 99.0: 2, None: 2})
    assert len(deviations(found, protocol)) == told


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "asks for nothing"),
        ("[all]\necho = 3", "line 2, all.echo: no such key, expected one of echo_time_ms"),
        ("[hospital.H01]\nfoo = 3", "line 2, hospital.H01.foo: no such key"),
        ("[all]\necho_time_ms = { range = [3, 1] }", "expected [least, greatest]"),
        ("[all]\necho_time_ms = { range = [nan, 1] }", "expected [least, greatest]"),
        ('[all]\nvendor = { words = ["Simens"] }', "did you mean 'Siemens'"),
        ("[all", "is no TOML"),
    ],
)
def test_a_mistake_is_one_line_that_names_the_place(text: str, told: str) -> None:
    with pytest.raises(InputError) as error:
        parse_protocol(text, "p.toml")
    assert told in str(error.value)
    assert "\n" not in str(error.value)


def test_check_ends_with_3_and_names_hospital_and_column(out: Path, tmp_path: Path) -> None:
    file = tmp_path / "p.toml"
    file.write_text("[all]\necho_time_ms = { range = [85, 105] }\n")
    code, shown, said = run("check", out, "--protocol", file)
    assert code == 3
    assert "H02       echo_time_ms  12      6        0        85 to 105  110 to 120" in shown
    assert "1 column of 1 hospital not as the protocol asks" in said
    code, shown, _ = run("check", out, "--protocol", file, "--json")
    assert (code, json.loads(shown)["protocol"][0]["outside"]) == (3, 6)


def test_a_data_set_is_like_itself(out: Path) -> None:
    code, shown, _ = run("check", out, "--protocol", out)
    assert code == 0
    assert "protocol: every hospital keeps to it" in shown


def test_a_survey_drafts_a_protocol_that_its_build_keeps_to(out: Path, tmp_path: Path) -> None:
    file = tmp_path / "drafted.toml"
    assert run("survey", out.parent / "src", "--workers", 1, "--write-protocol", file)[0] == 0
    rule = load_protocol(file).all.echo_time_ms
    assert rule is not None
    assert list(rule.range) == [90, 120]
    assert run("check", out, "--protocol", file)[0] == 0
    code, _, said = run("survey", out.parent / "src", "--write-protocol", file)
    assert (code, "is there already" in said) == (73, True)
