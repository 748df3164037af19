"""The command line, `hip-coach`: talk to the skill, serve it, check the content and build what is made from it."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from skill import __version__, commands
from skill.library.faults import ContentFaults
from skill.web.settings import SettingsFaults

Command = Callable[[argparse.Namespace], int]


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: what stands after `hip-coach`; None takes it from the command line.

    Returns:
        The exit status: 0 done, 1 something is wrong and was named, 2 the words were not understood.
    """
    asked = _parser().parse_args(words)
    run: Command = asked.run
    try:
        return run(asked)
    except (ContentFaults, SettingsFaults) as faults:
        print(faults, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="hip-coach", description=__doc__)
    parser.add_argument("--version", action="version", version=__version__)
    kinds = parser.add_subparsers(required=True, metavar="COMMAND")

    def add(name: str, run: Command, what: str) -> argparse.ArgumentParser:
        command = kinds.add_parser(name, help=what, description=what)
        command.set_defaults(run=run)
        command.add_argument("--content", type=Path, metavar="FOLDER", help="another content folder")
        return command

    _talking(add("talk", commands.talk, "talk to the skill in this terminal"))
    _serving(add("serve", commands.serve, "serve the skill over HTTP, as HIP_COACH_… says"))
    add("check", commands.check, "check the content; names every fault at once")
    _building(add("build", commands.build, "make the interaction models, schemas and pictures from the content"))
    _making(add("new", commands.new, "write the files of a new exercise or routine"))
    _sounding(add("sounds", commands.sounds, "compose all sounds into a folder"))
    add("voice", commands.voice, "record the words of the sounds anew, with the offline voice").add_argument(
        "--language", default="en"
    )
    _narrating(add("narrate", commands.narrate, "write a whole routine as one MP3, to listen to or to take along"))
    _remembering(add("people", commands.people, "show or delete what is remembered under a user's id"))
    return parser


def _building(command: argparse.ArgumentParser) -> None:
    command.add_argument("--check", action="store_true", help="write nothing; name what is not fresh")
    command.add_argument("--models", type=Path, metavar="FOLDER", help="only write every locale's model, there")


def _remembering(command: argparse.ArgumentParser) -> None:
    command.add_argument("what", choices=("export", "delete"))
    command.add_argument("user", help="the user id that Alexa sends: amzn1.ask.account.…")


def _talking(command: argparse.ArgumentParser) -> None:
    command.add_argument("--fast", action="store_true", help="wait for nothing")
    command.add_argument("--sounds", action="store_true", help="hear the sounds, instead of counting aloud")
    command.add_argument("--locale", default="en-US")
    command.add_argument("--transcript", type=Path, metavar="FILE", help="write the conversation there, as Markdown")


def _serving(command: argparse.ArgumentParser) -> None:
    command.add_argument("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
    command.add_argument("--port", type=_number(0, 65_535), default=5000, help="0 takes a free one (default: 5000)")
    command.add_argument("--workers", type=_number(1, 64), default=1, help="processes that answer (default: 1)")
    command.add_argument(
        "--threads", type=_number(1, 256), default=16, help="turns each answers at the same time (default: 16)"
    )


def _number(least: int, most: int) -> Callable[[str], int]:
    """Reads a whole number within bounds; argparse says it when it is none."""

    def read(text: str) -> int:
        number = int(text)
        if not least <= number <= most:
            raise argparse.ArgumentTypeError(f"{number} is not from {least} to {most}")
        return number

    read.__name__ = "number"  # what argparse calls it
    return read


def _making(command: argparse.ArgumentParser) -> None:
    command.add_argument("kind", choices=("exercise", "routine"))
    command.add_argument("id", help="lower-case words joined by hyphens, like side-step")
    command.add_argument("--of", type=lambda text: text.split(","), default=[], help="a routine's exercises: a,b,c")


def _sounding(command: argparse.ArgumentParser) -> None:
    command.add_argument("--to", type=Path, default=Path("build/sounds"), metavar="FOLDER")
    command.add_argument("--locale", default="en-US")
    command.add_argument("--size", action="store_true", help="only say how many there are, and how large")


def _narrating(command: argparse.ArgumentParser) -> None:
    command.add_argument("name", help="a routine or an exercise, by its id")
    command.add_argument("--to", type=Path, default=Path("routine.mp3"), metavar="FILE")
    command.add_argument("--picture", type=Path, metavar="FILE", help="write its waveform there, as SVG")
    command.add_argument("--voice", choices=("offline", "google"), default="offline")
    command.add_argument("--locale", default="en-US")


if __name__ == "__main__":
    sys.exit(main())
