"""What could not be processed is seen by the desk, without its content, and can be tried again."""

from tests.api.conftest import Site


async def test_the_desk_sees_a_dead_letter_and_has_it_tried_again(site: Site) -> None:
    await site.sql(
        "INSERT INTO inbox (update_id, chat_key, sealed, state, attempts, last_error)"
        " VALUES (77, 1, 'secret', 'dead', 8, 'KeyError in x');"
    )
    desk = site.as_("desk")
    (letter,) = (await desk.get("/api/v1/dead-letters")).json()["dead_letters"]
    assert (letter["update_id"], letter["attempts"], letter["error"]) == (77, 8, "KeyError in x")
    assert "sealed" not in letter
    assert (await desk.post("/api/v1/dead-letters/77/retry")).status_code == 204
    assert (await desk.get("/api/v1/dead-letters")).json() == {"dead_letters": []}
    assert (await desk.post("/api/v1/dead-letters/77/retry")).status_code == 404
