"""A virtual device: typed words become the JSON a real Echo sends, and what comes back is heard as a person would.

It knows the skill only by what goes over the wire, so nothing of the skill's own packages may be imported here.
"""
