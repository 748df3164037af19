"""The content: what the files in content/ say, as typed values (models), and the reading and checking of them (load).

Only `models` is for the pure packages; everything that touches a file stays in the other modules.
"""
