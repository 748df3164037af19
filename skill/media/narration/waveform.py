"""A picture of a narration: its loudness over time as SVG, a line a minute, with the holds marked."""

from collections.abc import Iterator

from skill.media.narration.narrate import Hold, Narration
from skill.media.sounds.samples import LOUDEST, RATE

ROW_SECONDS = 60
COLUMNS = 1200
"""Columns in a row: twenty a second."""

ROW_HEIGHT, HALF, MARGIN = 90, 36, 50

_STYLE = (
    "text{font:11px sans-serif;fill:#444}.hold{fill:#cfe8d5}.wave{stroke:#2b5d8a;stroke-width:1;fill:none}"
    "svg{background:#fff}"
)


def waveform(narration: Narration) -> str:
    """The picture, as the text of an SVG file. Green is a hold, with its seconds above."""
    rows = max(1, -(-len(narration.samples) // (ROW_SECONDS * RATE)))
    height = rows * ROW_HEIGHT
    body = "\n".join(line for row in range(rows) for line in _row(narration, row))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {COLUMNS + 2 * MARGIN} {height}">\n'
        f"<style>{_STYLE}</style>\n{body}\n</svg>\n"
    )


def _row(narration: Narration, row: int) -> Iterator[str]:
    middle = row * ROW_HEIGHT + ROW_HEIGHT - HALF
    yield f'<text x="4" y="{middle + 4}">{row * ROW_SECONDS // 60}:00</text>'
    for hold in narration.holds:
        yield from _hold(hold, row, middle)
    strokes = "".join(
        f"M{MARGIN + column} {middle - high}V{middle + high}"
        for column, high in enumerate(_heights(narration, row))
        if high
    )
    yield f'<path class="wave" d="{strokes}"/>'


def _hold(hold: Hold, row: int, middle: int) -> Iterator[str]:
    """The part of a hold that lies in this row; its seconds stand where it begins."""
    scale = COLUMNS / (ROW_SECONDS * 1000)
    left = hold.start_ms * scale - row * COLUMNS
    right = hold.end_ms * scale - row * COLUMNS
    if right <= 0 or left >= COLUMNS:
        return
    x, width = max(0.0, left), min(float(COLUMNS), right) - max(0.0, left)
    yield (f'<rect class="hold" x="{MARGIN + x:.1f}" y="{middle - HALF}" width="{width:.1f}" height="{2 * HALF}"/>')
    if left >= 0:
        yield f'<text x="{MARGIN + x:.1f}" y="{middle - HALF - 4}">{hold.seconds:g} s</text>'


def _heights(narration: Narration, row: int) -> Iterator[int]:
    """Half the height of each column: its largest sample; square-rooted, so that the bed can be seen."""
    step = ROW_SECONDS * RATE // COLUMNS
    start = row * ROW_SECONDS * RATE
    for at in range(start, min(start + ROW_SECONDS * RATE, len(narration.samples)), step):
        part = narration.samples[at : at + step]
        yield round(HALF * (max(max(part), -min(part)) / LOUDEST) ** 0.5)
