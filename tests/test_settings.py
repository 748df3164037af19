"""The environment says how to run, or the skill refuses to start and says everything that is wrong."""

from pathlib import Path

import pytest

from skill.memory.opening import default_store_url
from skill.web.settings import Settings, SettingsFaults

ID = "amzn1.ask.skill.11111111-2222-3333-4444-555555555555"


def read(**environment: str) -> Settings:
    return Settings.from_environment({f"HIP_COACH_{name}": value for name, value in environment.items()})


FILE = default_store_url({})


def faults(**environment: str) -> tuple[str, ...]:
    with pytest.raises(SettingsFaults) as raised:
        read(**environment)
    assert str(raised.value) == "\n".join(raised.value.faults)
    return raised.value.faults


def test_a_skill_id_is_all_that_is_needed() -> None:
    assert read(SKILL_ID=ID) == Settings(skill_ids=(ID,), verify=True, store=FILE)


def test_everything_can_be_said(tmp_path: Path) -> None:
    (roots := tmp_path / "roots.pem").touch()
    settings = read(
        SKILL_ID=f"{ID}, {ID}x,",
        VERIFY="off",
        TRUST_ROOTS=str(roots),
        STORE="memory:",
        PUBLIC_URL="https://example.com/coach/",
        CONTENT=str(tmp_path),
    )
    assert settings == Settings((ID, ID + "x"), False, roots, "memory:", "https://example.com/coach", tmp_path)


def test_an_empty_variable_is_unset() -> None:
    assert read(SKILL_ID=ID, VERIFY="", TRUST_ROOTS=" ", STORE="", PUBLIC_URL="", CONTENT="") == read(SKILL_ID=ID)


def test_in_local_mode_no_id_is_needed() -> None:
    assert read(VERIFY="off") == Settings(verify=False, store=FILE)


@pytest.mark.parametrize("empty", ["", " "])
def test_without_an_id_and_without_local_mode_nothing_starts(empty: str) -> None:
    (fault,) = faults(SKILL_ID=empty)
    assert "HIP_COACH_SKILL_ID is not set" in fault
    assert "HIP_COACH_VERIFY=off" in fault


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SKILL_ID", "hip-coach"), ("SKILL_ID", ","), ("VERIFY", "no"), ("VERIFY", "ON"),
        ("TRUST_ROOTS", "there/is/none.pem"), ("STORE", "postgres://people"), ("CONTENT", "there/is/none"),
        *(("PUBLIC_URL", url) for url in ("http://example.com", "https://", "https://[1", "https://example.com/?a=b",
                                          "https://example.com:port")),
    ],
)  # fmt: skip
def test_what_cannot_be_used_is_named_with_its_value_and_a_cure(name: str, value: str) -> None:
    (fault,) = faults(**{"SKILL_ID": ID} | {name: value})
    assert fault.startswith(f"HIP_COACH_{name}={value!r}: ")
    assert len(fault) > len(name) + len(value) + 30


def test_all_faults_are_told_at_once() -> None:
    told = faults(VERIFY="yes", STORE="redis:", PUBLIC_URL="ftp://x", CONTENT="no/where")
    named = [fault.split("=")[0].split(" ")[0].removeprefix("HIP_COACH_") for fault in told]
    assert named == ["VERIFY", "STORE", "PUBLIC_URL", "CONTENT", "SKILL_ID"]
