"""The conversation as a table: what each phase does with each event. Everything that moves a session is listed here.

Rows are events, columns are phases, cells are moves. Three rules stand above the table, in `respond`: a session is settled
into a legal one first; something unfinished is offered before anything else is made of a new session; and while a day is
over nothing else is going on. The picture in docs/ is drawn from this table.
"""

from collections.abc import Callable, Mapping
from inspect import signature

from skill.dialogue import events as e
from skill.dialogue.events import Event, Kind, Said, kind_of
from skill.dialogue.moves import adjusting, asking, caring, going, opening, remembering
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Situation
from skill.dialogue.turns import finish, just_go_back, just_say, stay

Move = Callable[[Situation], Turn]

GivenMove = Callable[..., Turn]
"""A move in the row of an event that carries something: it is handed those of the event's fields that it names."""

DROPPED = None
"""In a cell: the question is let drop, and the event is as if it had not been asked."""

PHASES = tuple(Phase)
"""The columns."""

a, c, g, k, o, r = adjusting, asking, going, caring, opening, remembering
first, offered, asked = o.start_first_routine, o.go_on_from_last_time, o.start_asked
on, up, leave, over, still = g.move_on, g.take_up, k.leave_exercise, k.still_over, k.unwell
nothing, no_more, no_pause = just_say("nothing-underway"), just_say("nothing-left"), just_say("paused-nothing")
later, no_sides, my_time = just_say("tell-me-in-exercise"), just_say("both-sides-together"), just_say("take-your-time")
keep = just_go_back("not-forgotten")
ASIDE = (DROPPED, DROPPED, still, over)
"""Four columns of most rows: a question in between is let drop, an alarm is asked about again, a day stays over.

The last column, RISING, is DROPPED where a row does not say it.
"""


def _row(*moves: Move | None, rising: Move | None = DROPPED) -> tuple[Move | None, ...]:
    return (*moves, *ASIDE, rising) if len(moves) == 8 else (*moves, rising)


def _given(*moves: GivenMove | None) -> tuple[GivenMove | None, ...]:
    return (*moves, *ASIDE, DROPPED) if len(moves) == 8 else (*moves, DROPPED)


def _all(move: Move, choosing: Move | None = None) -> tuple[Move | None, ...]:
    """The same wherever something can be going on; or wherever something is, and another move while they choose."""
    return _row(choosing or move, *(move,) * 7, rising=move)


