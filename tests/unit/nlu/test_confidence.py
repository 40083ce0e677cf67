"""How sure the recogniser was: what other readings of an utterance do to a command."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.support.intents import project_matcher
from voicecoach.core.speech import Alternative, Endpoint, Hypothesis
from voicecoach.core.understanding import Understanding, Verdict
from voicecoach.nlu import answer_prior, confidence


def heard(text: str, *others: tuple[str, float]) -> Hypothesis:
    alternatives = tuple(Alternative(other, behind) for other, behind in others)
    return Hypothesis(text, 0.0, 1.0, 1.2, alternatives=alternatives)


def weighed(hypothesis: Hypothesis, *states: str) -> Understanding:
    return confidence.rescore(hypothesis, states or None, project_matcher().understand)


def test_talk_that_came_out_as_a_command_is_not_obeyed() -> None:
    understood = weighed(heard("keep going", ("thank god", 2.4)))
    assert (understood.accepted, understood.intent) == (False, None)
    assert (
        understood.detail
        == "'keep going' is not sure enough: 'thank god' is 2.4 nats behind, 2.5 needed"
    )
    assert understood.score == 100, (
        "it may have been a command: a tone tells that it was not understood"
    )


def test_a_command_without_a_near_rival_is_obeyed() -> None:
    assert weighed(heard("keep going")).accepted
    assert weighed(heard("keep going", ("thank god", 2.6))).accepted


def test_one_word_tells_less_than_several() -> None:
    assert weighed(heard("resume", ("result", 0.4))).accepted
    assert not weighed(heard("resume", ("result", 0.2))).accepted


def test_one_word_with_others_around_it_needs_as_much_as_several() -> None:
    assert weighed(heard("faster", ("father", 0.8))).accepted
    assert not weighed(heard("okay faster", ("okay father", 0.8))).accepted
    assert weighed(heard("okay faster", ("okay father", 2.6))).accepted


def test_a_command_beside_words_of_talk_is_not_looked_for_in_it() -> None:
    assert weighed(heard("you it stop", ("stop", 0.4))).accepted
    assert not weighed(heard("they're good stop", ("stop", 0.4))).accepted


def test_another_way_to_say_the_same_is_no_rival() -> None:
    assert weighed(heard("next one", ("next one please", 0.2), ("okay next one", 0.3))).accepted


def test_of_two_commands_as_probable_the_coach_asks_for_the_first() -> None:
    assert weighed(heard("go back", ("next one", 0.4))).accepted
    understood = weighed(heard("go back", ("next one", 0.2)))
    assert (understood.verdict, understood.intent) == (Verdict.ASK, "Back")
    assert weighed(heard("stop", ("next", 0.1))).accepted, "but never whether it was 'stop'"


def test_a_command_for_another_state_is_no_rival() -> None:
    assert weighed(heard("repeat", ("resume", 0.1)), "working").accepted


def test_an_answer_that_nobody_asked_for_is_no_rival_and_gives_way_to_a_command() -> None:
    assert weighed(heard("that hurts", ("nothing hurts", 0.1)), "working").accepted
    understood = weighed(heard("nothing hurts", ("that hurts", 0.5)), "working")
    assert (understood.accepted, understood.intent) == (True, "Pain")
    assert (
        weighed(heard("nothing hurts", ("that hurts", 0.5)), "checking", "rating").intent
        == "Rating"
    )
    assert not weighed(heard("stop it", ("two", 0.1)), "working").accepted, (
        "but its single words are those of all talk"
    )


def test_an_answer_that_was_not_asked_for_gives_way_also_to_a_less_probable_command() -> None:
    assert weighed(heard("nothing hurts", ("that hurts", 2.8)), "working").intent == "Pain"
    assert not weighed(heard("nothing hurts", ("that hurts", 3.2)), "working").accepted
    assert weighed(heard("next one please then", ("stop", 2.8)), "working").intent != "Stop", (
        "but only an answer does"
    )


def test_an_answer_is_made_harder_to_hear_until_it_is_asked_for() -> None:
    intents = project_matcher().intents

    def favoured(hypothesis: Hypothesis, *states: str) -> list[Alternative]:
        found = answer_prior.rescore(hypothesis, lambda text: intents.answers(text, states))
        return [Alternative(found.text, 0.0), *found.alternatives]

    of_talk = heard("neither to lot", ("they hurt a lot", 1.5))
    assert favoured(of_talk, "working") == [
        Alternative("neither to lot", 0.0),
        Alternative("they hurt a lot", 1.5),
    ]
    assert favoured(of_talk, "checking", "rating") == [
        Alternative("they hurt a lot", 0.0),
        Alternative("neither to lot", 0.5),
    ]
    kinds = [one.kind for one in intents.templates if one.answer]
    assert kinds
    assert all(intents.cautions[kind] > 0 for kind in kinds)


def test_what_makes_an_answer_or_a_rare_wording_harder_leaves_the_usual_ones_of_its_intent_alone() -> (
    None
):
    intents = project_matcher().intents
    usual = {one.kind for one in intents.templates if not one.beside}
    assert usual.isdisjoint(intents.beside), (
        "in the rating 'next question' counts as an answer, 'next' does not"
    )
    assert all(
        intents.cautions.get(one.kind, 0.0) == one.caution
        for one in intents.templates
        if not one.answer
    )


def test_the_command_itself_badly_heard_is_no_evidence_of_talk() -> None:
    assert weighed(
        heard("hold for forty five seconds", ("oh for forty five seconds", 1.3)), "working"
    ).accepted
    assert not weighed(
        heard("hold for forty five seconds", ("old folks and friends", 1.3)), "working"
    ).accepted
    assert not weighed(heard("resume", ("resumed", 0.1)), "paused").accepted, (
        "but single words resemble many"
    )


def test_a_red_flag_that_may_have_been_another_command_is_asked_about() -> None:
    understood = weighed(heard("someone help me", ("resume", 0.8)))
    assert (understood.verdict, understood.intent) == (Verdict.ASK, "RedFlag")
    assert weighed(heard("someone help me", ("resume", 1.8))).accepted


def test_a_command_beside_one_that_would_be_asked_about_is_asked_about() -> None:
    understood = weighed(heard("repeat", ("leg routine", 0.2)), "idle")
    assert (understood.verdict, understood.intent) == (Verdict.ASK, "Repeat")
    assert weighed(heard("repeat", ("leg routine", 0.2)), "working").accepted, (
        "there it does not count"
    )


def test_stop_is_obeyed_whatever_else_it_may_have_been() -> None:
    assert weighed(heard("stop", ("got", 0.1))).accepted


@pytest.mark.parametrize("text", ["you next one", "next one it", "next one uh it"])
def test_a_scrap_of_sound_beside_a_command_is_neither_a_rival_nor_a_hindrance(text: str) -> None:
    assert weighed(heard("next one", (text, 0.1))).accepted
    understood = weighed(heard(text, ("next one", 0.7)))
    assert (understood.accepted, understood.sentence) == (True, "next one")


def test_what_would_be_asked_about_is_obeyed_when_another_reading_says_it() -> None:
    assert not weighed(heard("leg routine"), "idle").accepted
    assert weighed(heard("leg routine", ("start leg routine", 0.8)), "idle").accepted
    assert not weighed(heard("leg routine", ("start quick routine", 0.8)), "idle").accepted


def test_but_a_command_within_talk_is_not_looked_for() -> None:
    assert not weighed(heard("the next one is his", ("next one", 0.1))).accepted
    assert not weighed(heard("you stop", ("stop", 1.6))).accepted
    assert not weighed(heard("you next one", ("thank god", 0.5), ("next one", 0.4))).accepted


def test_what_the_state_calls_for_needs_half_as_much() -> None:
    doubtful = heard("yes", ("chess", 0.2))
    assert weighed(doubtful, "working", "asking").accepted
    assert not weighed(doubtful).accepted


def test_something_urgent_that_may_have_been_talk_is_asked_about_not_dropped() -> None:
    understood = weighed(heard("my chest hurts", ("my jest hers", 0.8)), "working")
    assert (understood.verdict, understood.intent) == (Verdict.ASK, "RedFlag")
    assert understood.sentence == "my chest hurts"
    assert weighed(heard("my chest hurts", ("my jest hers", 1.2)), "working").accepted


def test_something_urgent_a_little_behind_talk_is_asked_about() -> None:
    understood = weighed(heard("the test hurts", ("my chest hurts", 1.4)), "working")
    assert (understood.verdict, understood.slots) == (Verdict.ASK, {"advice": "call"})
    assert (
        weighed(heard("the test hurts", ("my chest hurts", 1.6)), "working").verdict
        is Verdict.REJECT
    )


def test_something_urgent_a_little_behind_another_command_is_asked_about() -> None:
    understood = weighed(heard("my calf hurts", ("my chest hurts", 0.6)), "working")
    assert (understood.verdict, understood.intent) == (Verdict.ASK, "RedFlag")
    assert weighed(heard("my calf hurts", ("my chest hurts", 0.8)), "working").accepted


def test_something_urgent_within_talk_is_not_looked_for() -> None:
    talk = heard("the man says my chest hurts a lot", ("a man says my chest hurts a lot", 0.1))
    assert weighed(talk).verdict is Verdict.REJECT


@pytest.mark.parametrize("word", ["stop", "next"])
def test_over_the_coach_nothing_is_easy_to_say(word: str) -> None:
    doubtful = heard(word, ("said", 0.9))
    assert weighed(doubtful, "working").accepted
    assert not weighed(replace(doubtful, over_coach=True), "working").accepted
    assert weighed(replace(heard(word, ("said", 1.3)), over_coach=True), "working").accepted


def test_what_may_well_be_the_coachs_own_voice_needs_as_much_as_a_sentence() -> None:
    for behind, accepted in ((2.4, False), (2.6, True)):
        assert (
            weighed(replace(heard("stop", ("said", behind)), echo_suspect=True), "working").accepted
            is accepted
        )


def test_what_is_typed_has_no_other_readings() -> None:
    typed = Hypothesis("keep going", 1.0, 1.0, 1.0, endpoint=Endpoint.TYPED)
    assert weighed(typed).accepted


def test_of_two_readings_the_one_that_counts_now_is_preferred() -> None:
    now = heard("resume", ("repeat", 1.0))
    understood = weighed(now, "working")
    assert (understood.accepted, understood.intent) == (True, "Repeat")
    assert "the best reading 'resume': not now" in understood.detail


@pytest.mark.parametrize("other", [("repeat", 3.0), ("result", 0.1)])
def test_but_not_what_is_far_less_probable_nor_talk(other: tuple[str, float]) -> None:
    understood = weighed(heard("resume", other), "working")
    assert (understood.accepted, understood.intent) == (False, "Resume")


def test_what_is_no_command_is_not_made_one() -> None:
    assert not weighed(heard("strong", ("stop", 0.1)), "working").accepted
