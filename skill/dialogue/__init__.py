"""The conversation: what can happen, what she knows of it, and what she answers. One function decides: `respond`.

Pure. Values in, values out; no clock, no disk, no network, no Alexa, no Flask, and no sentence of its own.
"""
