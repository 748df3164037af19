"""A net under the rebuild: turns recorded before it must be answered alike after it. It goes when the rebuild is done.

    PYTHONPATH=.:tests python tests/net.py record FILE [TURNS]    from the code as it stands
    PYTHONPATH=.:tests python tests/net.py compare FILE           against the code as it stands

Every turn is a request as a device sends it. It is compared twice: *live*, where this code carries its own session and
its own store from turn to turn; and, for one turn in ten, *carried*, where the session and the people's records are
those that the recording code had written. `response` must be equal byte for byte; session attributes and records are
held to being read.
"""

import gzip
import json
import sqlite3
import sys
import tempfile
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from conversing import BEGINNING, Talk, Wire, play, scripts
from scenes import CONTENT

from skill.hearing.ear import Ear
from skill.simulator.wire import to_app
from skill.web import create_app
from skill.web.settings import Settings

Json = dict[str, Any]
MODEL = json.loads((Path(__file__).parent.parent / "interaction_model" / "en-US.json").read_text())
URL = "https://coach.example.org"
SHOWN = 10
"""How many differences are printed."""


class Life:
    """One app with an SQLite store of its own, and what it was asked."""

    def __init__(self, folder: Path, sounds: bool) -> None:
        self.file = folder / "people"
        self.app = create_app(
            Settings(verify=False, content=CONTENT, public_url=URL if sounds else None, store=f"sqlite:///{self.file}")
        )
        self._send = to_app(self.app)
        self.turns: list[Json] = []

    def send(self, envelope: Json) -> Json:
        """Ask, and write down what was asked, what was remembered before, and the answer."""
        people = _people(self.file)
        body = self._send(envelope)
        self.turns.append({"asked": envelope, "people": people, "answer": body})
        return body

    def close(self) -> None:
        self.app.extensions["hip-coach"].store.close()


def _people(file: Path) -> dict[str, str]:
    if not file.exists():
        return {}
    with closing(sqlite3.connect(file)) as db:
        return dict(db.execute("SELECT user, record FROM people"))


def _lives(turns: int) -> Iterator[tuple[bool, list[Json]]]:
    """Every conversation, then random walks until there are so many turns."""
    ear, count = Ear(MODEL), 0
    for script in scripts().values():
        sounds = script.get("sounds") == "true"
        with tempfile.TemporaryDirectory() as folder:
            life = Life(Path(folder), sounds)
            now = datetime.fromisoformat(script["begins"]) if "begins" in script else BEGINNING
            for _ in play(Talk(Wire(life.send, ear, script.get("locale", "en-US")), ear, now), script["talk"]):
                pass
            life.close()
        count += len(life.turns)
        yield sounds, life.turns
    seed = 0
    while count < turns:
        seed += 1
        with tempfile.TemporaryDirectory() as folder:
            life = Life(Path(folder), seed % 2 == 0)
            _walk(life, ear, Random(seed))
            life.close()
        count += len(life.turns)
        yield seed % 2 == 0, life.turns


def _walk(life: Life, ear: Ear, chance: Random) -> None:
    """Somebody says anything at any second, mostly ready, on several days."""
    said = sorted({line for intent in MODEL["interactionModel"]["languageModel"]["intents"] for line in _said(intent)})
    wire = Wire(life.send, ear, "en-US")
    talk, now = None, BEGINNING
    for _ in range(60):
        if talk is None:
            answer, talk = wire.launch(now), True
        else:
            line = chance.choice(["ready", "ready", "ready", "next", "start hip routine", "yes", chance.choice(said)])
            answer = wire.say(ear.hear(line), now)
        now += timedelta(seconds=answer.seconds * chance.random() + 3)
        if answer.open and chance.random() < 0.03:
            wire.end(chance.choice(["EXCEEDED_MAX_REPROMPTS", "USER_INITIATED", "ERROR"]), now)
            talk = None
        if not answer.open:
            talk = None
            now += timedelta(days=chance.choice([0, 0, 1, 1, 2, 9]), minutes=chance.choice([1, 5, 300]))


def _said(intent: Json) -> list[str]:
    plain = [line for line in intent["samples"] if "{" not in line]
    named = [line.replace("{exercise}", "fire hydrant") for line in intent["samples"] if "{exercise}" in line]
    return plain[:4] + [line for line in named if "{" not in line][:2]


def record(path: Path, turns: int) -> None:
    """Write the lives down."""
    with gzip.open(path, "wt", encoding="utf-8") as file:
        count = 0
        for sounds, asked in _lives(turns):
            count += len(asked)
            file.write(json.dumps({"sounds": sounds, "turns": asked}) + "\n")
    print(f"{count} turns recorded")


def compare(path: Path) -> int:
    """Hold this code to what was written down; how many turns differ."""
    compared = carried = 0
    differ: list[str] = []
    with gzip.open(path, "rt", encoding="utf-8") as file:
        for number, line in enumerate(file):
            life = json.loads(line)
            compared += len(life["turns"])
            differ += [f"life {number} live {told}" for told in _live(life)]
            found = list(_carried(life, number))
            carried += len(found)
            differ += [f"life {number} carried {told}" for told in found if told]
    print(f"{compared} turns live, {carried} carried, {len(differ)} differ")
    print("\n".join(differ[:SHOWN]))
    return len(differ)


def _live(life: Json) -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        here, attributes = Life(Path(folder), life["sounds"]), None
        for at, turn in enumerate(life["turns"]):
            asked = json.loads(json.dumps(turn["asked"]))
            if not asked["session"]["new"] and attributes is not None:
                asked["session"]["attributes"] = attributes
            answer = here.send(asked)
            attributes = answer.get("sessionAttributes")
            if told := _unlike(at, turn, answer):
                yield told
                break  # what follows differs because of this
        here.close()


def _carried(life: Json, number: int) -> Iterator[str]:
    for at in range(number % 10, len(life["turns"]), 10):
        turn = life["turns"][at]
        with tempfile.TemporaryDirectory() as folder:
            with closing(sqlite3.connect(Path(folder) / "people")) as db, db:
                db.execute("CREATE TABLE people (user TEXT PRIMARY KEY NOT NULL, record TEXT NOT NULL)")
                db.executemany("INSERT INTO people VALUES (?, ?)", turn["people"].items())
            here = Life(Path(folder), life["sounds"])
            yield _unlike(at, turn, here.send(turn["asked"]))
            here.close()


def _unlike(at: int, turn: Json, answer: Json) -> str:
    before, after = (json.dumps(one["response"], sort_keys=True) for one in (turn["answer"], answer))
    if before == after:
        return ""
    request = turn["asked"]["request"]
    said = request.get("intent", {}).get("name", request["type"])
    return f"turn {at} ({said}):\n  before {before[:600]}\n  after  {after[:600]}"


if __name__ == "__main__":
    what, name, *more = sys.argv[1:]
    if what == "record":
        record(Path(name), int(more[0]) if more else 5000)
    else:
        sys.exit(1 if compare(Path(name)) else 0)
