"""What the commands of `hip-coach` do. Each takes its parsed words and returns an exit status."""

import sys
from argparse import Namespace
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from skill.library.folder import content_folder
from skill.library.load import load
from skill.library.models import Library
from skill.web.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
"""The repository, when the skill runs in place."""


def content(asked: Namespace) -> Path:
    """The content folder that the command line or the environment names."""
    return content_folder(getattr(asked, "content", None) or _local().content)


def check(asked: Namespace) -> int:
    """Check all content: files, words and utterances."""
    from skill.alexa.lint import lint
    from skill.alexa.model import distinct, models

    folder = content(asked)
    libraries = load(folder)
    made = distinct(models(libraries, folder))
    faults = [f"{locale}: {line}" for locale, model in made.items() for line in lint(model)]
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        one = next(iter(libraries.values()))
        print(f"{len(one.exercises)} exercises, {len(one.routines)} routines, {len(libraries)} locales: no faults.")
    return int(bool(faults))


def build(asked: Namespace) -> int:
    """Make everything that is made from content and table, or say what is not fresh."""
    from skill.build import check_all, write_all, write_models_to

    if asked.check:
        stale = check_all(content(asked), ROOT)
        for line in stale:
            print(line, file=sys.stderr)
        return int(bool(stale))
    if asked.models:
        for path in write_models_to(asked.models, content(asked)):
            print(f"wrote {path}")
        return 0
    for path in write_all(content(asked), ROOT):
        print(f"wrote {path.relative_to(ROOT)}")
    return 0


def talk(asked: Namespace) -> int:
    """Talk to the skill in this terminal."""
    from skill.simulator.terminal import talk as talk_to
    from skill.web import create_app

    return talk_to(
        create_app(_talking(asked)),
        _model(content(asked), asked.locale),
        fast=True if asked.fast else None,
        locale=asked.locale,
        transcript_to=asked.transcript,
        play_sounds=asked.sounds,
    )


HERE = "https://localhost"
"""An address for the sounds, for a device that takes them from the app by their path alone."""


def _talking(asked: Namespace) -> Settings:
    """This machine's settings. In haste time is made up, so nobody's own history is written to."""
    import os

    settings = replace(_local(), content=asked.content or _local().content)
    if asked.fast and not os.environ.get("HIP_COACH_STORE"):
        settings = replace(settings, store="memory:")
    return replace(settings, public_url=settings.public_url or HERE) if asked.sounds else settings


def serve(asked: Namespace) -> int:
    """Serve the skill over HTTP, until SIGTERM or Ctrl-C."""
    settings = Settings.from_environment()
    if fault := _unservable(asked, settings):
        print(fault, file=sys.stderr)
        return 1
    try:
        from skill.web import serving
    except ModuleNotFoundError as missing:
        print(f"{missing.name} is not installed: pip install 'hip-coach[serve]'", file=sys.stderr)
        return 1
    from skill.alexa import logs
    from skill.web import create_app

    logs.write_to()
    try:
        listening = serving.listen(asked.host, asked.port)
    except serving.CannotListen as reason:
        print(reason, file=sys.stderr)
        return 1
    with listening:
        app = create_app(settings)
        print(f"Hip Coach listens on {serving.address(listening)}. Ctrl-C stops it.", flush=True)
        serving.serve(app, listening, workers=asked.workers, threads=asked.threads)
    return 0


def _unservable(asked: Namespace, settings: Settings) -> str | None:
    """Why the skill cannot be served as asked, and what to do; None if it can."""
    import os

    from skill.memory.opening import parse
    from skill.web.local import is_loopback

    if not settings.verify and not is_loopback(asked.host):
        return (
            f"HIP_COACH_VERIFY=off answers this machine only, so it does not listen on {asked.host}: "
            "leave --host out, or set HIP_COACH_VERIFY=on and HIP_COACH_SKILL_ID."
        )
    if asked.workers > 1 and parse(settings.store)[0] == "memory":
        return (
            "HIP_COACH_STORE=memory: remembers within one process, so people would be forgotten from turn to turn: "
            "leave --workers out, or set HIP_COACH_STORE to an SQLite file or a DynamoDB table."
        )
    if asked.workers > 1 and not hasattr(os, "fork"):
        return "This system cannot fork, so there is one worker only: leave --workers out."
    return None


