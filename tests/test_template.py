"""The SAM template is valid, and binds the function to one skill."""

import os
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from samtranslator.parser.parser import Parser
from samtranslator.translator.translator import Translator

from skill.library.limits import ANSWER_SECONDS
from skill.web import aws

REPOSITORY = Path(__file__).parent.parent
TEMPLATE = REPOSITORY / "template.yaml"


class _Loader(yaml.SafeLoader):
    """Reads the short forms of CloudFormation's functions as their long ones."""


_Loader.add_constructor("!Ref", lambda loader, node: {"Ref": loader.construct_scalar(node)})
_Loader.add_constructor("!Sub", lambda loader, node: {"Fn::Sub": loader.construct_scalar(node)})
_Loader.add_constructor("!GetAtt", lambda loader, node: {"Fn::GetAtt": loader.construct_scalar(node).split(".")})


@pytest.fixture
def template() -> Any:
    return yaml.load(TEMPLATE.read_text(encoding="utf-8"), _Loader)


@cache
def sam() -> str | None:
    """The SAM command line: where HIP_COACH_SAM says, where `make parts` puts it, or on the PATH."""
    installed = REPOSITORY / ".venv-sam" / "bin" / "sam"
    return os.environ.get("HIP_COACH_SAM") or (str(installed) if installed.is_file() else shutil.which("sam"))


@pytest.mark.parametrize("options", [[], ["--lint"]], ids=["validate", "validate --lint"])
def test_sam_finds_the_template_valid(options: list[str], tmp_path: Path) -> None:
    command = sam()
    if command is None:
        pytest.skip("no SAM command line: `make parts` installs it")
    environment = {"AWS_DEFAULT_REGION": "us-east-1", "SAM_CLI_TELEMETRY": "0", "HOME": str(tmp_path)}
    done = subprocess.run(
        [command, "validate", "--template", str(TEMPLATE), *options],
        env=os.environ | environment,
        capture_output=True,
        text=True,
        timeout=240,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_only_the_one_skill_may_call_the_function(template: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is deployed lets Alexa in with that skill's token, and tells the function the same id."""
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    template["Resources"]["HipCoach"]["Properties"]["CodeUri"] = "s3://bucket/key"
    made = Translator({}, Parser()).translate(template, {"SkillId": "amzn1.ask.skill.x"})
    resources = made["Resources"].values()
    (permission,) = [one["Properties"] for one in resources if one["Type"] == "AWS::Lambda::Permission"]
    assert permission["Principal"] == "alexa-appkit.amazon.com"
    assert permission["EventSourceToken"] == {"Ref": "SkillId"}
    (function,) = [one["Properties"] for one in resources if one["Type"] == "AWS::Lambda::Function"]
    assert function["Environment"]["Variables"]["HIP_COACH_SKILL_ID"] == {"Ref": "SkillId"}


def test_people_are_remembered_in_a_table_of_its_own(template: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")  # Amazon's adapter does not import without one
    from skill.memory.dynamodb import EXPIRES_AT, KEY

    table, function = template["Resources"]["People"], template["Resources"]["HipCoach"]["Properties"]
    assert table["DeletionPolicy"] == "Retain"
    assert table["Properties"]["KeySchema"] == [{"AttributeName": KEY, "KeyType": "HASH"}]
    assert table["Properties"]["TimeToLiveSpecification"] == {"AttributeName": EXPIRES_AT, "Enabled": True}
    assert function["Environment"]["Variables"]["HIP_COACH_STORE"] == {"Fn::Sub": "dynamodb:${People}"}
    ((allowed,),) = (policy["Statement"] for policy in function["Policies"])
    assert allowed["Action"] == ["dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem"]
    assert allowed["Resource"] == {"Fn::GetAtt": ["People", "Arn"]}


def test_what_it_names_is_there(template: Any) -> None:
    function = template["Resources"]["HipCoach"]["Properties"]
    module, name = function["Handler"].rsplit(".", 1)
    assert (module, name) == (aws.__name__, aws.handler.__name__)
    assert function["Runtime"] in ("python3.12", "python3.13")
    assert function["Timeout"] == ANSWER_SECONDS
