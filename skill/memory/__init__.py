"""What is remembered about a person, and where: texts that are read and swapped.

Nothing about health and nothing that was said is ever in it.
"""
