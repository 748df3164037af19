"""The conversation as a table: what each phase does with each event. Everything that moves a session is listed here.

Rows are events, columns are phases, cells are moves. Three rules stand above the table, in `respond`: a session is settled
into a legal one first; something unfinished is offered before anything else is made of a new session; and while a day is
over nothing else is going on. The picture in docs/ is drawn from this table.
"""

from collections.abc import Callable, Mapping

from skill.dialogue import events as e
from skill.dialogue.moves import adjusting, asking, caring, going, leaving, opening, remembering, sides
from skill.dialogue.session import Phase, Turn
from skill.dialogue.situation import Here

Move = Callable[[Here, e.Event], Turn]

DROPPED = None
"""In a cell: the question is let drop, and the event is as if it had not been asked."""

PHASES = (
    Phase.CHOOSING,
    Phase.OFFERING,
    Phase.POSITIONING,
    Phase.MOVING,
    Phase.PAUSED,
    Phase.HURTING,
    Phase.CONFIRMING,
    Phase.FINISHING,
    Phase.FORGETTING,
    Phase.ASKING,
    Phase.ALARM,
    Phase.OVER,
)

a, c, g, k, o, r, s = adjusting, asking, going, caring, opening, remembering, sides
first, offered, asked, nothing = (
    o.start_first_routine,
    o.go_on_from_last_time,
    o.start_asked,
    g.nothing_underway,
)
on, up, leave, end, over, still = (
    g.move_on,
    g.take_up,
    k.leave_exercise,
    g.close_the_plan,
    k.still_over,
    k.unwell,
)
ASIDE = (DROPPED, DROPPED, still, over)
"""The last four columns of most rows: a question in between is let drop, an alarm is asked about again, a day stays over."""


def _row(*eight: Move | None) -> tuple[Move | None, ...]:
    return (*eight, *ASIDE) if len(eight) == 8 else eight


def _all(move: Move) -> tuple[Move | None, ...]:
    """The same wherever something can be going on."""
    return _row(*(move,) * 8)


