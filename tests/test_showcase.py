"""The README tells the truth: its conversation is what is heard now, and its commands are there."""

import re

from showcase import PICTURE, README, ROOT, picture, readme


def test_the_readme_carries_a_whole_routine_as_it_is_heard_now() -> None:
    """The transcript is made from a conversation that a test has, to its closing words; `make build` writes it."""
    assert README.read_text() == readme()
    assert "That was the hip routine. Well done." in README.read_text()


def test_the_picture_is_fresh() -> None:
    """The picture of the terminal shows what the terminal shows."""
    assert PICTURE.read_text() == picture()


def test_every_command_and_file_that_the_readme_names_is_there() -> None:
    """Links lead somewhere, and each `make` command exists."""
    text = README.read_text()
    for link in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (ROOT / link).exists(), link
    targets = (ROOT / "Makefile").read_text()
    for command in re.findall(r"(?:`|^)make ([a-z]+)", text, re.MULTILINE):
        assert re.search(rf"^{command}:", targets, re.MULTILINE), command
