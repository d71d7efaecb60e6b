"""Whatever is killed, no report is lost and none is answered twice in the database."""

import random
from functools import partial

import pytest

from tests.bot.conftest import EAST, WEST
from tests.endtoend.conftest import Stage, eventually

PEOPLE = 40
KILLS = 10
# A kill that hits while a message is under way, or a connection dropped before its answer, leaves
# open whether it was sent.
FAULTS = (
    {"kind": "drop_after", "method": "sendMessage", "probability": 0.1, "times": None},
    {"kind": "drop_before", "method": "sendMessage", "probability": 0.1, "times": None},
    {"kind": "server_error", "method": "sendMessage", "probability": 0.1, "times": None},
    {"kind": "too_many_requests", "method": "sendMessage", "times": 2, "retry_after": 1},
    {"kind": "drop_after", "method": "getUpdates", "probability": 0.2, "times": None},
)


def progressed(stage: Stage, handled: int, chance: random.Random) -> bool:
    return len(stage.sql("SELECT FROM report")) > handled or chance.random() < 0.1


@pytest.mark.timeout(240)
@pytest.mark.parametrize("seed", [1, 2])
def test_kill_at_any_moment(stage: Stage, seed: int) -> None:
    chance = random.Random(seed)
    for fault in FAULTS:
        stage.emulator.control.post("faults", json=fault).raise_for_status()
    stage.emulator.control.put(
        "delivery", json={"hold": False, "reorder": False, "repeat": 2}
    ).raise_for_status()
    names = {"worker-1": "worker", "worker-2": "worker", "poll": "poll"}
    for name, command in names.items():
        stage.programs.start(name, command)
    people = [stage.person(f"Citizen {number}") for number in range(PEOPLE)]
    waiting = list(people)
    for _ in range(KILLS):
        for person in waiting[: PEOPLE // KILLS]:
            lon, lat = chance.choice([WEST, EAST])
            stage.send(person, "location", longitude=lon, latitude=lat)
        waiting = waiting[PEOPLE // KILLS :]
        eventually(
            partial(progressed, stage, len(stage.sql("SELECT FROM report")), chance),
            30,
            "some progress before the next kill",
        )
        victim = chance.choice(list(names))
        stage.programs.kill(victim)
        stage.programs.start(victim, names[victim])

    eventually(
        lambda: stage.sql("SELECT count(*) FROM report") == [(PEOPLE,)], 60, "all registered"
    )
    eventually(
        lambda: (
            stage.sql("SELECT count(*) FROM outbox WHERE state IN ('queued', 'sending')") == [(0,)]
        ),
        90,
        "everything sent",
    )
    assert stage.sql("SELECT count(DISTINCT number) FROM report") == [(PEOPLE,)]
    assert stage.sql("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
    assert stage.sql("SELECT state, count(*) FROM outbox GROUP BY state") == [("sent", PEOPLE)]
    assert (
        stage.sql("SELECT report_id FROM outbox GROUP BY report_id HAVING count(*) <> 1") == []
    ), "one answer a report"
    answers = dict(stage.sql("SELECT payload->>'text', answers_lost FROM outbox"))
    texts = [message["text"] for person in people for message in stage.received(person)]
    assert set(texts) == set(answers), "every answer arrived, and nothing else"
    for text, lost in answers.items():
        assert 1 <= texts.count(text) <= 1 + int(lost), "twice only where an answer was lost"