# fmt: off
ROWS: Mapping[type[e.Event], tuple[Move | None, ...]] = {
    #                       CHOOSING            OFFERING          POSITIONING      MOVING           PAUSED                   HURTING             CONFIRMING         FINISHING  (FORGETTING, ASKING, ALARM, OVER)
    e.Open:            _row(o.welcome,         o.offer,          o.reopen,        o.reopen,        o.reopen,                k.it_hurts,         o.reopen,            g.nothing_left),
    e.StartRoutine:    _all(o.start_routine),
    e.StartExercise:   _all(o.start_exercise),
    e.GoTo:            _row(o.go_to_and_start, o.go_to,          o.go_to,         o.go_to,         o.go_to,                 o.go_to,            o.go_to,             o.go_to,  DROPPED, a.number, still, over),
    e.Number:          _row(a.number,          a.number,         a.number,        a.number,        a.number,                k.stay_put,         a.number,            a.number, DROPPED, a.number, still, over),
    e.StartOver:       _row(first,             o.begin_over,     o.start_over,    o.start_over,    o.start_over,            o.start_over,       asked,               o.begin_over),

    e.Ready:           _row(o.ready_to_begin,  offered,          g.go,            on,              up,                      leave,              asked,               end,  DROPPED, DROPPED, k.no_alarm, over),
    e.Next:            _row(first,             offered,          g.go,            on,              up,                      leave,              asked,               end,  DROPPED, DROPPED, k.no_alarm, over),
    e.Resume:          _row(o.resume_or_start, offered,          g.go,            on,              up,                      leave,              o.keep_going,        end,  r.keep_remembering, DROPPED, k.no_alarm, over),
    e.Yes:             _row(first,             offered,          g.go,            on,              up,                      k.easier_or_leave,  asked,               end,  r.forget, DROPPED, k.emergency, k.yes_when_over),
    e.No:              _row(leaving.stop,      o.decline,        g.pause,         g.pause,         g.pause,                 leave,              o.keep_going,        end,  r.keep_remembering, a.no_number, k.no_alarm, k.no_when_over),
    e.InPosition:      _row(first,             offered,          g.arrive,        g.arrive,        up,                      k.stay_put,         k.stay_put,          g.nothing_left),
    e.NotYet:          _row(g.nothing_to_pause, g.pause,         g.not_yet,       g.pause,         g.pause,                 k.stay_put,         k.stay_put,          k.stay_put),
    e.Previous:        _row(nothing,           g.back,           g.back,          g.back,          g.back,                  g.back,             g.back,              g.again_from_its_start),
    e.Repeat:          _row(o.welcome,         o.offer,          g.again,         g.again,         g.again_from_its_start,  k.it_hurts,         o.confirm_again,     g.again_from_its_start,  r.ask_before_forgetting, k.stay_put, still, over),
    e.WhatDidYouSay:   _row(*(c.what_did_you_say,) * 10, still, over),
    e.SkipExercise:    _row(nothing,           g.skip_exercise,  g.skip_exercise, g.skip_exercise, g.skip_exercise,         leave,              g.skip_exercise,     end),
    e.SkipSide:        _row(nothing,           g.skip_side,      g.skip_side,     g.skip_side,     g.skip_side,             k.leave_side,       g.skip_side,         end),
    e.OneSide:         _row(*(s.one_side,) * 5,         k.only_side_after_pain, s.one_side,         s.one_side),
    e.OnlySide:        _row(*(s.only_side,) * 5,        k.only_side_after_pain, s.only_side,        s.only_side),
    e.OtherSideFirst:  _row(*(s.other_side_first,) * 5, k.stay_put,             s.other_side_first, s.other_side_first),
    e.SideAgain:       _row(*(s.side_again,) * 5,       k.stay_put,             s.side_again,       s.side_again),
    e.BothSides:       _row(*(s.both_sides,) * 5,       k.stay_put,             s.both_sides,       s.both_sides),
    e.GetUp:           _all(g.get_up),
    e.AllWell:         _row(*(g.all_well,) * 10, k.no_alarm, k.fine_after_all),
    e.Pause:           _row(g.nothing_to_pause, g.pause,         g.pause,         g.pause,         g.pause,                 k.stay_put,         g.pause,             g.nothing_left),

    e.List:            _all(o.what_there_is),
    e.Explain:         _all(c.explain),
    e.WhereAmI:        _row(*(c.where_am_i,) * 7, g.nothing_left),
    e.WhatsNext:       _row(*(c.whats_next,) * 5, k.stay_put, c.whats_next, g.nothing_left),
    e.HowLongLeft:     _row(*(c.how_long_left,) * 7, g.nothing_left),
    e.HowManyLeft:     _row(*(c.how_many_left,) * 7, g.nothing_left),
    e.Why:             _all(c.why),
    e.WhyStrength:     _all(c.why_strength),
    e.WhyMobility:     _all(c.why_mobility),
    e.WhereToFeel:     _all(c.where_to_feel),
    e.AmIDoingItRight: _all(c.am_i_doing_it_right),
    e.IsItSafe:        _all(c.is_it_safe),
    e.WhichSide:       _all(c.which_side),
    e.HowToBreathe:    _all(c.how_to_breathe),
    e.WhereIsMyHead:   _all(c.where_is_my_head),
    e.WhereAreMyHands: _all(c.where_are_my_hands),
    e.WhereAreMyFeet:  _all(c.where_are_my_feet),
    e.Help:            _row(*(c.help_here,) * 10, k.emergency, k.help_when_over),

    e.MoreSeconds:     _row(*(a.more_seconds,) * 8, DROPPED, a.more_seconds, still, over),
    e.MoreReps:        _all(a.more_reps),
    e.FewerReps:       _all(a.fewer_reps),
    e.SetReps:         _row(*(a.set_reps,) * 8, DROPPED, a.set_reps, still, over),
    e.SetSets:         _row(*(a.set_sets,) * 8, DROPPED, a.set_sets, still, over),
    e.SetHold:         _row(*(a.set_hold,) * 8, DROPPED, a.set_hold, still, over),
    e.Easier:          _row(*(a.easier,) * 5,   k.easier_if_there_is, a.easier,   a.easier),
    e.Harder:          _row(*(a.harder,) * 5,   k.not_harder,         a.harder,   a.harder),
    e.AsUsual:         _row(*(a.as_usual,) * 5, k.stay_put,           a.as_usual, a.as_usual),
    e.Slower:          _all(a.slower),
    e.Faster:          _all(a.faster),
    e.Flow:            _all(a.flow),
    e.Guided:          _all(a.guided),
    e.Ticks:           _all(a.ticks),
    e.Quiet:           _all(a.quiet),
    e.TalkMore:        _all(r.talk_more),
    e.TalkLess:        _all(r.talk_less),
    e.LeaveOut:        _all(r.leave_out),
    e.LeaveOutToday:   _row(*(r.leave_out_today,) * 5, leave,         r.leave_out_today, end),
    e.Lacks:           _row(*(a.lacks,) * 5,           k.stay_put,    a.lacks,           a.lacks),
    e.PutBack:         _all(r.put_back),

    e.HowAmIDoing:     _all(r.how_am_i_doing),
    e.WhatDoYouKnow:   _row(*(r.what_do_you_know,) * 8, DROPPED, DROPPED, still, r.what_do_you_know),
    e.ForgetMe:        _row(*(r.ask_before_forgetting,) * 12),
    e.JustMe:          _row(*(c.not_understood,) * 8, r.forget_me, DROPPED, still, over),
    e.Everyone:        _row(*(c.not_understood,) * 8, r.forget_everyone, DROPPED, still, over),

    e.ItHurts:         _row(k.it_hurt, *(k.it_hurts,) * 6, k.it_hurt, DROPPED, DROPPED, k.no_alarm_but_pain, over),
    e.SharpPain:       _row(k.it_hurt, *(k.sharp_pain,) * 6, k.it_hurt, DROPPED, DROPPED, k.no_alarm_but_pain, over),
    e.GaveWay:         _row(*(k.gave_way,) * 12),
    e.Dizzy:           _row(*(k.dizzy,) * 12),
    e.OutOfBreath:     _row(*(k.out_of_breath,) * 8, DROPPED, DROPPED, k.out_of_breath, over),
    e.Unwell:          _row(*(k.unwell,) * 12),
    e.Emergency:       _row(*(k.emergency,) * 12),
    e.CannotGetDown:   _row(*(k.cannot_get_down,) * 7, g.nothing_left),
    e.CannotKneel:     _row(*(k.cannot_kneel,) * 7, g.nothing_left),

    e.EnoughForToday:  _row(*(k.enough_for_today,) * 7, end, k.enough_for_today, k.enough_for_today, k.enough_for_today, k.no_when_over),
    e.Stop:            _row(*(leaving.stop,) * 7, end, leaving.stop, leaving.stop, k.stop_in_alarm, k.no_when_over),
    e.NotUnderstood:   _row(*(c.not_understood,) * 11, over),
    e.Left:            _row(*(leaving.left,) * 7, leaving.done, *(leaving.left,) * 4),
    e.TimedOut:        _row(*(leaving.timed_out,) * 8, *(leaving.left,) * 4),
    e.Failed:          _row(*(leaving.failed,) * 12),
}
# fmt: on

TABLE: Mapping[tuple[Phase, type[e.Event]], Move | None] = {
    (phase, event): move for event, moves in ROWS.items() for phase, move in zip(PHASES, moves, strict=True)
}
