"""Content: what the files say comes in whole, and what is wrong with them is told all at once."""

import contextlib
import json
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from skill.library import content_folder
from skill.library.authoring import KINDS, NotWrittenError, new_exercise, new_routine, schema_texts, schemas
from skill.library.faults import ContentFaults, Fault, Rule
from skill.library.load import load, the_phrases
from skill.library.models import Dose, Level, Library, Range, Sides, Step, Tempo, Transition
from skill.library.page import FASTEST, Loader, Page, read
from skill.library.reading import ContentPages, Reading

TESTS = Path(__file__).parent
MINIMAL = TESTS / "content_minimal"
BAD = {file.stem: file for file in sorted((TESTS / "bad_content").glob("*.yaml"))}

Edit = Mapping[str, str]


@contextlib.contextmanager
def skills_own(folder: Path) -> Iterator[None]:
    """Content is held against the phrases of that folder."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("skill.library.load.content_folder", lambda: folder)
        the_phrases.cache_clear()
        try:
            yield
        finally:
            the_phrases.cache_clear()


@pytest.fixture
def content(tmp_path: Path) -> Iterator[Path]:
    """A small content folder without fault, to be changed at will."""
    with skills_own(MINIMAL):
        yield Path(shutil.copytree(MINIMAL, tmp_path / "content"))


@pytest.fixture(scope="module")
def small() -> Mapping[str, Library]:
    """The libraries of the small content folder."""
    with skills_own(MINIMAL):
        return load(MINIMAL)


def faults(folder: Path) -> list[Fault]:
    """What is wrong with a content folder."""
    with pytest.raises(ContentFaults) as caught:
        load(folder)
    return list(caught.value.faults)


def told(folder: Path) -> list[str]:
    """The same, as its author reads it."""
    return [str(fault) for fault in faults(folder)]


# Bad content: one file in tests/bad_content, one test


def _change(folder: Path, name: str, edit: Edit) -> None:
    file = folder / name
    match edit:
        case {"find": find, "put": put}:
            text = file.read_text(encoding="utf-8")
            assert text.count(find) == 1, f"{name} has {text.count(find)} of {find!r}"
            file.write_text(text.replace(find, put), encoding=edit.get("encoding", "utf-8"))
        case {"whole": text}:
            file.write_text(text, encoding="utf-8")
        case {"append": text}:
            file.write_text(file.read_text(encoding="utf-8") + text, encoding="utf-8")
        case {"copy": to}:
            shutil.copy(file, folder / to)
        case {"rename": to}:
            file.rename(folder / to)
        case {"remove": _}:
            file.unlink()
        case _:
            raise ValueError(f"no such edit: {edit}")


def _case(file: Path, folder: Path) -> list[str]:
    """Applies a case to a content folder; returns the messages that it expects."""
    case = yaml.safe_load(file.read_text(encoding="utf-8"))
    for name, edits in case["change"].items():
        for edit in edits:
            _change(folder, name, edit)
    expected: list[str] = case["faults"]
    return expected


@pytest.mark.parametrize("name", BAD)
def test_bad_content_is_told_exactly(name: str, content: Path) -> None:
    """Each case says itself what it claims, in its `about`."""
    expected = _case(BAD[name], content)
    assert told(content) == expected


def test_every_rule_has_a_case(tmp_path: Path) -> None:
    broken = set()
    for name, file in BAD.items():
        folder = Path(shutil.copytree(MINIMAL, tmp_path / name / "content"))
        _case(file, folder)
        with skills_own(MINIMAL):
            broken |= {fault.rule for fault in faults(folder)}
    assert broken == set(Rule)


def test_a_folder_that_is_not_there_is_one_fault(tmp_path: Path) -> None:
    assert [fault.what for fault in faults(tmp_path / "contnet")] == ["there is no such content folder"]


def test_values_of_a_faulty_file_cannot_be_used(content: Path) -> None:
    _case(BAD["key-missing"], content)
    page = Reading(content).content().languages["en"].exercises["bridge"]
    with pytest.raises(ValueError, match="has faults"):
        page.whole  # noqa: B018


@pytest.mark.parametrize("name", sorted(str(file.relative_to(MINIMAL)) for file in MINIMAL.rglob("*.yaml")))
def test_no_slip_is_a_traceback(name: str, content: Path) -> None:
    file = content / name
    text = file.read_text(encoding="utf-8")
    whole = read(text).value
    assert isinstance(whole, dict)
    spoilt = [json.dumps(whole | {key: wrong}) for key in whole for wrong in (None, 7, "{x", ["x"], {"x": 1})]
    spoilt += [json.dumps({other: whole[other] for other in whole if other != key}) for key in whole]
    spoilt += ["two <words> 2", "[<2>, {a: }]", "- ? [x]\n"]
    spoilt += [text[:end] for end in range(0, len(text), 41)]
    for wrong in spoilt:
        file.write_text(wrong, encoding="utf-8")
        with contextlib.suppress(ContentFaults):
            load(content)


def test_files_are_named_from_the_content_folder_on(content: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (content / "skill.yaml").unlink()
    monkeypatch.chdir(content)
    assert [fault.file for fault in faults(Path())] == ["content/skill.yaml"]


def test_each_fault_is_told_once_and_in_order() -> None:
    late, early = Fault("b.yaml", 2, "", "late"), Fault("a.yaml", 10, "", "early")
    assert str(ContentFaults([late, early, late])) == "a.yaml:10: early\nb.yaml:2: late"


# What the files say comes in whole


def test_every_locale_gets_its_library(small: Mapping[str, Library]) -> None:
    assert list(small) == ["en-US", "en-GB"]
    assert small["en-US"].phrases["welcome"] == ("Welcome.",)
    assert small["en-GB"].phrases["welcome"] == ("Good day.", "Hello.")
    assert small["en-GB"].phrases["holding"] == ("Hold for {seconds}.", "For {seconds}, hold.")
    assert small["en-GB"].invocation == "small coach"
    assert small["en-GB"].exercises is small["en-US"].exercises


def test_a_form_is_the_usual_one_with_what_differs(small: Mapping[str, Library]) -> None:
    forms = small["en-US"].exercises["side-raise"].forms
    usual, easier, harder = forms[Level.USUAL], forms[Level.EASIER], forms[Level.HARDER]
    assert (usual.label, easier.label) == ("", "the easier version, seated")
    assert (usual.equipment, easier.equipment, harder.equipment) == (("chair",), (), ("chair",))
    assert (easier.setup_seconds, easier.switch_seconds, harder.switch_seconds) == (12, 9, 8)
    assert easier.dose == Dose(Range(5, 6, 12), Range(1, 1, 3), Range(1, 1, 3), 20, Tempo(2, 2, 1))
    assert harder.dose == Dose(Range(8, 10, 15), Range(1, 2, 4), Range(1, 2, 5), 30, Tempo(3, 4, 2))
    assert (harder.move, harder.beats, harder.setup) == (usual.move, usual.beats, usual.setup)
    assert easier.beats.hold == "wait"


def test_a_form_may_differ_in_words_alone(content: Path) -> None:
    _change(content, "exercises/bridge.yaml", {"append": "easier: {}\n"})
    _change(content, "en/exercises/bridge.yaml", {"append": "easier: {label: the small one, move: Lift a little.}\n"})
    _change(content, "routines/all.yaml", {"find": "- bridge", "put": "- {exercise: bridge, form: easier}"})
    forms = load(content)["en-US"].exercises["bridge"].forms
    assert forms[Level.EASIER].move == "Lift a little."
    assert forms[Level.EASIER].dose == forms[Level.USUAL].dose


def test_a_way_up_may_be_told_for_how_they_lie(content: Path) -> None:
    _change(content, "en/positions.yaml", {"append": "up_from: {lying: [Sit up slowly.]}\n"})
    ways = load(content)["en-US"].transitions
    assert ways["lying", "standing"].before == ("Sit up slowly.",)
    assert ways["kneeling", "standing"].before == ("Roll onto your side.", "Push up to sitting.")
    assert ways["lying", "standing"].pause_seconds == ways["kneeling", "standing"].pause_seconds


def test_an_exercise_for_both_sides_has_no_switch(small: Mapping[str, Library]) -> None:
    bridge = small["en-US"].exercises["bridge"]
    assert bridge.sides is Sides.TOGETHER
    assert (bridge.form(Level.HARDER).switch_seconds, bridge.form(Level.USUAL).switch) == (0, "")


def test_a_routine_knows_whether_it_goes_to_the_floor(small: Mapping[str, Library]) -> None:
    routines = small["en-US"].routines
    assert routines["all"].steps == (Step("bridge"), Step("side-raise", Level.EASIER))
    assert (routines["all"].on_the_floor, routines["standing"].on_the_floor) == (True, False)


def test_every_change_of_position_is_safe(small: Mapping[str, Library]) -> None:
    """Whoever gets up from the floor sits a while on the way; the other changes just happen. None is missing."""
    ways, names = small["en-US"].transitions, small["en-US"].position_names
    assert ways["standing", "sitting"] == Transition(10, ("Sit on your chair.",), 0, ())
    assert ways["standing", "lying"] == Transition(30, ("Hold on to your chair.", "Lie on your back."), 0, ())
    assert ways["lying", "kneeling"] == Transition(20, ("Kneel on your mat.",), 0, ())
    up = ("Roll onto your side.", "Push up to sitting."), 15, ("Hold on to your chair.", "Stand up tall.")
    assert ways["lying", "standing"] == Transition(45, *up)
    assert set(ways) == {(start, end) for start in names for end in names if start != end}


# The skill's own content in its first language says which phrases there are


@pytest.fixture
def own(content: Path) -> Iterator[Path]:
    """The small content folder as the skill's own."""
    with skills_own(content):
        yield content


