"""Sounds and voices: what a cadence says is heard, composed, kept, served; and narration with a voice.

Numbers about time come from skill.coaching.cadence and limits from skill.limits; nothing here decides what is
heard. Running needs only the standard library, lameenc and Flask; whatever a voice needs is imported by that
voice, late.
"""
