"""A voice of one's own: words recorded for the sounds, and a routine narrated into a sound file.

Whatever a voice needs is imported by that voice, late.
"""
