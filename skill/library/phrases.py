"""Every phrase she can say that belongs to no exercise or routine, and the placeholders each may use.

Only names live here; the sentences are in content/<language>/phrases.yaml, and loading holds the two
against each other. A key ending in `*` in the comments below stands for a family.
"""

from collections.abc import Mapping

_TABLE = """
# opening and choosing
welcome                     title
safety
choose
choose-known
choose-reprompt
offer                       plan where
offer-exercise              where
left-today                  exercises
offer-question
offer-reprompt
what-there-is               routines exercises
which-routine               routines
which-exercise              exercises
to-start-exercise           exercise
floor-ahead                 plan
begin-again                 plan
opened-again
opened-after-a-while
opened-done-today           exercises
opened-changed

# a routine's own sentences
introduce                   exercise number of
introduce-last              exercise
equipment                   items
dose-reps                   amount seconds
dose-reps-each              amount seconds
dose-holds                  amount seconds
dose-holds-each             amount seconds
dose-reps-short             amount
dose-reps-short-each        amount
dose-holds-short            amount
dose-holds-short-each       amount
dose-sets                   sets
switch-known                side
when-i-count                move
pause-seated
settle
begin
rest                        seconds
rest-goes-on
next-set                    number
next-set-last
count-last
set-done
count-halfway               left
once-more
holds-to-go                 amount
relax
go
go-first                    beat
go-left                     amount
now-left                    amount
moving-on
back-to
again
re-enter                    where
gate
gate-known
gate-things
gate-named
gate-seated
gate-way
gate-reprompt
gate-reprompt-quiet
gate-reprompt-again
go-on-question
go-on-reprompt
go-on-reprompt-again
well-done                   plan
well-done-exercise          exercise
rest-first
or-choose
see-you
finish-question
finish-reprompt
nothing-left
finish-card                 plan exercises
at-the-start
skipped                     exercise
skipped-side                side
other-side-done             side
other-side-first            side
only-side                   side exercise
side-again
both-sides
both-sides-together
you-are-up
all-well

# where things are
where                       exercise number of
where-alone                 exercise
where-side                  where side
where-left                  where amount
next-set-up                 exercise
next-side                   side
next-set-of-side
next-is-set
next-is-finish
how-long-left               here plan
how-long-left-hold          here plan
how-long-left-plan          plan
how-long-it-takes           plan time
how-many-left               amount exercises
how-many-left-last          amount
how-many-exercises          exercises
how-many-exercises-last
nothing-underway
seconds-one
seconds-many                number
about-minutes-one
about-minutes-many          number
reps-one
reps-many                   number
holds-one
holds-many                  number
sets-one
sets-many                   number
exercises-one
exercises-many              number
list-and                    first last

# questions
explain                     exercise purpose how feel
explain-cue                 cue
explain-card                how feel cues
why-strength
why-mobility
why-hips
doing-it-right              cue
doing-it-right-nothing
which-side                  side
is-it-safe                  safety
is-it-safe-nothing
not-in-plan                 exercise plan
no-such-number              of

# doses and pace
said-reps                   amount exercise
said-sets                   amount exercise
said-hold                   amount exercise
undo-usual
limited                     most
limited-to                  amount
which-number
asking-question
asking-reprompt
no-number
more-seconds                seconds
in-reps
take-your-time
long-enough
said-easier                 label
said-harder                 label
said-usual
no-easier
no-easier-now
no-harder
no-harder-now
slower
slowest
faster
fastest
usual-speed
flow
flow-already
guided
ticks
quiet
ticks-need-sounds
tell-me-in-exercise

talk-more
talk-less
left-out                    exercise
left-out-today              exercise
lacks-what
lacks-left                  exercises
lacks-eased                 exercises
lacks-nothing
lacks-all
put-back
nothing-left-out

# what is remembered
review                      days
offer-harder
progress-title
progress-nothing
progress-no-week
progress-week               days exercises
progress-same               before
progress-more               now before
progress-fewer              now before
progress-skipped            exercise
progress-run                days
suggest-easier              exercise
suggest-mobility
suggest-strength
suggest-rest
suggest-again
days-one
days-many                   number
known
known-title
not-recognised
forget-unrecognised
forget
forget-question
forget-whom-question
forget-reprompt
forget-whom-reprompt
forgotten-me
forgotten-everyone
not-forgotten

# care
it-hurts                    exercise
it-hurts-nothing
hurting-question
hurting-question-no-easier
no-easier-now
hurting-reprompt
hurting-reprompt-again
sharp-pain
emergency                   number
emergency-number-unknown
dizzy                       number
out-of-breath               number
gave-way                    number
unwell
alarm-question
alarm-reprompt              number
no-alarm
today-over                  number
over-question
over-reprompt               number
fine-after-all
over-confirm-question
stays-over
enough-for-today
up-slowly
no-floor-question           plan
no-floor-already
no-kneeling
leave-it                    exercise

# pausing, leaving, confirming
paused
paused-nothing
paused-question
paused-reprompt
paused-reprompt-again
confirm-start               plan where
confirm-question
confirm-reprompt
kept-going
declined                    plan
stopped
stopped-nothing
sounds-failed

# when nothing was understood
missed-once
missed-twice
help-choosing
help-offering
help-positioning
help-moving
help-paused
help-hurting
help-confirming
help-finishing
help-asking
help-alarm
help-forgetting
apology
apology-reprompt

# suggestions, one variant a thing to say
suggest-choosing
suggest-offering
suggest-positioning
suggest-moving
suggest-paused
suggest-hurting
suggest-confirming
suggest-finishing
suggest-forgetting
suggest-asking
suggest-alarm
suggest-over
"""


def _read(table: str) -> dict[str, frozenset[str]]:
    rows = (line.split() for line in table.splitlines() if line.strip() and not line.startswith("#"))
    return {key: frozenset(placeholders) for key, *placeholders in rows}


PHRASES: Mapping[str, frozenset[str]] = _read(_TABLE)
"""Phrase key -> the placeholders that its sentences may use; each sentence must use all of them."""
