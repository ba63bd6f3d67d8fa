"""Decisions through the pages: once, by whoever may, and typed words are never lost."""

import html

from tests.web.made import Inbox, fields_of, seen_in, several


def test_a_yes_goes_back_to_the_queue_and_can_be_undone(inbox: Inbox) -> None:
    [one, _] = inbox.propose(*several("20", "10"))
    ann = inbox.inside()

    answer = ann.decide("approve", one, back="/queue?play=upsell_seats", seconds="7")
    assert answer.headers["location"] == f"/queue?play=upsell_seats&done={one}"
    queue = ann.get(answer.headers["location"])
    assert "is now <b>approved</b>" in queue
    assert f'action="/proposals/{one}/undo"' in queue
    assert "5 s" in ann.get("/log")  # the browser says seven, we saw five

    undone = ann.post(f"/proposals/{one}/undo", seen_in(queue))
    assert undone.status_code == 303
    assert inbox.store.proposals.get(one).status == "pending"  # type: ignore[union-attr]  # it is there


def test_the_same_form_sent_twice_is_answered_the_same(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    form = seen_in(ann.get(f"/proposals/{one}")) | {"subject": "Room?", "body": "Hello,\n"}

    twice = [ann.post(f"/proposals/{one}/edit", form).status_code for _ in range(2)]

    assert twice == [303, 303]
    assert ann.post(f"/proposals/{one}/edit", form | {"key": "another"}).status_code == 409
    assert len(inbox.gate.store.read(lambda tx: tx.log.of(one))) == 1


def test_who_comes_second_is_told_who_was_first_and_when(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    seen = seen_in(bob.get(f"/proposals/{one}"))
    ann.decide("approve", one)

    late = bob.post(f"/proposals/{one}/reject", seen | {"reason": "other", "note": "I know why"})

    assert late.status_code == 409
    page = html.unescape(late.text)
    assert "Somebody was first." in page
    assert "approve by Ann at 2024-03-01T06:00:05" in page


def test_an_edit_that_lost_keeps_what_was_typed_and_shows_what_changed(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    seen = seen_in(bob.get(f"/proposals/{one}"))
    ann.decide("edit", one, subject="Room for more?", body="Hello Ann,\nroom?\n")

    late = bob.post(
        f"/proposals/{one}/edit", seen | {"subject": "My <subject>", "body": "My own\n  words"}
    )

    assert late.status_code == 409
    assert 'value="My &lt;subject&gt;"' in late.text
    assert "My own\n  words" in late.text
    assert "<ins>" in late.text
    assert "edit by Ann" in late.text
    assert fields_of(late.text)["version"] == "2"


def test_refused_words_are_still_in_the_form_with_the_rule(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()

    answer = ann.decide("edit", one, subject="More?", body="Pay 99 EUR at https://evil.example/")

    assert answer.status_code == 422
    assert "words_links" in answer.text
    assert "Pay 99 EUR at https://evil.example/</textarea>" in answer.text


def test_an_edited_text_shows_what_is_new_and_its_writer_cannot_agree(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    assert ann.decide("edit", one, subject="More room?", body="Hello Ann,\n").status_code == 303

    page = ann.get(f"/proposals/{one}")

    assert "<del>seats?</del><ins>room?</ins>" in page
    assert f'action="/proposals/{one}/approve"' not in page
    assert ann.decide("approve", one).status_code == 403


def test_two_must_agree_and_the_first_is_shown(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    assert inbox.inside().decide("approve", one).status_code == 303
    bob = inbox.inside("approver-2")

    assert "waits for a second person" in bob.get("/queue")
    page = bob.get(f"/proposals/{one}")
    assert "Waits for a second person." in page
    assert "Ann agreed on" in page
    assert bob.decide("approve", one).headers["location"].startswith("/queue")


def test_the_high_tier_asks_for_a_fresh_proof_first(inbox: Inbox) -> None:
    [one] = inbox.propose(*several("20000"))
    ann = inbox.inside()
    inbox.clock.turn(minutes=16)

    answer = ann.decide("approve", one)

    assert answer.headers["location"] == f"/confirm?next=/proposals/{one}"
    assert inbox.gate.store.read(lambda tx: tx.log.of(one)) == ()


def test_an_expired_proposal_says_so_and_offers_nothing(inbox: Inbox) -> None:
    [one] = inbox.propose()
    inbox.clock.turn(days=7)
    ann = inbox.inside()

    page = ann.get(f"/proposals/{one}")

    assert "Expired." in page
    assert "/approve" not in page
    assert one not in ann.get("/queue")


def test_a_snooze_comes_back_on_its_day(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()

    assert ann.decide("snooze", one, until="2024-02-30").status_code == 422
    assert ann.decide("snooze", one, until="2024-03-04").status_code == 303
    assert "It comes back on 2024-03-04" in ann.get(f"/proposals/{one}")


def test_a_session_that_ended_shows_what_was_typed(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann = inbox.inside()
    seen = seen_in(ann.get(f"/proposals/{one}"))
    inbox.clock.turn(days=1)

    answer = ann.post(
        f"/proposals/{one}/edit", seen | {"subject": "S", "body": "<b>kept"}, seen["csrf"]
    )

    assert answer.status_code == 401
    assert "&lt;b&gt;kept</textarea>" in answer.text
    assert f"/login?next=/proposals/{one}" in answer.text


def test_given_to_somebody_it_leaves_the_queues_of_others(inbox: Inbox) -> None:
    [one, other] = inbox.propose(*several("20", "10"))
    ann, bob = inbox.inside(), inbox.inside("approver-2")
    ann.decide("assign", one, person=inbox.person("approver-2").id)

    assert one not in ann.get("/queue")
    assert one in ann.get("/queue?holder=all")
    assert other not in bob.get("/queue?holder=mine")
    assert "Bob has it" in ann.get("/queue?holder=all")
    assert ann.decide("assign", other, person=inbox.person("viewer").id).status_code == 422


def test_what_somebody_keeps_is_kept_for_ten_minutes(inbox: Inbox) -> None:
    [one] = inbox.propose()
    ann, bob = inbox.inside(), inbox.inside("approver-2")

    assert ann.post("/queue/take", {"proposal": [one]}).status_code == 303
    assert one in ann.get("/queue?holder=mine")
    assert one not in bob.get("/queue")
    inbox.clock.turn(minutes=11)
    assert one in bob.get("/queue?holder=free")
