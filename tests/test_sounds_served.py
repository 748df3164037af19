"""The sounds over HTTP: exactly those, as caches and players want them, and nothing else."""

import http.client
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Lock, Thread

import pytest
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.serving import make_server

from skill.library import content_folder
from skill.library.load import load
from skill.media.sounds import catalogue, vocabulary
from skill.media.sounds import store as store_module
from skill.media.sounds.store import Sounds
from skill.web.app import sounds

NAME = "en-hold-5-ticks"
URL = f"/sounds/{NAME}.mp3"
NAMES = (NAME, "en-hold-10-quiet", "de-hold-5-ticks")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Sounds:
    folder = tmp_path_factory.mktemp("kept")
    return Sounds(folder, NAMES, {"en": vocabulary.load("en")})


def serving(store: Sounds) -> Flask:
    made = Flask(__name__, static_folder=None)
    made.register_blueprint(sounds(store))
    return made


@pytest.fixture(scope="module")
def app(store: Sounds) -> Flask:
    return serving(store)


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture(scope="module")
def mp3(store: Sounds) -> bytes:
    whole = store.mp3(NAME)
    assert whole is not None
    return whole


def test_a_sound_is_served_with_what_caches_need(client: FlaskClient, mp3: bytes) -> None:
    answer = client.get(URL)
    assert (answer.status_code, answer.data) == (200, mp3)
    assert answer.content_type == "audio/mpeg"
    assert answer.content_length == len(mp3)
    assert answer.headers["Accept-Ranges"] == "bytes"
    etag, weak = answer.get_etag()
    assert etag
    assert not weak
    assert answer.cache_control.public
    assert (answer.cache_control.max_age or 0) >= 86_400
    assert "Set-Cookie" not in answer.headers


def test_a_query_changes_nothing(client: FlaskClient, mp3: bytes) -> None:
    assert client.get(f"{URL}?v=3&x=../../etc").data == mp3


def test_head_says_the_same_without_the_sound(client: FlaskClient, mp3: bytes) -> None:
    answer = client.head(URL)
    assert (answer.status_code, answer.data, answer.content_length) == (200, b"", len(mp3))
    assert answer.headers["ETag"] == client.get(URL).headers["ETag"]


def test_who_has_it_already_is_not_sent_it_again(client: FlaskClient) -> None:
    etag = client.get(URL).headers["ETag"]
    answer = client.get(URL, headers={"If-None-Match": etag})
    assert (answer.status_code, answer.data) == (304, b"")
    assert answer.headers["ETag"] == etag
    assert client.get(URL, headers={"If-None-Match": '"other"'}).status_code == 200
    assert client.get("/sounds/en-hold-10-quiet.mp3", headers={"If-None-Match": etag}).status_code == 200


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-100", -100, None), ("bytes=5-99999999", 5, None)],
)
def test_a_player_can_ask_for_a_part(client: FlaskClient, mp3: bytes, asked: str, start: int, end: int | None) -> None:
    answer = client.get(URL, headers={"Range": asked})
    part = mp3[start:end]
    assert (answer.status_code, answer.data) == (206, part)
    first = start % len(mp3)
    assert answer.headers["Content-Range"] == f"bytes {first}-{first + len(part) - 1}/{len(mp3)}"


def test_a_part_of_another_sound_is_not_mixed_in(client: FlaskClient, mp3: bytes) -> None:
    etag = client.get(URL).headers["ETag"]
    assert client.get(URL, headers={"Range": "bytes=0-9", "If-Range": etag}).status_code == 206
    answer = client.get(URL, headers={"Range": "bytes=0-9", "If-Range": '"older"'})
    assert (answer.status_code, answer.data) == (200, mp3)


@pytest.mark.parametrize(
    "asked",
    ["bytes=99999999-", "bytes=-0", "bytes=9-3", "bytes=0-9,20-29", "bytes=0-0,0-0,0-0,0-0", "bytes=", "bytes=-",
     "bytes=a-b", "bytes=--5", "bytes", "lines=1-2", "bytes=0x1-9", "bytes=1.5-9", "bytes=" + "9" * 400 + "-",
     "nonsense"],
)  # fmt: skip
def test_odd_ranges_are_refused(client: FlaskClient, asked: str) -> None:
    answer = client.get(URL, headers={"Range": asked})
    assert answer.status_code == 416
    assert answer.mimetype != "audio/mpeg"


