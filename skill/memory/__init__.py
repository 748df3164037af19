"""What is remembered about a person, behind the SDK's persistence interface.

Nothing about health and nothing that was said is ever in it.
"""
