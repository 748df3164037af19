"""The command line, `hip-coach`: talk to the skill, serve it, check the content and build what is made from it.

Each command stands whole in one function: its words, its options, and what it does. What a command needs is imported
when it runs, so that `--help` is quick and an extra that is not installed is missed by the one command that needs it.
"""

import json
import os
import sys
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

import click

from skill import __version__
from skill.library.faults import ContentFaults
from skill.web.settings import Settings, SettingsFaults

if TYPE_CHECKING:
    from skill.library.models import Library

ROOT = Path(__file__).resolve().parent.parent
"""The repository, when the skill runs in place."""

VIRTUAL_HOST = "https://localhost"
"""An address for the sounds, for a device that takes them from the app by their path alone."""


class Refused(click.ClickException):
    """What was asked for cannot be done: exit status 1. The message says why, and what to do."""

    def show(self, file: IO[Any] | None = None) -> None:
        click.echo(self.message, file=file, err=True)


def main(words: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        words: what stands after `hip-coach`; None takes it from the command line.

    Returns:
        The exit status: 0 done, 1 something is wrong and was named, 2 the words were not understood, 130 Ctrl-C.
    """
    try:
        return commands.main(words, prog_name="hip-coach", standalone_mode=False) or 0
    except click.ClickException as wrong:
        wrong.show()
        return wrong.exit_code
    except (ContentFaults, SettingsFaults) as faults:
        click.echo(faults, err=True)
        return 1
    except click.Abort:
        return 130


@click.group(
    help=__doc__.partition("\n")[0], no_args_is_help=False, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, message="%(version)s")
def commands() -> None:
    """All commands."""


Command = Callable[..., int | None]
_folder = click.Path(path_type=Path)


def command(function: Command) -> click.Command:
    """A command named like its function, with the option that all have. It returns its exit status; None is 0."""
    content = click.option("--content", type=_folder, metavar="FOLDER", help="another content folder")
    return commands.command()(content(function))


@command
@click.option("--fast", is_flag=True, help="wait for nothing")
@click.option("--sounds", is_flag=True, help="hear the sounds, instead of counting aloud")
@click.option("--locale", default="en-US", show_default=True)
@click.option("--transcript", type=_folder, metavar="FILE", help="write the conversation there, as Markdown")
def talk(content: Path | None, fast: bool, sounds: bool, locale: str, transcript: Path | None) -> int:
    """Talk to the skill in this terminal."""
    from skill.alexa.model import models
    from skill.library.load import load
    from skill.simulator.terminal import talk as talk_to
    from skill.web import create_app

    settings = replace(_local(), content=content or _local().content)
    if fast and not os.environ.get("HIP_COACH_STORE"):  # time is made up, so nobody's own history is written to
        settings = replace(settings, store="memory:")
    if sounds and not settings.public_url:
        settings = replace(settings, public_url=VIRTUAL_HOST)
    folder = _content(content)
    made = models(load(folder), folder)
    return talk_to(
        create_app(settings),
        made.get(locale) or next(iter(made.values())),
        fast=True if fast else None,
        locale=locale,
        transcript_to=transcript,
        play_sounds=sounds,
    )


@command
@click.option("--host", default="127.0.0.1", help="the address to listen on (default: this machine only)")
@click.option("--port", type=click.IntRange(0, 65_535), default=5000, help="0 takes a free one (default: 5000)")
@click.option("--workers", type=click.IntRange(1, 64), default=1, help="processes that answer (default: 1)")
@click.option(
    "--threads", type=click.IntRange(1, 256), default=16, help="turns each answers at the same time (default: 16)"
)
def serve(content: Path | None, host: str, port: int, workers: int, threads: int) -> None:
    """Serve the skill over HTTP. HIP_COACH_… says how; SIGTERM or Ctrl-C stops it."""
    from skill.memory.opening import parse
    from skill.web.local import is_loopback

    settings = Settings.from_environment()
    settings = replace(settings, content=content or settings.content)
    if not settings.verify and not is_loopback(host):
        raise Refused(
            f"HIP_COACH_VERIFY=off answers this machine only, so it does not listen on {host}: "
            "leave --host out, or set HIP_COACH_VERIFY=on and HIP_COACH_SKILL_ID."
        )
    if workers > 1 and parse(settings.store)[0] == "memory":
        raise Refused(
            "HIP_COACH_STORE=memory: remembers within one process, so people would be forgotten from turn to turn: "
            "leave --workers out, or set HIP_COACH_STORE to an SQLite file or a DynamoDB table."
        )
    if workers > 1 and not hasattr(os, "fork"):
        raise Refused("This system cannot fork, so there is one worker only: leave --workers out.")
    if workers > 1 and find_spec("gunicorn") is None:
        raise Refused("gunicorn is not installed, and several workers need it: pip install 'hip-coach[serve]'")
    try:
        from skill.web import serving
    except ModuleNotFoundError as missing:
        raise Refused(f"{missing.name} is not installed: pip install 'hip-coach[serve]'") from missing
    from skill.alexa import logs
    from skill.web import create_app

    logs.write_to()
    try:
        listening = serving.listen(host, port)
    except serving.CannotListen as reason:
        raise Refused(str(reason)) from reason
    with listening:
        app = create_app(settings)
        click.echo(f"Hip Coach listens on {serving.address(listening)}. Ctrl-C stops it.")
        serving.serve(app, listening, workers=workers, threads=threads)


@command
def check(content: Path | None) -> int:
    """Check the content; names every fault at once."""
    from skill.alexa.lint import lint
    from skill.alexa.model import distinct, models
    from skill.library.load import load

    folder = _content(content)
    libraries = load(folder)
    made = distinct(models(libraries, folder))
    faults = [f"{locale}: {line}" for locale, model in made.items() for line in lint(model)]
    for fault in faults:
        click.echo(fault, err=True)
    if not faults:
        one = next(iter(libraries.values()))
        counted = f"{len(one.exercises)} exercises, {len(one.routines)} routines, {len(libraries)} locales"
        click.echo(f"{counted}: no faults.")
    return int(bool(faults))


@command
@click.option("--check", is_flag=True, help="write nothing; name what is not fresh")
@click.option("--models", type=_folder, metavar="FOLDER", help="only write every locale's model, there")
def build(content: Path | None, check: bool, models: Path | None) -> int:
    """Make what is made from the content. That is: interaction models, schemas and pictures."""
    from skill.alexa.build import check_all, write_all, write_models_to

    folder = _content(content)
    if check:
        stale = check_all(folder, ROOT)
        for line in stale:
            click.echo(line, err=True)
        return int(bool(stale))
    if models:
        for path in write_models_to(models, folder):
            click.echo(f"wrote {path}")
        return 0
    for path in write_all(folder, ROOT):
        click.echo(f"wrote {path.relative_to(ROOT)}")
    return 0


@command
@click.argument("kind", type=click.Choice(("exercise", "routine")))
@click.argument("id")
@click.option("--of", default="", metavar="A,B,C", help="a routine's exercises: a,b,c")
def new(content: Path | None, kind: str, id: str, of: str) -> None:
    """Write the files of a new exercise or routine.

    ID is lower-case words joined by hyphens, like side-step.
    """
    from skill.library.authoring import NotWrittenError, new_exercise, new_routine

    folder = _content(content)
    try:
        exercises = of.split(",") if of else []
        written = new_exercise(folder, id) if kind == "exercise" else new_routine(folder, id, exercises)
    except NotWrittenError as fault:
        raise Refused(str(fault)) from fault
    for path in written:
        click.echo(f"wrote {path}")


@command
@click.option("--to", type=_folder, default=Path("build/sounds"), show_default=True, metavar="FOLDER")
@click.option("--locale", default="en-US", show_default=True)
@click.option("--size", is_flag=True, help="only say how many there are, and how large")
def sounds(content: Path | None, to: Path, locale: str, size: bool) -> None:
    """Compose all sounds into a folder."""
    from skill.media.sounds import build

    library = _library(content, locale)
    if size:
        found = build.size(library)
        click.echo(f"{found.number} sounds, {found.megabytes:.1f} MB")
    else:
        built = build.build_all(library, to)
        click.echo(f"{built.number} sounds, {built.megabytes:.1f} MB, in {built.seconds:.0f} s: {to}")


@command
@click.option("--language", default="en", show_default=True)
def voice(content: Path | None, language: str) -> None:
    """Record the words of the sounds anew, with the offline voice."""
    from skill.media.narration.record import RecordingError, record, texts
    from skill.media.narration.voices import Hibari, VoiceError

    try:
        said = texts(_content(content), language)
        record(language, Hibari(), said)
    except (RecordingError, VoiceError) as fault:
        raise Refused(str(fault)) from fault
    click.echo(f"recorded {len(said)} words")


@command
@click.argument("name")
@click.option("--to", type=_folder, default=Path("routine.mp3"), show_default=True, metavar="FILE")
@click.option("--picture", type=_folder, metavar="FILE", help="write its waveform there, as SVG")
@click.option("--voice", type=click.Choice(("offline", "google")), default="offline", show_default=True)
@click.option("--locale", default="en-US", show_default=True)
def narrate(content: Path | None, name: str, to: Path, picture: Path | None, voice: str, locale: str) -> None:
    """Write a whole routine as one MP3, to listen to.

    NAME is a routine or an exercise, by its id.
    """
    from skill.media.narration import narrate as narration
    from skill.media.narration import voices
    from skill.media.sounds import vocabulary
    from skill.media.sounds.catalogue import catalogue

    library = _library(content, locale)
    if name not in library.routines and name not in library.exercises:
        known = ", ".join((*library.routines, *library.exercises))
        raise Refused(f"there is no routine or exercise {name!r}; there are {known}")
    try:
        speaker = voices.Google(library.language) if voice == "google" else voices.Hibari()
        parts = narration.narration_parts(library, name, frozenset(catalogue(library)))
        told = narration.narrate(parts, speaker, vocabulary.load(library.language))
    except voices.VoiceError as fault:
        raise Refused(str(fault)) from fault
    narration.write_mp3(told, to)
    if picture:
        picture.write_text(narration.waveform(told), encoding="utf-8")
    click.echo(f"wrote {to}")


@command
@click.argument("what", type=click.Choice(("export", "delete")))
@click.argument("user")
def people(content: Path | None, what: str, user: str) -> None:
    """Show or delete what is remembered under a user's id.

    USER is the id that Alexa sends: amzn1.ask.account.…
    """
    from skill.memory.opening import open_store

    with closing(open_store(_local().store)) as store:
        if what == "export":
            click.echo(json.dumps(store.export(user), indent=2, ensure_ascii=False))
        else:
            store.delete(user)
            click.echo(f"nothing is kept under {user}")


def _local() -> Settings:
    """The environment's settings, for a command that runs on this machine alone."""
    return Settings.from_environment({**os.environ, "HIP_COACH_VERIFY": "off"})


def _content(asked: Path | None) -> Path:
    """The content folder that the command line or the environment names."""
    from skill.library import content_folder

    return content_folder(asked or _local().content)


def _library(asked: Path | None, locale: str) -> "Library":
    """The content in a locale; in the first one there is, where it is not in that one."""
    from skill.library.load import load

    libraries = load(_content(asked))
    return libraries.get(locale) or next(iter(libraries.values()))


if __name__ == "__main__":
    sys.exit(main())