# fmt: off
ROWS: Mapping[Kind, tuple[GivenMove | None, ...]] = {
    #                                CHOOSING            OFFERING          POSITIONING      MOVING           PAUSED                   HURTING             CONFIRMING         FINISHING                (FORGETTING, ASKING, ALARM, OVER)
    Said.OPEN:                 _row(o.welcome,         o.offer,          o.reopen,        o.reopen,        o.reopen,                k.it_hurts,         o.reopen,          no_more, rising=g.rise_again),
    e.StartRoutine:            _given(*(o.start_routine,) * 8),
    e.StartExercise:           _given(*(o.start_exercise,) * 8),
    e.GoTo:                    _given(o.go_to_and_start, *(o.go_to,) * 7,                                                                                                              DROPPED, a.number, still, over),
    e.Number:                  _given(o.go_to_and_start, o.go_to,        o.go_to,         o.go_to,         o.go_to,                 stay,               o.go_to,           o.go_to, DROPPED, a.number, still, over),
    Said.START_OVER:           _row(first,             o.begin_over,     o.start_over,    o.start_over,    o.start_over,            o.start_over,       asked,             o.begin_over),

    Said.READY:                _row(o.ready_to_begin,  offered,          g.go,            on,              up,                      leave,              asked,             finish,  DROPPED, DROPPED, k.no_alarm, over, rising=g.rise_on),
    Said.NEXT:                 _row(first,             offered,          g.go,            on,              up,                      leave,              asked,             finish,  DROPPED, DROPPED, k.no_alarm, over, rising=g.rise_on),
    Said.RESUME:               _row(o.resume_or_start, offered,          g.go,            on,              up,                      leave,              o.keep_going,      finish,  keep, DROPPED, k.no_alarm, over, rising=g.rise_on),
    Said.YES:                  _row(first,             offered,          g.go,            on,              up,                      k.easier_or_leave,  asked,             finish,  r.forget, DROPPED, k.emergency, k.yes_when_over, rising=g.rise_on),
    Said.NO:                   _row(g.stop,            o.decline,        g.pause,         g.pause,         g.pause,                 leave,              o.keep_going,      finish,  keep, just_go_back("no-number"), k.no_alarm, k.no_when_over, rising=my_time),
    Said.IN_POSITION:          _row(first,             offered,          g.arrive,        g.arrive,        up,                      stay,               stay,              no_more, rising=g.rise_on),
    Said.NOT_YET:              _row(no_pause,          g.pause,          my_time,         g.pause,         g.pause,                 stay,               stay,              stay,    rising=my_time),
    Said.PREVIOUS:             _row(nothing,           g.back,           g.back,          g.back,          g.back,                  g.back,             g.back,            g.again_from_its_start),
    Said.REPEAT:               _row(o.welcome,         o.offer,          g.again,         g.again,         g.again_from_its_start,  k.it_hurts,         o.confirm_again,   g.again_from_its_start, r.ask_before_forgetting, stay, still, over, rising=g.rise_again),
    Said.WHAT_DID_YOU_SAY:     _row(*(c.what_did_you_say,) * 10, still, over, rising=c.what_did_you_say),
    Said.SKIP_EXERCISE:        _row(nothing,           g.skip_exercise,  g.skip_exercise, g.skip_exercise, g.skip_exercise,         leave,              g.skip_exercise,   finish),
    e.SkipSide:                _given(nothing,         g.skip_side,      g.skip_side,     g.skip_side,     g.skip_side,             k.leave_side,       g.skip_side,       finish),
    Said.ONE_SIDE:             _row(no_sides,          g.only_side,      g.only_side,     g.only_side,     g.only_side,             k.only_side_after_pain, g.only_side,   g.only_side),
    e.OnlySide:                _given(no_sides,        g.only_side,      g.only_side,     g.only_side,     g.only_side,             k.only_side_after_pain, g.only_side,   g.only_side),
    Said.OTHER_SIDE_FIRST:     _row(no_sides,          *(g.other_side_first,) * 4,                                                  stay,               g.other_side_first, g.other_side_first),
    e.SideAgain:               _given(no_sides,        *(g.side_again,) * 4,                                                        stay,               g.side_again,      g.side_again),
    Said.BOTH_SIDES:           _row(g.both_sides,      *(g.both_sides,) * 4,                                                        stay,               g.both_sides,      g.both_sides),
    Said.GET_UP:               _row(nothing,           *(g.get_up,) * 7,                                                                                                            rising=g.rise_again),
    Said.ALL_WELL:             _row(*(just_say("all-well"),) * 10, k.no_alarm, k.fine_after_all, rising=just_say("all-well")),
    Said.PAUSE:                _row(no_pause,          g.pause,          g.pause,         g.pause,         g.pause,                 stay,               g.pause,           no_more, rising=my_time),

    Said.LIST:                 _all(o.what_there_is),
    e.Explain:                 _given(*(c.explain,) * 8),
    Said.WHERE_AM_I:           _row(nothing, *(c.where_am_i,) * 6, no_more),
    Said.WHATS_NEXT:           _row(nothing, *(c.whats_next,) * 4, stay, c.whats_next, no_more),
    Said.HOW_LONG_LEFT:        _row(c.how_long_it_takes, *(c.how_long_left,) * 6, no_more),
    Said.HOW_MANY_LEFT:        _row(nothing, *(c.how_many_left,) * 6, no_more),
    Said.WHY:                  _all(c.of_exercise(lambda exercise: exercise.purpose), choosing=just_say("why-hips")),
    Said.WHY_STRENGTH:         _all(just_say("why-strength")),
    Said.WHY_MOBILITY:         _all(just_say("why-mobility")),
    Said.WHERE_TO_FEEL:        _all(c.of_exercise(lambda exercise: exercise.feel), choosing=later),
    Said.AM_I_DOING_IT_RIGHT:  _all(c.am_i_doing_it_right, choosing=just_say("doing-it-right-nothing")),
    Said.IS_IT_SAFE:           _all(c.is_it_safe, choosing=just_say("is-it-safe-nothing")),
    Said.WHICH_SIDE:           _all(c.which_side, choosing=later),
    Said.HOW_TO_BREATHE:       _all(c.of_posture(lambda posture: posture.breathing), choosing=later),
    Said.WHERE_IS_MY_HEAD:     _all(c.of_posture(lambda posture: posture.head), choosing=later),
    Said.WHERE_ARE_MY_HANDS:   _all(c.of_posture(lambda posture: posture.hands), choosing=later),
    Said.WHERE_ARE_MY_FEET:    _all(c.of_posture(lambda posture: posture.feet), choosing=later),
    Said.HELP:                 _row(*(c.help_here,) * 10, k.emergency, k.help_when_over, rising=c.help_here),

    e.MoreSeconds:             _given(later, later, *(a.more_seconds,) * 4, later, a.more_seconds, DROPPED, a.more_seconds, still, over),
    e.MoreReps:                _given(later, later, *(a.more_reps,) * 4, later, a.more_reps),
    e.FewerReps:               _given(later, later, *(a.fewer_reps,) * 4, later, a.fewer_reps),
    e.SetReps:                 _given(later, *(a.set_reps,) * 7, DROPPED, a.set_reps, still, over),
    e.SetSets:                 _given(later, *(a.set_sets,) * 7, DROPPED, a.set_sets, still, over),
    e.SetHold:                 _given(later, *(a.set_hold,) * 7, DROPPED, a.set_hold, still, over),
    Said.EASIER:               _row(later, *(a.easier,) * 4, k.easier_if_there_is, a.easier, a.easier),
    Said.HARDER:               _row(later, *(a.harder,) * 4, just_say("no-harder-now"), a.harder, a.harder),
    Said.AS_USUAL:             _row(later, *(a.as_usual,) * 4, stay, a.as_usual, a.as_usual),
    Said.SLOWER:               _all(a.slower),
    Said.FASTER:               _all(a.faster),
    Said.FLOW:                 _all(a.flow),
    Said.GUIDED:               _all(a.guided),
    Said.TICKS:                _all(a.ticks),
    Said.QUIET:                _all(a.quiet),
    Said.TALK_MORE:            _all(a.talk_more),
    Said.TALK_LESS:            _all(a.talk_less),
    e.LeaveOut:                _given(*(r.leave_out,) * 8),
    e.LeaveOutToday:           _given(*(r.leave_out_today,) * 5, k.leave_after_pain, r.leave_out_today, finish),
    e.Lacks:                   _given(*(a.lacks,) * 5, stay, a.lacks, a.lacks),
    e.PutBack:                 _given(*(r.put_back,) * 8),

    Said.HOW_AM_I_DOING:       _all(r.how_am_i_doing),
    Said.WHAT_DO_YOU_KNOW:     _row(*(r.what_do_you_know,) * 8, DROPPED, DROPPED, still, r.what_do_you_know),
    Said.FORGET_ME:            _row(*(r.ask_before_forgetting,) * 12, rising=r.ask_before_forgetting),
    Said.JUST_ME:              _row(*(c.not_understood,) * 8, r.forget_me, DROPPED, still, over),
    Said.EVERYONE:             _row(*(c.not_understood,) * 8, r.forget_everyone, DROPPED, still, over),

    Said.IT_HURTS:             _row(*(k.it_hurts,) * 7, k.it_hurt, DROPPED, DROPPED, k.it_hurts, over),
    Said.SHARP_PAIN:           _row(*(k.sharp_pain,) * 7, k.it_hurt, DROPPED, DROPPED, k.sharp_pain, over),
    Said.GAVE_WAY:             _row(*(k.gave_way,) * 12, rising=k.gave_way),
    Said.DIZZY:                _row(*(k.dizzy,) * 12, rising=k.dizzy),
    Said.OUT_OF_BREATH:        _row(*(k.out_of_breath,) * 8, DROPPED, DROPPED, k.out_of_breath, over),
    Said.UNWELL:               _row(*(k.unwell,) * 12, rising=k.unwell),
    Said.EMERGENCY:            _row(*(k.emergency,) * 12, rising=k.emergency),
    Said.CANNOT_GET_DOWN:      _row(*(k.cannot_get_down,) * 7, no_more),
    Said.CANNOT_KNEEL:         _row(*(k.cannot_kneel,) * 7, no_more, rising=k.cannot_kneel),

    Said.ENOUGH_FOR_TODAY:     _row(*(k.enough_for_today,) * 7, g.close_at_once, *(k.enough_for_today,) * 3, k.no_when_over),
    Said.STOP:                 _row(*(g.stop,) * 7, g.close_at_once, g.stop, g.stop, k.stop_in_alarm, k.no_when_over),
    Said.NOT_UNDERSTOOD:       _row(*(c.not_understood,) * 11, over, rising=c.not_understood),
    Said.LEFT:                 _row(*(g.left,) * 7, g.left_when_done, *(g.left,) * 4),
    Said.TIMED_OUT:            _row(*(g.timed_out,) * 8, *(g.left,) * 4),
    Said.FAILED:               _row(*(g.failed,) * 12),
}
# fmt: on

TABLE: Mapping[tuple[Phase, Kind], GivenMove | None] = {
    (phase, kind): move for kind, moves in ROWS.items() for phase, move in zip(PHASES, moves, strict=True)
}

_WANTED = {
    (move, kind): tuple(name for name in signature(move).parameters if name in kind.__struct_fields__)
    for (_, kind), move in TABLE.items()
    if move is not None and not isinstance(kind, Said)
}
"""The fields of an event that a move names."""


def make_move(here: Situation, event: Event) -> Turn | None:
    """The turn that the table has for an event; None where a question is let drop."""
    move = TABLE[here.phase, kind_of(event)]
    if move is None:
        return None
    if isinstance(event, Said):
        return move(here)
    return move(here, **{name: getattr(event, name) for name in _WANTED[move, type(event)]})
