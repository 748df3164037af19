"""How long things take: an exercise as a timeline of timed cues, and what of it fits into one response.

Pure. It knows the content and the person's wishes; it knows no clock, no disk, no Alexa and no sentence of its own.
"""