def new(asked: Namespace) -> int:
    """Write the files of a new exercise or routine."""
    from skill.library.new import NotWrittenError, new_exercise, new_routine

    folder = content(asked)
    try:
        written = (
            new_exercise(folder, asked.id) if asked.kind == "exercise" else new_routine(folder, asked.id, asked.of)
        )
    except NotWrittenError as fault:
        print(fault, file=sys.stderr)
        return 1
    for path in written:
        print(f"wrote {path}")
    return 0


def sounds(asked: Namespace) -> int:
    """Compose every sound into a folder."""
    from skill.media.sounds.build import build_all, size

    library = _library(content(asked), asked.locale)
    if asked.size:
        found = size(library)
        print(f"{found.number} sounds, {found.megabytes:.1f} MB")
        return 0
    built = build_all(library, asked.to)
    print(f"{built.number} sounds, {built.megabytes:.1f} MB, in {built.seconds:.0f} s: {asked.to}")
    return 0


def voice(asked: Namespace) -> int:
    """Record the words that the sounds are composed of."""
    from skill.media.narration.record import RecordingError, record, texts
    from skill.media.narration.voices import Hibari, VoiceError

    try:
        said = texts(content(asked), asked.language)
        record(asked.language, Hibari(), said)
    except (RecordingError, VoiceError) as fault:
        print(fault, file=sys.stderr)
        return 1
    print(f"recorded {len(said)} words")
    return 0


def narrate(asked: Namespace) -> int:
    """Write a whole routine or exercise, led in flow, as one MP3."""
    from skill.media.narration.narrate import narrate as speak
    from skill.media.narration.narrate import write_mp3
    from skill.media.narration.rehearsal import narration_parts
    from skill.media.narration.voices import Google, Hibari, VoiceError
    from skill.media.narration.waveform import waveform
    from skill.media.sounds import vocabulary
    from skill.media.sounds.catalogue import catalogue

    library = _library(content(asked), asked.locale)
    if asked.name not in library.routines and asked.name not in library.exercises:
        known = ", ".join((*library.routines, *library.exercises))
        print(f"there is no routine or exercise {asked.name!r}; there are {known}", file=sys.stderr)
        return 1
    try:
        speaker = Google(library.language) if asked.voice == "google" else Hibari()
        parts = narration_parts(library, asked.name, frozenset(catalogue(library)))
        told = speak(parts, speaker, vocabulary.load(library.language))
    except VoiceError as fault:
        print(fault, file=sys.stderr)
        return 1
    write_mp3(told, asked.to)
    if asked.picture:
        asked.picture.write_text(waveform(told), encoding="utf-8")
    print(f"wrote {asked.to}")
    return 0


def people(asked: Namespace) -> int:
    """Show or delete what is remembered under a user's id."""
    import json

    from skill.memory.opening import open_store

    with closing(open_store(_local().store)) as store:
        if asked.what == "export":
            print(json.dumps(store.export(asked.user), indent=2, ensure_ascii=False))
        else:
            store.delete(asked.user)
            print(f"nothing is kept under {asked.user}")
    return 0


def _local() -> Settings:
    """The environment's settings, for a command that runs on this machine alone."""
    import os

    return Settings.from_environment({**os.environ, "HIP_COACH_VERIFY": "off"})


def _library(folder: Path, locale: str) -> Library:
    libraries = load(folder)
    return libraries.get(locale) or next(iter(libraries.values()))


def _model(folder: Path, locale: str) -> dict[str, object]:
    from skill.alexa.model import models

    made = models(load(folder), folder)
    return made.get(locale) or next(iter(made.values()))
