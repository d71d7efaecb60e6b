"""Which changes of a report's status are allowed."""

import pytest

from app.workflow import ALLOWED, CLOSED, OPEN, UNACKNOWLEDGED, WORKED_ON, Status, may_change


def test_every_status_has_its_changes_and_none_to_itself() -> None:
    assert set(ALLOWED) == set(Status)
    assert not [status for status in Status if may_change(status, status)]


def test_open_is_either_waiting_or_worked_on() -> None:
    assert UNACKNOWLEDGED | WORKED_ON == OPEN
    assert not UNACKNOWLEDGED & WORKED_ON


@pytest.mark.parametrize("status", sorted(CLOSED))
def test_whatever_is_closed_can_only_be_opened_again(status: Status) -> None:
    assert ALLOWED[status] == {Status.QUEUED}


@pytest.mark.parametrize("status", sorted(OPEN))
def test_a_crew_that_has_left_is_not_withdrawn_from(status: Status) -> None:
    is_gone = status in {Status.EN_ROUTE, Status.ON_SCENE}
    assert may_change(status, Status.WITHDRAWN) is not is_gone
