"""Alexa's dialect, the only place where its words appear: intents, requests in, responses out, the model.

Nothing here decides what is said. The SDK and its two faults stay inside this package.
"""