def test_the_first_variant_is_the_pattern_of_the_others(own: Path) -> None:
    assert load(own)["en-US"].phrases.keys() == the_phrases().keys() == {"welcome", "holding"}
    assert the_phrases()["holding"] == {"seconds"}
    _change(own, "en/phrases.yaml", {"find": "For {seconds}, hold.", "put": "For {secnds}, hold."})
    assert told(own) == [
        "content/en/phrases.yaml:4: holding › 2: unknown placeholder {secnds}, did you mean 'seconds'?"
    ]


def test_another_folder_is_held_against_the_skills_own(own: Path, tmp_path: Path) -> None:
    mine = Path(shutil.copytree(own, tmp_path / "mine"))
    assert load(mine)
    _change(mine, "en/phrases.yaml", {"find": "welcome: Welcome.\n", "put": "wave: Hello.\n"})
    assert told(mine) == [
        "mine/en/phrases.yaml:1: missing phrase 'welcome', it has no placeholders",
        "mine/en/phrases.yaml:1: wave: this phrase is never said, remove it",
    ]


def test_another_language_is_held_against_the_first(own: Path) -> None:
    shutil.copytree(own / "en", own / "de")
    (own / "de" / "phrases.en-GB.yaml").unlink()
    text = (own / "skill.yaml").read_text(encoding="utf-8")
    spoken = text.replace("locales:\n", "locales:\n  en-AU: {language: en, invocation: small coach}\n", 1)
    (own / "skill.yaml").write_text(spoken.replace("en-US: {language: en", "en-US: {language: de"), encoding="utf-8")
    _change(own, "de/phrases.yaml", {"find": "  - Hold for {seconds}.\n", "put": "  - Halten.\n"})
    assert told(own) == ["content/de/phrases.yaml:3: holding › 1: {seconds} is missing, each sentence has to use it"]


