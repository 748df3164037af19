"""A prompt's parts made into what a platform takes: SSML, plain text. It refuses what breaks a limit.

Pure. SSML exists only here; which limit is broken is said in `limits.py`'s terms.
"""
