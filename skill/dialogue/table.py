"""The conversation as a table: what each phase does with each event. Everything that moves a session is listed here.

Rows are events, columns are phases, cells are moves. Two rules stand above the table, in `respond`: a session is settled
into a legal one first, and something unfinished is offered before anything else is made of a new session. The picture
in docs/ is drawn from this table.
"""

from collections.abc import Callable, Mapping

from skill.dialogue import events as e
from skill.dialogue.here import Here
from skill.dialogue.moves import adjusting, asking, caring, going, leaving, opening
from skill.dialogue.session import Phase, Turn

Move = Callable[[Here, e.Event], Turn]

PHASES = (
    Phase.CHOOSING,
    Phase.OFFERING,
    Phase.POSITIONING,
    Phase.MOVING,
    Phase.PAUSED,
    Phase.HURTING,
    Phase.CONFIRMING,
    Phase.FINISHING,
)

a, c, g, k, o = adjusting, asking, going, caring, opening
first, offered, asked, nothing = (
    o.start_first_routine,
    o.go_on_from_last_time,
    o.start_asked,
    g.nothing_underway,
)
on, up, leave, end = g.move_on, g.take_up, k.leave_exercise, g.close_the_plan

# fmt: off
ROWS: Mapping[type[e.Event], tuple[Move, ...]] = {
    #                  CHOOSING            OFFERING          POSITIONING      MOVING           PAUSED                   HURTING             CONFIRMING         FINISHING
    e.Open:            (o.welcome,         o.offer,          o.reopen,        o.reopen,        o.reopen,                k.it_hurts,         o.reopen,            g.nothing_left),
    e.StartRoutine:    (o.start_routine,)    * 8,
    e.StartExercise:   (o.start_exercise,)   * 8,
    e.GoTo:            (o.go_to_and_start, o.go_to,          o.go_to,         o.go_to,         o.go_to,                 o.go_to,            o.go_to,             o.go_to),
    e.StartOver:       (first,             o.begin_over,     o.start_over,    o.start_over,    o.start_over,            o.start_over,       asked,               o.begin_over),

    e.Ready:           (first,             offered,          g.go,            on,              up,                      leave,              asked,               end),
    e.Next:            (first,             offered,          g.go,            on,              up,                      leave,              asked,               end),
    e.Resume:          (first,             offered,          g.go,            on,              up,                      leave,              o.keep_going,        end),
    e.Yes:             (first,             offered,          g.go,            on,              up,                      k.easier_or_leave,  asked,               end),
    e.No:              (leaving.stop,      o.decline,        g.pause,         g.pause,         g.pause,                 leave,              o.keep_going,        end),
    e.Previous:        (nothing,           g.back,           g.back,          g.back,          g.back,                  g.back,             g.back,              g.again_from_its_start),
    e.Repeat:          (o.welcome,         o.offer,          g.again,         g.again,         g.again_from_its_start,  k.it_hurts,         o.confirm_again,     g.again_from_its_start),
    e.SkipExercise:    (nothing,           g.skip_exercise,  g.skip_exercise, g.skip_exercise, g.skip_exercise,         leave,              g.skip_exercise,     end),
    e.SkipSide:        (nothing,           g.skip_side,      g.skip_side,     g.skip_side,     g.skip_side,             g.skip_side,        g.skip_side,         end),
    e.Pause:           (g.nothing_to_pause, g.pause,         g.pause,         g.pause,         g.pause,                 k.it_hurts,         g.pause,             g.nothing_left),

    e.List:            (o.what_there_is,)    * 8,
    e.Explain:         (c.explain,)          * 8,
    e.WhereAmI:        (c.where_am_i,) * 7 + (g.nothing_left,),
    e.WhatsNext:       (c.whats_next,) * 7 + (g.nothing_left,),
    e.HowLongLeft:     (c.how_long_left,) * 7 + (g.nothing_left,),
    e.HowManyLeft:     (c.how_many_left,) * 7 + (g.nothing_left,),
    e.Why:             (c.why,)              * 8,
    e.WhyStrength:     (c.why_strength,)     * 8,
    e.WhyMobility:     (c.why_mobility,)     * 8,
    e.WhereToFeel:     (c.where_to_feel,)    * 8,
    e.AmIDoingItRight: (c.am_i_doing_it_right,) * 8,
    e.IsItSafe:        (c.is_it_safe,)       * 8,
    e.Help:            (c.help_here,)        * 8,

    e.MoreSeconds:     (a.more_seconds,)     * 8,
    e.SetReps:         (a.set_reps,)         * 8,
    e.SetSets:         (a.set_sets,)         * 8,
    e.SetHold:         (a.set_hold,)         * 8,
    e.Easier:          (a.easier,            a.easier,       a.easier,        a.easier,        a.easier,                k.easier_or_leave,  a.easier,            a.easier),
    e.Harder:          (a.harder,            a.harder,       a.harder,        a.harder,        a.harder,                k.not_harder,       a.harder,            a.harder),
    e.Slower:          (a.slower,)           * 8,
    e.Faster:          (a.faster,)           * 8,
    e.Flow:            (a.flow,)             * 8,
    e.Guided:          (a.guided,)           * 8,
    e.Ticks:           (a.ticks,)            * 8,
    e.Quiet:           (a.quiet,)            * 8,

    e.ItHurts:         (k.it_hurt, *(k.it_hurts,) * 6, k.it_hurt),
    e.SharpPain:       (k.it_hurt, *(k.sharp_pain,) * 6, k.it_hurt),
    e.Emergency:       (k.emergency,)        * 8,
    e.CannotGetDown:   (k.cannot_get_down,) * 7 + (g.nothing_left,),

    e.Stop:            (leaving.stop,) * 7 + (end,),
    e.NotUnderstood:   (c.not_understood,)   * 8,
    e.Left:            (leaving.left,) * 7 + (leaving.done,),
    e.TimedOut:        (leaving.timed_out,)  * 8,
    e.Failed:          (leaving.failed,)     * 8,
}
# fmt: on

TABLE: Mapping[tuple[Phase, type[e.Event]], Move] = {
    (phase, event): move for event, moves in ROWS.items() for phase, move in zip(PHASES, moves, strict=True)
}
