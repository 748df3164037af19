"""What the platform allows, each limit once, and the margins that we keep inside it.

The grade behind each limit says how far to trust it:

    A   read on Amazon's own page, or in the source of its SDK
    B   Amazon's text, as quoted by somebody else
    C   seen by running code
    D   reported by a developer
    K   common knowledge, not confirmed

Pages are named as they stand under developer.amazon.com/en-US/docs/alexa/custom-skills/. A new fact changes
one line here.
"""

# Speech

SPEECH_CHARACTERS = 8_000
"""Characters of one outputSpeech or reprompt; a longer one is refused whole. Whether tags count is not
documented, so the whole SSML string counts. [A] best-practice-text-response.html; [D] the refusal itself,
"exceeds allowed size of 8000 characters"."""

SPEECH_MARGIN = 400
"""Ours: characters kept free below SPEECH_CHARACTERS: it says "less than", and counts may differ."""

SILENCE_SECONDS = 10
"""Seconds of quiet by `<break>`, consecutive ones added up; above it nothing is rendered.
[B] speech-synthesis-markup-language-ssml-reference.html as of 2025-08-28, by a single source that leaves open
whether the runs of one response are added up too. To be tried on a device."""

CLIPS = 5
"""`<audio>` files in one outputSpeech or reprompt. [B] the same page."""

AUDIO_SECONDS = 240
"""Seconds of all `<audio>` in outputSpeech together, and of the longest single file.
[B] request-and-response-json-reference.html."""

REPROMPT_AUDIO_SECONDS = 90
"""Seconds of all `<audio>` in a reprompt together. [B] the same page."""

AUDIO_BITS_PER_SECOND = 48_000
"""Constant bit rate of an `<audio>` file, MPEG version 2. [B] the SSML reference."""

AUDIO_SAMPLE_RATES = (24_000, 22_050, 16_000)
"""Samples per second that an `<audio>` file may have. [B] the SSML reference."""

# Requests and responses

RESPONSE_BYTES = 120 * 1_000
"""Bytes of the whole response as JSON, session attributes included; older pages say 24 kB.
[B] request-and-response-json-reference.html."""

CARD_CHARACTERS = 8_000
"""Characters of a card, title and text together. [B] request-and-response-json-reference.html."""

ANSWER_SECONDS = 8
"""Seconds in which a request must be answered. [A] send-the-user-a-progressive-response.html."""

REQUEST_BYTES = 128 * 1_024
"""Ours: bytes of a request that we read; real envelopes have a few thousand."""

TIMESTAMP_SECONDS = 150
"""Seconds by which a request's timestamp may differ from now. [A] the SDK's TimestampVerifier."""

LISTENING_SECONDS = 8
"""Seconds the microphone stays open after a question, and again after the reprompt; then the session ends.
[A] "a few seconds" in manage-skill-session-and-session-attributes.html; [K] the 8, from an older text."""

# The interaction model

SLOT_VALUE_CHARACTERS = 140
"""Characters of a slot value or a synonym. [D] a device-tested skill: longer ones spoilt every answer."""

INVOCATION_CHARACTERS = (2, 50)
"""Characters of the shortest and the longest invocation name. [K]"""

EXAMPLE_PHRASES = 3
"""Example phrases in the store listing, each one of our own samples.
[A] functional-testing-for-a-custom-skill.html."""

LARGEST_NUMBER = 999
"""Ours: the largest AMAZON.NUMBER that is taken for a number; a larger one counts as not understood."""
