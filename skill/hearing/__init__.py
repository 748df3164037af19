"""Typed or recognised words -> what was meant: an intent of the interaction model, with its slots.

Pure: the model and the words are arguments. What Alexa understands by herself is in `built_in`.
"""
