"""One prompt in each medium: speech (SSML, plain text), sounds, narration. What breaks a limit is refused.

`speech` is pure. SSML exists only there.
"""
