"""The session chart: every command in every state, and what a person would expect of it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.paths import ROOT
from tests.support.session_driver import INTENTS, LIBRARY, LINES, STATES, Talk, stretching
from voicecoach.core.actions import Leave, Play, Reply, StopAudio
from voicecoach.core.understanding import RejectReason, Understanding, Verdict
from voicecoach.session.flow.diagram import page
from voicecoach.session.plan import dose_page
from voicecoach.session.plan.steps import WaterStep, WorkStep, make_plan


def test_the_leg_routine_leads_through_every_step_of_its_plan_in_order() -> None:
    talk = Talk().say("StartRoutine", routine="leg")
    done: list[tuple[str, str | None]] = []
    while talk.state != "idle":
        talk.played()
        work = talk.session.flow.work
        if talk.state == "working" and work:
            done.append((work.exercise.id, work.side))
    plan = make_plan(LIBRARY.routines["leg"], LIBRARY)
    assert done == [(step.exercise.id, step.side) for step in plan if isinstance(step, WorkStep)]
    assert "well done" in talk.said.lower()


@pytest.mark.parametrize("routine", LIBRARY.routines)
def test_every_routine_comes_to_its_end(routine: str) -> None:
    talk = Talk().say("StartRoutine", routine=routine)
    assert talk.state == "announcing"
    for _ in range(400):
        talk.played()
        if talk.state == "idle":
            return
    raise AssertionError("no end")


def test_the_second_side_gets_the_full_time() -> None:
    talk = stretching().until("working", side="left")
    left = talk.script
    talk.played().until("working", side="right")
    assert talk.script is not None
    assert left is not None
    assert talk.script.seconds == left.seconds


def test_switching_sides_is_announced_with_time_to_do_it() -> None:
    talk = stretching().until("working", side="left").played()
    assert "Right leg now" in talk.said
    talk.played()
    assert talk.state == "positioning"
    assert talk.script is not None
    assert talk.script.seconds == 8.0


def test_the_full_text_comes_once_and_a_line_afterwards() -> None:
    talk = stretching()
    first = len(talk.said.split())
    work = talk.session.flow.work
    assert work is not None
    assert all(LINES.sided(text, work.side) in talk.said for text in work.exercise.setup)
    talk.until("working").played()
    assert len(talk.said.split()) < 12 < first


def test_repeat_in_a_hold_explains_fully_and_starts_that_hold_anew() -> None:
    talk = stretching().until("working", side="right").say("Repeat", position=12.0)
    work = talk.session.flow.work
    assert work is not None
    assert work.side == "right"
    assert LINES.sided(work.exercise.setup[0], work.side) in talk.said
    talk.played(2)
    assert talk.state == "working"
    assert talk.script is not None
    assert any(cue.text == "Hold" for cue in talk.script.cues)


def test_next_leaves_the_exercise_and_back_returns_to_it() -> None:
    talk = stretching().until("working")
    first = talk.exercise
    talk.say("Next", position=5.0)
    assert talk.exercise != first
    talk.say("Back")
    assert talk.exercise == first
    assert talk.state == "announcing"


def test_back_on_the_first_exercise_says_so_and_begins_it_once_more() -> None:
    talk = Talk().say("StartRoutine", routine="stretch").until("working").say("Back")
    assert "first exercise" in talk.said
    assert talk.session.flow.index == 0


def test_next_on_the_last_exercise_ends_the_routine() -> None:
    talk = stretching()
    while talk.state != "idle":
        before = talk.exercise
        talk.say("Next")
    assert before
    assert "everything" in talk.said


def test_pausing_keeps_side_and_time_and_resuming_counts_in_from_three() -> None:
    talk = stretching().until("working", side="right").say("Pause", position=12.4)
    assert any(isinstance(action, StopAudio) for action in talk.actions)
    talk.say("Resume")
    assert "right leg" in talk.said
    assert "Eighteen seconds left" in talk.said
    talk.played()
    assert talk.state == "working"
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    counted_in = [(cue.text, cue.at) for cue in play.script.cues if cue.at < 12.0]
    assert counted_in == [("three", 9.0), ("two", 10.0), ("one", 11.0)]
    assert play.position < 9.0
    assert play.script.seconds == pytest.approx(31.8)


def test_a_second_pause_in_the_same_hold_keeps_the_later_place() -> None:
    talk = stretching().until("working").say("Pause", position=10.0).say("Resume").played()
    talk.say("Pause", position=20.5).say("Resume")
    assert "Ten seconds left" in talk.said


def test_a_pause_while_resuming_keeps_the_place() -> None:
    talk = (
        stretching()
        .until("working")
        .say("Pause", position=10.0)
        .say("Resume")
        .say("Pause")
        .say("Resume")
    )
    assert "Twenty seconds left" in talk.said


def test_repetitions_resume_at_the_repetition_that_was_interrupted() -> None:
    talk = Talk().say("StartRoutine", routine="strength")
    while talk.exercise != "chair-squat":
        talk.say("Next")
    talk.until("working")
    work = talk.session.flow.work
    assert work is not None
    period = work.seconds / 10
    talk.say("Pause", position=3.5 * period).say("Resume")
    assert "Seven repetitions left" in talk.said


def test_a_pause_in_a_rest_is_no_part_of_the_set_that_follows() -> None:
    talk = Talk().say("StartRoutine", routine="leg")
    while talk.exercise != "plank":
        talk.say("Next")
    talk.until("resting").say("Pause", position=4.0)
    assert "altogether" in talk.say("HowLongLeft").said
    assert "Carrying on with plank" in talk.say("Resume").said
    talk.played()
    assert talk.state == "resting"
    assert talk.script is not None
    assert talk.script.seconds == 6


def test_carry_on_after_stop_returns_to_the_same_place() -> None:
    talk = stretching().until("working", side="right").say("Stop", position=9.0)
    assert talk.state == "idle"
    talk.say("Resume")
    assert "right leg" in talk.said
    assert talk.played().state == "working"


def test_there_is_nothing_to_carry_on_with_after_the_end() -> None:
    talk = stretching()
    while talk.state != "idle":
        talk.say("Next")
    talk.say("Resume")
    assert talk.state == "idle"
    assert "nothing to carry on" in talk.said


def test_holds_are_set_by_voice_within_reason() -> None:
    talk = stretching().until("working").say("SetHold", position=4.0, seconds=20)
    plays = [action for action in talk.actions if isinstance(action, Play)]
    assert plays[0].keep_clock
    assert plays[0].script.seconds == pytest.approx(21.8)


@pytest.mark.parametrize(
    ("slots", "answer"),
    [
        (
            {"seconds": 900},
            "Fifteen minutes is too long for one hold. The longest that I count is one minute.",
        ),
        ({"seconds": 61}, "One minute and one second is too long"),
        ({"minutes": 1, "seconds": 30}, "One minute and thirty seconds is too long"),
        (
            {"seconds": 4},
            "Four seconds is too short for one hold. The shortest that I count is five seconds.",
        ),
        ({"seconds": 0}, "Zero seconds is too short"),
    ],
)
def test_a_hold_beyond_reason_is_declined_with_what_there_is_and_the_count_goes_on(
    slots: dict[str, int], answer: str
) -> None:
    talk = stretching().until("working").say("SetHold", position=4.0, **slots)
    assert answer in talk.said
    assert all(isinstance(action, Reply) for action in talk.actions)
    assert talk.state == "working"


def test_sixty_seconds_said_in_any_way_is_the_longest_hold() -> None:
    for slots in ({"seconds": 60}, {"minutes": 0, "seconds": 60}, {"minutes": 1}):
        talk = stretching().until("working").say("SetHold", position=4.0, **slots)
        assert talk.script is not None
        assert talk.script.seconds == pytest.approx(61.8)


@pytest.mark.parametrize(
    ("slots", "seconds"),
    [({}, 20.0), ({"seconds": 90}, 90.0), ({"minutes": 1, "seconds": 10}, 70.0)],
)
def test_waiting_takes_as_long_as_was_asked_for(slots: dict[str, int], seconds: float) -> None:
    talk = stretching().until("positioning").say("Wait", **slots)
    assert talk.script is not None
    assert talk.script.seconds == seconds


@pytest.mark.parametrize("state", ["announcing", "positioning", "resting", "resuming"])
def test_somebody_who_wants_a_quarter_of_an_hour_is_not_called_back_before(state: str) -> None:
    talk = STATES[state]().say("Wait", seconds=900)
    assert talk.state == "paused"
    assert "resume" in talk.said


def test_who_says_wait_while_an_exercise_is_explained_hears_it_once_there_is_time() -> None:
    talk = stretching().say("Wait")
    assert talk.state == "paused"
    assert talk.said == LINES("wait")
    talk.say("Ready").until("announcing")
    assert "Standing hamstring stretch. Left leg first." in talk.said


def test_who_is_ready_before_the_exercise_has_been_named_is_told_what_to_do() -> None:
    talk = Talk().say("StartRoutine", routine="stretch")
    talk.session.saying("routine.begin")
    assert talk.say("Ready").said.startswith("Walk on the spot.")
    assert talk.state == "announcing"
    talk.session.saying("announce.plain")
    assert talk.say("Ready").state == "working"


def test_waiting_in_mid_hold_stops_the_count_and_keeps_the_place() -> None:
    talk = stretching().until("working").say("Wait", position=12.0, seconds=60)
    assert any(isinstance(action, StopAudio) for action in talk.actions)
    assert "Eighteen seconds left" in talk.say("Resume").said


def test_a_pause_after_pain_is_an_ordinary_pause_again() -> None:
    talk = (
        stretching()
        .until("working")
        .say("Pain", position=9.0)
        .say("Resume")
        .played()
        .say("Pause", position=12.0)
    )
    assert talk.said == LINES("pause")


def test_pain_is_answered_when_nothing_is_running_and_no_routine_is_offered() -> None:
    talk = Talk().say("Pain")
    assert "doctor" in talk.said
    assert "start" not in talk.said


def test_a_break_cannot_be_made_harder() -> None:
    talk = Talk().say("StartRoutine", routine="leg")
    while talk.exercise != "water":
        talk.say("Next")
    assert "break" in talk.say("Harder").said


def test_keep_going_in_mid_count_is_not_refused() -> None:
    talk = stretching().until("working")
    odd = Understanding(
        "keep going",
        Verdict.REJECT,
        reject_reason=RejectReason.NOT_NOW,
        detail="not now: Resume counts only when paused",
        intent="Resume",
        score=100.0,
    )
    talk._take(talk.session.unclear(odd, 3.0))
    assert talk.said == LINES("ready.already")


def test_a_hold_made_shorter_than_what_has_passed_still_ends_with_its_tone() -> None:
    talk = stretching().until("working").say("SetHold", position=14.2, seconds=10)
    (play,) = [action for action in talk.actions if isinstance(action, Play)]
    (end,) = [cue for cue in play.script.cues if cue.tone == "end"]
    assert 14.2 < end.at <= 17.0


def test_how_long_is_left_tells_the_seconds_of_the_hold() -> None:
    assert (
        "Eighteen seconds left"
        in stretching().until("working").say("HowLongLeft", position=12.0).said
    )


def test_the_walk_can_be_exchanged_for_a_jog_and_back() -> None:
    talk = Talk().say("StartRoutine", routine="leg").say("Alternative")
    assert "og on the spot" in talk.said
    assert talk.say("Alternative").exercise == "walk"


def test_a_doubtful_command_is_asked_about_and_obeyed_on_yes() -> None:
    talk = stretching().until("working")
    doubt = Understanding(
        "nest", Verdict.ASK, detail="near (80)", intent="Next", sentence="next", score=80.0
    )
    talk._take(talk.session.unclear(doubt, 3.0))
    assert talk.said == "Did you say next?"
    assert "asking" in talk.session.states
    assert talk.say("Yes").state == "announcing"


def test_the_bare_name_of_a_routine_answers_the_question_which_one() -> None:
    bare = Understanding(
        "calves",
        Verdict.ASK,
        detail="confirm",
        intent="StartRoutine",
        slots={"routine": "calves"},
        sentence="calves",
        score=100.0,
    )
    talk = Talk().say("StartRoutine")
    assert "Which one" in talk.said
    talk._take(talk.session.unclear(bare))
    assert (talk.state, talk.session.flow.routine) == ("announcing", "calf routine")
    unasked = Talk()
    unasked._take(unasked.session.unclear(bare))
    assert unasked.state == "idle"


def test_a_doubtful_command_is_forgotten_on_no_and_when_nobody_answers() -> None:
    doubt = Understanding(
        "nest", Verdict.ASK, detail="near (80)", intent="Next", sentence="next", score=80.0
    )
    talk = stretching().until("working")
    talk._take(talk.session.unclear(doubt, 3.0))
    assert talk.say("No").state == "working"
    talk._take(talk.session.unclear(doubt, 3.0))
    talk.session.withdraw_question()
    assert talk.say("Yes").state == "working"


def test_a_command_that_does_not_fit_gets_an_answer() -> None:
    talk = STATES["resting"]()
    reason = "not now: Alternative counts only when working"
    odd = Understanding(
        "jog instead",
        Verdict.REJECT,
        reject_reason=RejectReason.NOT_NOW,
        detail=reason,
        intent="Alternative",
        score=100.0,
    )
    talk._take(talk.session.unclear(odd, 3.0))
    assert "does not fit" in talk.said
    assert talk.state == "resting"


def test_what_is_only_like_a_command_that_does_not_fit_leaves_the_count_alone() -> None:
    talk = STATES["working"]()
    reason = "not now: StartRoutine counts only when idle (best: 'my glutes', 93)"
    odd = Understanding(
        "my blue suits",
        Verdict.REJECT,
        reject_reason=RejectReason.NOT_NOW,
        detail=reason,
        intent="StartRoutine",
        score=93.0,
    )
    assert talk.session.unclear(odd, 3.0) == []


def test_goodbye_ends_the_program_after_a_word() -> None:
    talk = stretching().say("Goodbye")
    assert isinstance(talk.actions[-1], Leave)
    assert "Goodbye" in talk.said


ORDINARY = [intent for intent in INTENTS if intent != "RedFlag"]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_whatever_is_said_the_session_goes_on_and_can_be_brought_to_its_end(
    data: st.DataObject,
) -> None:
    talk = Talk().say("StartRoutine", routine=data.draw(st.sampled_from(sorted(LIBRARY.routines))))
    said = st.tuples(st.sampled_from([*ORDINARY, "played", "played"]), st.floats(-0.4, 320.0))
    for intent, position in data.draw(st.lists(said, max_size=40)):
        if intent == "played":
            talk.played()
        else:
            talk.say(intent, position=position, routine="quick", seconds=25)
    if talk.state == "paused":
        talk.say("Resume")
    for _ in range(300):
        if talk.state == "idle":
            return
        talk.played()
    raise AssertionError(f"stuck in {talk.state}")


def test_the_doses_in_the_docs_are_those_of_the_content() -> None:
    text = (ROOT / "docs" / "reference" / "doses.md").read_text(encoding="utf-8")
    assert text == dose_page.page(LIBRARY), "run `make docs`"
    for exercise in LIBRARY.exercises.values():
        assert exercise.name in text


def test_getting_up_from_the_floor_is_announced_and_takes_as_long_as_getting_down() -> None:
    talk = Talk().say("StartRoutine", routine="lower-back")
    while talk.exercise != "knees-to-chest":
        talk.say("Next")
    assert "Get up slowly" not in talk.said
    assert "Get up slowly" in talk.say("Next").said, "to walk"
    talk.until("positioning")
    assert talk.script is not None
    assert talk.script.seconds == 20.0
    assert "Get up slowly" not in Talk().say("StartRoutine", routine="leg").said


def test_after_the_last_drink_nothing_is_said_to_follow() -> None:
    talk = Talk().say("StartRoutine", routine="lower-back")
    while talk.exercise != "water":
        talk.say("Next")
    assert "We carry on" not in talk.said
    assert "water" not in talk.played().said, "one has just had some"
    on_the_way = Talk().say("StartRoutine", routine="leg")
    while on_the_way.exercise != "water":
        on_the_way.say("Next")
    assert "We carry on in twenty seconds." in on_the_way.said
    short = Talk().say("StartRoutine", routine="quick").until("idle")
    assert "Drink some water" in short.said


def test_the_diagram_in_the_docs_is_that_of_the_code() -> None:
    docs = ROOT / "docs" / "reference" / "states.md"
    assert docs.read_text(encoding="utf-8") == page(), "run: make docs"


def test_next_before_a_drink_leads_to_the_drink() -> None:
    plan = make_plan(LIBRARY.routines["leg"], LIBRARY)
    drink = next(i for i, step in enumerate(plan) if isinstance(step, WaterStep))
    before = plan[drink - 1]
    assert isinstance(before, WorkStep)
    talk = Talk().say("StartRoutine", routine="leg")
    while talk.exercise != before.exercise.id:
        talk.say("Next")
    assert talk.say("Next").exercise == "water"
    assert "water" in talk.said
    assert talk.played().state in ("announcing", "idle")