def test_phrases_that_cannot_be_read_are_one_fault(own: Path) -> None:
    (own / "en" / "phrases.yaml").write_text("welcome: a: b\n", encoding="utf-8")
    assert len(told(own)) == 1


# The content that the skill really has


def test_the_real_content_loads() -> None:
    libraries = load(content_folder())
    assert set(libraries) == {"en-US", "en-GB", "en-AU", "en-CA", "en-IN"}
    for library in libraries.values():
        assert set(library.phrases) == set(the_phrases())
        assert library.first_routine in library.routines
        assert not library.routines[library.off_the_floor_routine].on_the_floor


def test_new_words_say_that_they_are_a_template(content: Path) -> None:
    new_exercise(content, "toe-tap-3")
    exercise = load(content)["en-US"].exercises["toe-tap-3"]
    assert exercise.name == "toe tap three"
    assert "not written yet" in exercise.purpose
    assert "leave it out" in exercise.safety


@pytest.mark.parametrize(
    ("make", "why"),
    [
        (lambda folder: new_exercise(folder, "Side Step"), "is not an id"),
        (lambda folder: new_exercise(folder, "bridge"), "is there already"),
        (lambda folder: new_exercise(folder, "the-bridge"), "is used twice"),
        (lambda folder: new_routine(folder, "third", ["brigde"]), "did you mean 'bridge'?"),
        (lambda folder: new_routine(folder, "third", []), "at least one exercise"),
    ],
    ids=["bad id", "taken", "name taken", "unknown exercise", "no exercise"],
)
def test_what_would_not_load_is_not_written(content: Path, make: Callable[[Path], object], why: str) -> None:
    before = sorted(content.rglob("*"))
    with pytest.raises(NotWrittenError, match=why):
        make(content)
    assert sorted(content.rglob("*")) == before
    assert load(content)


def test_an_exercise_can_be_added_while_another_file_is_being_mended(content: Path) -> None:
    _case(BAD["digits"], content)
    before = faults(content)
    new_exercise(content, "clam")
    assert faults(content) == before


def test_an_exercise_needs_a_position_to_be_in(content: Path) -> None:
    (content / "positions.yaml").write_text("seated_pause: 15\n", encoding="utf-8")
    with pytest.raises(NotWrittenError, match=r"content/positions\.yaml has no positions yet"):
        new_exercise(content, "clam")


def test_the_folder_given_is_the_folder_used(tmp_path: Path) -> None:
    assert content_folder(tmp_path) == tmp_path
    assert (content_folder() / "skill.yaml").is_file()


