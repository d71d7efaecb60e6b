"""Public groups over HTTP: a code, what is known of a group, and unlinking it."""

from datetime import timedelta
from typing import Any

from app import public_groups
from app.models import Reporter
from app.public_groups import About
from tests.api.conftest import Site

GROUPS = "/api/v1/public-groups"
ABOUT = About("Безпечне місто", "supergroup", is_forum=True)


async def link(site: Site, code: str) -> int | None:
    """Link a new group as the bot would; its id."""
    async with site.owner.transaction() as session:
        chat = Reporter(pseudonym=f"R-{code}", kind="group", language="ru")
        session.add(chat)
        await session.flush()
        linked = await public_groups.link(session, site.context, chat, code, ABOUT)
        return linked.chat_id if linked else None


async def listed(site: Site, login: str = "desk") -> dict[str, Any]:
    answer = await site.as_(login).get(GROUPS)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


async def test_a_code_links_a_group_that_is_shown_and_unlinked(site: Site) -> None:
    assert await listed(site) == {"groups": [], "may_link": True}
    first = (await site.as_("desk").post(f"{GROUPS}/code")).json()
    assert first["command"].startswith("/safecity")
    assert first["code"] in first["command"]
    second = (await site.as_("desk").post(f"{GROUPS}/code")).json()
    # A new code of the same person ends the one before; somebody else's stays good.
    others = (await site.as_("admin").post(f"{GROUPS}/code")).json()
    assert await link(site, first["code"]) is None
    group = await link(site, f" {second['code'].lower()} ")
    assert group is not None
    assert await link(site, second["code"]) is None
    assert await link(site, others["code"]) is not None
    (shown,) = [each for each in (await listed(site))["groups"] if each["id"] == group]
    assert (shown["title"], shown["kind"], shown["linked_by"]) == (
        ABOUT.title,
        "supergroup",
        "desk",
    )
    assert shown["reads_all"] is None
    assert shown["reports"] == 0
    await site.sql("UPDATE public_group SET looked_at = now() WHERE chat_id = :id", id=group)
    assert (await site.as_("desk").post(f"{GROUPS}/{group}/look")).status_code == 204
    rows = await site.sql("SELECT looked_at FROM public_group WHERE chat_id = :id", id=group)
    assert rows[0].looked_at is None
    assert (await site.as_("desk").delete(f"{GROUPS}/{group}")).status_code == 204
    gone = await site.as_("desk").delete(f"{GROUPS}/{group}")
    assert (gone.status_code, gone.headers["content-type"]) == (404, "application/problem+json")
    assert len((await listed(site))["groups"]) == 1


async def test_a_precincts_desk_and_leaders_only_look(site: Site) -> None:
    for login in ("desk-c", "leader"):
        assert (await listed(site, login))["may_link"] is False
        assert (await site.as_(login).post(f"{GROUPS}/code")).status_code == 403
    assert (await site.as_("desk").delete(f"{GROUPS}/{2**63}")).status_code == 422
    assert (await site.as_("desk").delete(f"{GROUPS}/x")).status_code == 422


async def test_reports_of_the_last_days_are_counted_once_each(site: Site) -> None:
    code = (await site.as_("desk").post(f"{GROUPS}/code")).json()["code"]
    group = await link(site, code)
    for number, age in enumerate((timedelta(), timedelta(days=1), timedelta(days=30))):
        report = await site.report(
            received_at=site.context.clock() - age, source=public_groups.SOURCE
        )
        for part in range(2):
            await site.sql(
                "INSERT INTO report_message (report_id, chat_id, message_id, sent_at)"
                " VALUES (:report, :chat, :message, now())",
                report=report.id,
                chat=group,
                message=number * 10 + part + 1,
            )
    (shown,) = (await listed(site))["groups"]
    assert shown["reports"] == 2
    assert shown["last_report_at"] is not None
