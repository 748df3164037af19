"""The conversation as a table: what each phase does with each event. Everything that moves a session is listed here.

Rows are events, columns are phases, cells are moves. Two rules stand above the table, in `respond`: a session is settled
into a legal one first, and something unfinished is offered before anything else is made of a new session. The picture
in docs/ is drawn from this table.
"""

from collections.abc import Callable, Mapping

from skill.dialogue import events as e
from skill.dialogue.here import Here
from skill.dialogue.moves import adjusting, asking, caring, going, leaving, opening, remembering
from skill.dialogue.session import Phase, Turn

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
)

a, c, g, k, o, r = adjusting, asking, going, caring, opening, remembering
first, offered, asked, nothing = (
    o.start_first_routine,
    o.go_on_from_last_time,
    o.start_asked,
    g.nothing_underway,
)
on, up, leave, end = g.move_on, g.take_up, k.leave_exercise, g.close_the_plan

# fmt: off
ROWS: Mapping[type[e.Event], tuple[Move | None, ...]] = {
    #                  CHOOSING            OFFERING          POSITIONING      MOVING           PAUSED                   HURTING             CONFIRMING         FINISHING                FORGETTING
    e.Open:            (o.welcome,         o.offer,          o.reopen,        o.reopen,        o.reopen,                k.it_hurts,         o.reopen,            g.nothing_left,  DROPPED),
    e.StartRoutine:    (o.start_routine,) * 8 + (DROPPED,),
    e.StartExercise:   (o.start_exercise,) * 8 + (DROPPED,),
    e.GoTo:            (o.go_to_and_start, o.go_to,          o.go_to,         o.go_to,         o.go_to,                 o.go_to,            o.go_to,             o.go_to,  DROPPED),
    e.StartOver:       (first,             o.begin_over,     o.start_over,    o.start_over,    o.start_over,            o.start_over,       asked,               o.begin_over,  DROPPED),

    e.Ready:           (first,             offered,          g.go,            on,              up,                      leave,              asked,               end,  DROPPED),
    e.Next:            (first,             offered,          g.go,            on,              up,                      leave,              asked,               end,  DROPPED),
    e.Resume:          (o.resume_or_start, offered,          g.go,            on,              up,                      leave,              o.keep_going,        end,  r.keep_remembering),
    e.Yes:             (first,             offered,          g.go,            on,              up,                      k.easier_or_leave,  asked,               end,  r.forget),
    e.No:              (leaving.stop,      o.decline,        g.pause,         g.pause,         g.pause,                 leave,              o.keep_going,        end,  r.keep_remembering),
    e.Previous:        (nothing,           g.back,           g.back,          g.back,          g.back,                  g.back,             g.back,              g.again_from_its_start,  DROPPED),
    e.Repeat:          (o.welcome,         o.offer,          g.again,         g.again,         g.again_from_its_start,  k.it_hurts,         o.confirm_again,     g.again_from_its_start,  r.ask_before_forgetting),
    e.SkipExercise:    (nothing,           g.skip_exercise,  g.skip_exercise, g.skip_exercise, g.skip_exercise,         leave,              g.skip_exercise,     end,  DROPPED),
    e.SkipSide:        (nothing,           g.skip_side,      g.skip_side,     g.skip_side,     g.skip_side,             g.skip_side,        g.skip_side,         end,  DROPPED),
    e.OneSide:         (g.one_side,)         * 8 + (DROPPED,),
    e.GetUp:           (g.get_up,)           * 8 + (DROPPED,),
    e.AllWell:         (g.all_well,)         * 9,
    e.Pause:           (g.nothing_to_pause, g.pause,         g.pause,         g.pause,         g.pause,                 k.it_hurts,         g.pause,             g.nothing_left,  DROPPED),

    e.List:            (o.what_there_is,) * 8 + (DROPPED,),
    e.Explain:         (c.explain,) * 8 + (DROPPED,),
    e.WhereAmI:        (c.where_am_i,) * 7 + (g.nothing_left, DROPPED),
    e.WhatsNext:       (c.whats_next,) * 7 + (g.nothing_left, DROPPED),
    e.HowLongLeft:     (c.how_long_left,) * 7 + (g.nothing_left, DROPPED),
    e.HowManyLeft:     (c.how_many_left,) * 7 + (g.nothing_left, DROPPED),
    e.Why:             (c.why,) * 8 + (DROPPED,),
    e.WhyStrength:     (c.why_strength,) * 8 + (DROPPED,),
    e.WhyMobility:     (c.why_mobility,) * 8 + (DROPPED,),
    e.WhereToFeel:     (c.where_to_feel,) * 8 + (DROPPED,),
    e.AmIDoingItRight: (c.am_i_doing_it_right,) * 8 + (DROPPED,),
    e.IsItSafe:        (c.is_it_safe,) * 8 + (DROPPED,),
    e.Help:            (c.help_here,) * 9,

    e.MoreSeconds:     (a.more_seconds,) * 8 + (DROPPED,),
    e.SetReps:         (a.set_reps,) * 8 + (DROPPED,),
    e.SetSets:         (a.set_sets,) * 8 + (DROPPED,),
    e.SetHold:         (a.set_hold,) * 8 + (DROPPED,),
    e.Easier:          (a.easier,            a.easier,       a.easier,        a.easier,        a.easier,                k.easier_if_there_is, a.easier,          a.easier,  DROPPED),
    e.Harder:          (a.harder,            a.harder,       a.harder,        a.harder,        a.harder,                k.not_harder,       a.harder,            a.harder,  DROPPED),
    e.AsUsual:         (a.as_usual,)         * 8 + (DROPPED,),
    e.Slower:          (a.slower,) * 8 + (DROPPED,),
    e.Faster:          (a.faster,) * 8 + (DROPPED,),
    e.Flow:            (a.flow,) * 8 + (DROPPED,),
    e.Guided:          (a.guided,) * 8 + (DROPPED,),
    e.Ticks:           (a.ticks,) * 8 + (DROPPED,),
    e.Quiet:           (a.quiet,) * 8 + (DROPPED,),
    e.TalkMore:        (r.talk_more,) * 8 + (DROPPED,),
    e.TalkLess:        (r.talk_less,) * 8 + (DROPPED,),
    e.LeaveOut:        (r.leave_out,) * 8 + (DROPPED,),
    e.PutBack:         (r.put_back,) * 8 + (DROPPED,),

    e.HowAmIDoing:     (r.how_am_i_doing,) * 8 + (DROPPED,),
    e.WhatDoYouKnow:   (r.what_do_you_know,) * 8 + (DROPPED,),
    e.ForgetMe:        (r.ask_before_forgetting,) * 9,
    e.JustMe:          (c.not_understood,) * 8 + (r.forget_me,),
    e.Everyone:        (c.not_understood,) * 8 + (r.forget_everyone,),

    e.ItHurts:         (k.it_hurt, *(k.it_hurts,) * 6, k.it_hurt, DROPPED),
    e.SharpPain:       (k.it_hurt, *(k.sharp_pain,) * 6, k.it_hurt, DROPPED),
    e.Emergency:       (k.emergency,) * 9,
    e.CannotGetDown:   (k.cannot_get_down,) * 7 + (g.nothing_left, DROPPED),

    e.Stop:            (leaving.stop,) * 7 + (end, leaving.stop),
    e.NotUnderstood:   (c.not_understood,) * 9,
    e.Left:            (leaving.left,) * 7 + (leaving.done, leaving.left),
    e.TimedOut:        (leaving.timed_out,) * 8 + (leaving.left,),
    e.Failed:          (leaving.failed,) * 9,
}
# fmt: on

TABLE: Mapping[tuple[Phase, type[e.Event]], Move | None] = {
    (phase, event): move for event, moves in ROWS.items() for phase, move in zip(PHASES, moves, strict=True)
}
