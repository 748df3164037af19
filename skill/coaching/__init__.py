"""How long things take: an exercise as timed cues, what of it one response holds, and where an elapsed time lies.

Pure. It knows the content and the person's wishes; it knows no clock, disk, Alexa, and no sentence of its own.

The words of time, from the longest to the shortest; the examples are of the fire hydrant:

    routine    Exercises in order: "hip-routine", six of them. A *plan* is a routine, or one exercise by itself.
    exercise   One thing to do, in one of up to three *forms*: fire hydrant, as usual or easier.
    practice   An exercise as one person does it now: one set of six reps a side, held two seconds each.
    side       Left or right, one after the other; None where both work together, as in a bridge.
    piece      A part of a practice: a set-up, a set, a rest, or a switch to the other side. After each lies a *joint*,
               the point to which "next" and "ready" lead on.
    set-up     How to get into position, in up to five *parts*: the things to fetch, the way there, the second half of
               the way up from the floor, the position, the move. A *gate* is the question at the end of a part
               ("Are you there?"), where she waits.
    set        Reps in a row: "six, lift, hold, lower, five, …".
    rep        One time up and down: two seconds to lift, two of hold, two to lower, two of relax before the next.
    hold       The still part of a rep. From ten seconds on it is *long*, with seconds counted: a stretch of thirty.
    rest       Quiet between two sets of one side: thirty seconds.
    passage    Cues that belong together and have one sound: the six reps of a set, one long hold, a rest.
    cue        Something said, and the quiet up to the next thing said: "Lift." and the rest of its two seconds.
    cadence    What is heard when, inside a long hold or a set: what the counting voice and the sounds have in common.
    place      Where in a plan someone is: exercise, piece, reps done, seconds held. Third exercise, first set, five
               reps done is `Place(step=2, piece=1, rep=5)`. A *step* is an exercise's line in the plan.
    span       What one response holds, from a place to a place: as far as the next gate, or four minutes at most.
"""
