"""Whether content files agree with each other and can be spoken; each module is about one sort of agreement.

A check takes pages and yields faults. It never stops at the first, and stays silent about what it cannot know
because another file is missing or misshapen.
"""
