"""A cadence becomes sound: each of its marks at its moment, to the sample."""

from array import array

from skill.coaching.cadence import Cadence, Mark
from skill.media.sounds import tones
from skill.media.sounds.samples import RATE, Samples, count_of, lay, silence
from skill.media.sounds.vocabulary import Vocabulary


def compose(cadence: Cadence, vocabulary: Vocabulary) -> Samples:
    """The samples of a cadence, exactly as long as it says.

    Raises:
        KeyError: the vocabulary lacks one of its words.
    """
    count = count_of(cadence.length_ms)
    samples = _bed(count) if cadence.bed else silence(count)
    for mark in cadence.marks:
        lay(samples, count_of(mark.at_ms), _sound(mark, vocabulary))
    return samples


def _sound(mark: Mark, vocabulary: Vocabulary) -> Samples:
    if mark.word is not None:
        return vocabulary.words[mark.word]
    return silence(0) if mark.tone is None else tones.tone(mark.tone)


def _bed(count: int) -> Samples:
    loop = tones.bed()
    samples = (loop * (count // len(loop) + 1))[:count]
    fade = min(tones.BED_FADE_MS * RATE // 1000, count // 2)
    samples[:fade] = array("h", [sample * i // fade for i, sample in enumerate(samples[:fade])])
    samples[count - fade :] = array("h", [s * (fade - i) // fade for i, s in enumerate(samples[count - fade :])])
    return samples