# YAML as 1.2 has it


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("[yes, no, on, off, y, n]", ["yes", "no", "on", "off", "y", "n"]),
        ("[true, False, null, ~]", [True, False, None, None]),
        ("[1, -2, +3, 012, 0o12, 0x1f]", [1, -2, 3, 12, 10, 31]),
        ("[1.5, .5, 1e3, -.inf, 12e]", [1.5, 0.5, 1000.0, float("-inf"), "12e"]),
        ("[1:30, 2026-11-22, 1_000]", ["1:30", "2026-11-22", "1_000"]),
        ("['1', \"true\"]", ["1", "true"]),
        ("{yes: 1, 2: two, null: none}", {"yes": 1, "2": "two", "null": "none"}),
        ("", None),
    ],
)
@pytest.mark.parametrize("loader", [FASTEST, yaml.SafeLoader])
def test_only_numbers_truth_and_nothing_are_special(text: str, value: object, loader: Loader) -> None:
    """A synonym may be "no" or "on", and a time is a text; whichever parser PyYAML was built with."""
    assert read(text, loader=loader).value == value


@pytest.mark.parametrize("name", [name for name in BAD if name.startswith("not-yaml") and "encoding" not in name])
def test_both_parsers_find_the_same_fault(name: str, content: Path) -> None:
    """Where PyYAML has no parser in C, messages and lines are the same."""
    _case(BAD[name], content)
    for file in content.rglob("*.yaml"):
        text = file.read_text(encoding="utf-8")
        assert read(text, loader=yaml.SafeLoader) == read(text)


def test_what_no_cure_is_known_for_is_told_in_the_words_of_the_parser() -> None:
    (problem,) = read("%YAML 3.0\n---\na: 1\n").faults
    assert problem.line == 1
    assert problem.what.startswith("this is not YAML (found incompatible YAML document")


def test_every_place_has_its_line() -> None:
    document = read("a: 1\nb:\n  - x\n  - {c: 2,\n     d: 3}\n")
    lines = {("a",): 1, ("b",): 2, ("b", 1): 4, ("b", 1, "d"): 5, ("b", 1, "e"): 4, ("z",): 1}
    assert {where: document.line(where) for where in lines} == lines


def test_a_key_has_to_be_a_word() -> None:
    assert [problem.what for problem in read("[a]: 1").faults] == ["a key has to be a word"]


# Schemas for editors


def _pages(content: ContentPages) -> Iterator[tuple[str, Page[Any]]]:
    yield "skill", content.skill
    yield "positions", content.positions
    yield from (("exercise", page) for page in content.exercises.values())
    yield from (("routine", page) for page in content.routines.values())
    for language in content.languages.values():
        yield "names", language.names
        yield "position-words", language.positions
        yield from (("phrases", page) for page in (language.phrases, *language.overrides.values()))
        yield from (("exercise-words", page) for page in language.exercises.values())
        yield from (("routine-words", page) for page in language.routines.values())
        if language.utterances:
            yield "utterances", language.utterances


@pytest.mark.parametrize("folder", [MINIMAL, content_folder()], ids=["small", "real"])
def test_editors_accept_what_loads(folder: Path) -> None:
    with skills_own(folder):
        known = schemas()
    for kind, page in _pages(Reading(folder).content()):
        jsonschema.validate(page.value, known[kind])


@pytest.mark.parametrize("name", ["key-unknown", "key-missing", "wrong-type", "wrong-value", "out-of-range"])
def test_editors_mark_what_does_not_load(name: str, content: Path) -> None:
    _case(BAD[name], content)
    known = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in schemas().items()}
    marked = {page.file for kind, page in _pages(Reading(content).content()) if not known[kind].is_valid(page.value)}
    assert marked == {fault.file for fault in faults(content)}


def test_schemas_are_sound_and_complete() -> None:
    known = schemas()
    assert set(known) == set(KINDS)
    for schema in known.values():
        jsonschema.Draft202012Validator.check_schema(schema)
    kind = known["phrases"]["properties"]["welcome"]["$ref"].removeprefix("#/$defs/")
    assert known["phrases"]["$defs"][kind]["description"] == "Placeholders: {title}."


def test_each_template_names_its_schema(content: Path) -> None:
    texts = schema_texts()
    for file in (*new_exercise(content, "clam"), *new_routine(content, "third", ["clam"])):
        first = file.read_text(encoding="utf-8").splitlines()[0]
        schema = (file.parent / first.removeprefix("# yaml-language-server: $schema=")).resolve()
        assert schema.parent == content / "schemas"
        assert schema.name in texts


# The pure packages stay light


def test_types_cost_neither_pydantic_nor_yaml() -> None:
    code = "import sys, skill.library.models; print({'pydantic', 'yaml'} & set(sys.modules))"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True, cwd=TESTS.parent)
    assert told.stdout.strip() == "set()"
