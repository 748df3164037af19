"""Reads a content folder: each file into a page, with all that is wrong in it alone."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel

from skill.library import files
from skill.library.faults import Fault, Rule, closest
from skill.library.page import Page, read
from skill.library.shape import fit

S = TypeVar("S", bound=BaseModel)

_KNOWN = {"skill.yaml", "positions.yaml", "names.yaml", "phrases.yaml", "utterances.yaml", "vocabulary.yaml"}
"""None of these is a misspelling of another."""


@dataclass(frozen=True, slots=True)
class LanguagePages:
    """The files of one language."""

    language: str
    exercises: Mapping[str, Page[files.ExerciseWords]]
    routines: Mapping[str, Page[files.RoutineWords]]
    names: Page[files.NamesFile]
    positions: Page[files.PositionWords]
    phrases: Page[files.PhrasesFile]
    overrides: Mapping[str, Page[files.PhrasesFile]]
    utterances: Page[files.UtterancesFile] | None


@dataclass(frozen=True, slots=True)
class ContentPages:
    """All files of a content folder."""

    folder: str
    skill: Page[files.SkillFile]
    positions: Page[files.PositionsFile]
    exercises: Mapping[str, Page[files.ExerciseFile]]
    routines: Mapping[str, Page[files.RoutineFile]]
    languages: Mapping[str, LanguagePages]


class Reading:
    """One pass over a content folder.

    Attributes:
        faults: what was wrong with the files read so far, each for itself.
    """

    def __init__(self, folder: Path) -> None:
        """Takes the content folder; reads nothing yet."""
        self.folder = folder.resolve()
        self.faults: list[Fault] = []

    def content(self) -> ContentPages:
        """All pages of the folder."""
        skill = self.page("skill.yaml", files.SkillFile)
        return ContentPages(
            folder=self.folder.name,
            skill=skill,
            positions=self.page("positions.yaml", files.PositionsFile),
            exercises=self.pages("exercises", files.ExerciseFile),
            routines=self.pages("routines", files.RoutineFile),
            languages={language: self.language(language) for language in self.languages(skill)},
        )

    def languages(self, skill: Page[files.SkillFile]) -> list[str]:
        """The languages that the locales ask for and that have a folder; without locales, all that have one."""
        if not skill.keys("locales"):
            return sorted(folder.name for folder in self.folder.glob("[a-z][a-z]") if folder.is_dir())
        found = skill.find("locales", "*", "language")
        asked = {
            value: where for where, value in found if isinstance(value, str) and re.fullmatch(files.LANGUAGE, value)
        }
        for language, where in asked.items():
            if not (self.folder / language).is_dir():
                what = f"there is no folder {self.folder.name}/{language} with the words of this language"
                self.faults.append(skill.fault(Rule.LANGUAGE_MISSING, where, what))
        return [language for language in asked if (self.folder / language).is_dir()]

    def language(self, language: str) -> LanguagePages:
        """All pages of one language."""
        utterances = f"{language}/utterances.yaml"
        return LanguagePages(
            language=language,
            exercises=self.pages(f"{language}/exercises", files.ExerciseWords),
            routines=self.pages(f"{language}/routines", files.RoutineWords),
            names=self.page(f"{language}/names.yaml", files.NamesFile),
            positions=self.page(f"{language}/positions.yaml", files.PositionWords),
            phrases=self.page(f"{language}/phrases.yaml", files.PhrasesFile),
            overrides={
                file.name.split(".")[1]: self.page(f"{language}/{file.name}", files.PhrasesFile)
                for file in sorted((self.folder / language).glob("phrases.*.yaml"))
            },
            utterances=self.page(utterances, files.UtterancesFile) if (self.folder / utterances).exists() else None,
        )

    def pages(self, folder: str, model: type[S]) -> dict[str, Page[S]]:
        """The pages of a folder whose files are named by the ids of what they hold."""
        pages = {}
        for file in sorted((self.folder / folder).glob("[!.]*")):
            name = f"{folder}/{file.name}"
            if file.suffix == ".yaml":
                pages[file.stem] = self.page(name, model)
                if not re.fullmatch(files.ID, file.stem):
                    hint = "files are named by lower-case words joined by hyphens"
                    self._fault(Rule.BAD_ID, name, f"'{file.stem}' is not an id", hint)
            else:
                hint = f"rename it to {file.stem}.yaml" if file.suffix == ".yml" else "only .yaml files belong here"
                self._fault(Rule.FILE_STRAY, name, "this file would never be read", hint)
        return pages

    def page(self, name: str, model: type[S]) -> Page[S]:
        """One file; a page without words where it is missing or unreadable."""
        file = self.folder / name
        page: Page[S] = Page(f"{self.folder.name}/{name}")
        try:
            page = read(file.read_text(encoding="utf-8-sig"), page.file)
        except FileNotFoundError:
            others = {other.name for other in file.parent.glob("*.y*ml") if other.name.count(".") == 1} - _KNOWN
            near = closest(file.name, others)
            self._fault(Rule.FILE_MISSING, name, "there is no such file", f"did you mean '{near}'?" if near else "")
        except UnicodeDecodeError:
            self._fault(Rule.NOT_YAML, name, "the file is not text in UTF-8", "save it as UTF-8")
        else:
            if not any(fault.rule is Rule.NOT_YAML for fault in page.faults):
                fit(page, model)
        self.faults += page.faults
        return page

    def _fault(self, rule: Rule, name: str, what: str, hint: str) -> None:
        self.faults.append(Fault(f"{self.folder.name}/{name}", 1, "", what, hint, rule))
