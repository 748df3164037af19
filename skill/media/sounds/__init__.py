"""The sounds of sets and holds: what a cadence says is composed, encoded and kept.

Numbers about time come from skill.coaching.cadence; nothing here decides what is heard. Running needs only the
standard library and lameenc.
"""
