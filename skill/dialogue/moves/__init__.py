"""What she does when something happens: one small function a move, named in the table, gathered by subject.

Every move takes the situation and the event and returns a whole turn.
"""