HOSTILE = [
    "/sounds/", "/sounds/.mp3", "/sounds/x.mp3", f"/sounds/{NAME}", f"/sounds/{NAME}.MP3",
    f"/sounds/{NAME.upper()}.mp3", f"/sounds/{NAME}.mp3/", f"/sounds/{NAME}.mp3.mp3", f"/sounds/{NAME}.wav",
    f"/sounds/{NAME} .mp3", f"/sounds/{NAME}%00.mp3", f"/sounds/{NAME}%0a.mp3", f"/sounds//{NAME}.mp3",
    f"/sounds/./{NAME}.mp3", f"/sounds/x/../{NAME}.mp3", f"/sounds/%2e/{NAME}.mp3",
    f"/sounds/%2e%2e/sounds/{NAME}.mp3", f"/sounds/..%2fsounds%2f{NAME}.mp3", f"/sounds/..%5c{NAME}.mp3",
    f"/sounds/%252e%252e/{NAME}.mp3", "/sounds/../../../../etc/passwd", "/sounds/%2fetc%2fpasswd.mp3",
    "/sounds/C:%5cx.mp3", "/sounds/en-hold-05-ticks.mp3", "/sounds/en-hold-5-tick%C5%9F.mp3",
    "/sounds/%ff%fe.mp3", "/sounds/en-hold-999-ticks.mp3", "/sounds/de-hold-5-ticks.mp3",
    "/sounds/" + "a" * 5000 + ".mp3",
]  # fmt: skip


@pytest.fixture(scope="module")
def port(app: Flask) -> Iterator[int]:
    server = make_server("127.0.0.1", 0, app)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("path", HOSTILE)
def test_whatever_else_is_asked_for_is_not_found(port: int, path: str) -> None:
    line = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    line.putrequest("GET", path.replace(" ", "%20"))
    line.endheaders()
    answer = line.getresponse()
    body = answer.read()
    line.close()
    assert answer.status == 404
    assert b"root:" not in body
    assert answer.headers.get_content_type() != "audio/mpeg"


def test_nothing_is_kept_for_names_that_are_not_sounds(client: FlaskClient, tmp_path: Path) -> None:
    fresh = Sounds(tmp_path, NAMES, {"en": vocabulary.load("en")})
    asking = serving(fresh).test_client()
    for number in range(300):
        assert asking.get(f"/sounds/en-hold-{number}-loud.mp3").status_code == 404
        assert asking.get(f"/sounds/en-reps-1-1-1-1-{number}.mp3").status_code == 404
    assert list(tmp_path.rglob("*")) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
def test_sounds_can_only_be_read(client: FlaskClient, method: str) -> None:
    assert client.open(URL, method=method).status_code == 405


def test_three_hundred_at_once_on_a_fresh_machine_all_get_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    library = load(content_folder())["en-US"]
    fresh = Sounds(tmp_path, catalogue.catalogue(library), {"en": vocabulary.load("en")})
    names = sorted(fresh.names)[:300]
    kept = fresh.mp3(names[0])
    under_way, most, made = 0, 0, []
    guard, entered, leave = Lock(), Event(), Event()

    def composed(samples: object) -> bytes:
        nonlocal under_way, most
        with guard:
            under_way += 1
            most = max(most, under_way)
            made.append(samples)
        entered.set()
        assert leave.wait(30)
        with guard:
            under_way -= 1
        return b"MP3"

    monkeypatch.setattr(store_module, "encode", composed)
    monkeypatch.setattr(store_module, "compose", lambda heard, words: heard)
    app = serving(fresh)

    def get(name: str) -> tuple[int, bytes]:
        answer = app.test_client().get(f"/sounds/{name}.mp3")
        return answer.status_code, answer.data

    with ThreadPoolExecutor(300) as people:
        asked = [people.submit(get, name) for name in (*names[1:], *names[1:20])]
        assert entered.wait(30)
        assert get(names[0]) == (200, kept)
        leave.set()
        assert {one.result(60) for one in asked} == {(200, b"MP3")}
    assert most <= (os.cpu_count() or 1)
