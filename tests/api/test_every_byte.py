"""Every byte that leaves, compared with what whoever asked may see; and what the database itself gives away."""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import httpx
import psycopg
import pytest
from psycopg import sql

from app.claims import ALL, UNPLACED, Claim, Signer
from app.db import Role, conninfo_for, open_database
from app.identity import Sealer
from app.secret_keys import SecretKey
from app.worker import drain, make_intake
from tests.api.conftest import SECRET, STAFF, Site
from tests.api.test_routes import OPEN, TABLE

KEY = b"a secret key for tests"
TOKEN = "123456:test-token"
WIDE = {"officer", "desk", "desk-c", "admin", "leader"}


@dataclass(frozen=True)
class Citizen:
    """Somebody whose every trait is a word that occurs nowhere else."""

    chat: int
    first_name: str
    username: str
    phone: str
    text: str
    file: str
    lon: float
    lat: float

    @property
    def who(self) -> list[str]:
        """What nobody on the staff may see."""
        return [str(self.chat), self.first_name, self.username, self.phone, self.file]

    @property
    def where(self) -> list[str]:
        return [str(self.lon), str(self.lat)]


CENTRE = Citizen(
    7700112233, "Ярополкцентр", "yaropolk_centre", "380671112233",
    "Вкрали велосипед, прикмета: синьобурштин", "passport-yaropolk.pdf", 37.501237, 47.101239,
)  # fmt: skip
PORT = Citizen(
    8800445566, "Мокрина-порт", "mokryna_port", "380504445566",
    "Вкрали велосипед, прикмета: червонокорал", "diary-mokryna.pdf", 37.571231, 47.101257,
)  # fmt: skip


@dataclass
class Planted:
    site: Site
    numbers: dict[str, str] = field(default_factory=dict)
    pseudonyms: dict[str, str] = field(default_factory=dict)
    media: list[int] = field(default_factory=list)


async def write(site: Site, who: Citizen, numbers: Iterator[int]) -> None:
    """Let a citizen write a text, a file, a place and their phone, the way Telegram tells it."""
    person = {
        "id": who.chat, "is_bot": False, "first_name": who.first_name, "username": who.username,
        "language_code": "uk",
    }  # fmt: skip
    chat = {"id": who.chat, "type": "private", "first_name": who.first_name}
    document = {"file_id": "f", "file_unique_id": f"u{who.lon}", "file_name": who.file}
    contents: list[dict[str, Any]] = [
        {"text": who.text},
        {"document": document},
        {"location": {"longitude": who.lon, "latitude": who.lat}},
        {"contact": {"phone_number": who.phone, "first_name": who.first_name}},
    ]
    # A contact is no report yet and has no place: shown to desks, whose else it would be.
    for content in contents if who is CENTRE else contents[:3]:
        number = next(numbers)
        message = {
            "message_id": number, "date": int(site.context.clock().timestamp()), "from": person,
            "chat": chat,
        }  # fmt: skip
        answer = await site.client().post(
            "/telegram/webhook",
            json={"update_id": number, "message": message | content},
            headers={"X-Telegram-Bot-Api-Secret-Token": SECRET},
        )
        assert answer.status_code == 200


@pytest.fixture
async def planted(site: Site) -> Planted:
    numbers = itertools.count(1)
    database = open_database(site.url, Role.BOT)
    try:
        intake = make_intake(database, site.context, Sealer(KEY), TOKEN, "test_bot")
        for who in (CENTRE, PORT):
            await write(site, who, numbers)
            assert await drain(intake) == (4 if who is CENTRE else 3)
    finally:
        await database.close()
    rows = await site.sql(
        "SELECT r.number, r.precinct_code AS precinct, p.pseudonym FROM report r"
        " JOIN reporter p ON p.id = r.reporter_id WHERE r.precinct_code IS NOT NULL"
    )
    assert {row.precinct for row in rows} == {"C", "P"}
    found = Planted(site)
    found.numbers = {row.precinct: row.number for row in rows}
    found.pseudonyms = {row.precinct: row.pseudonym for row in rows}
    found.media = [row.id for row in await site.sql("SELECT id FROM media ORDER BY id")]
    assert len(found.media) == 2
    for login, code in (("officer", "C"), ("stranger", "P")):
        number = found.numbers[code]
        client = site.as_(login)
        for path, body in (
            ("status", {"status": "acknowledged"}),
            ("reply", {"text": f"Відповідь-{code}-чорнильниця"}),
        ):
            answer = await client.post(f"/api/v1/reports/{number}/{path}", json=body)
            assert answer.status_code == 200, answer.text
    return found


def addresses(planted: Planted, *, by_somebody: bool) -> list[str]:
    """Return every address that can be read, with every value that is of any use in it."""
    values: dict[str, list[Any]] = {
        "code": ["C-1", "P"],
        "number": list(planted.numbers.values()),
        "media_id": planted.media,
        "desk": ["C", "P"],
        "collection": ["beats"],
        "feature": ["C-1"],
        "path": ["icon.svg"],
        "z": [10], "x": [617], "y": [358],
        "kind": ["shifts"],
    }  # fmt: skip
    found = []
    for (method, path), entry in TABLE.items():
        if method != "GET" or path == "/api/v1/stream":
            continue
        # What is the same for everybody is asked for by nobody.
        if entry.who == OPEN and by_somebody:
            continue
        names = re.findall(r"{(\w+)(?::\w+)?}", path)
        for chosen in itertools.product(*(values.get(name, [1]) for name in names)):
            address = re.sub(r":\w+}", "}", path)
            found.append(address.format(**dict(zip(names, chosen, strict=True))))
    near = ",".join(
        f"{at + by:.6f}"
        for by, at in (
            (-1e-4, CENTRE.lon),
            (-1e-4, CENTRE.lat),
            (1e-4, CENTRE.lon),
            (1e-4, CENTRE.lat),
        )
    )
    found += [
        f"/api/v1/reports?{query}" for query in (f"bbox={near}", "district=C-1", "district=P")
    ]
    found += [f"/api/v1/queue?{query}" for query in ("district=C", "officer=O1", "officer=O3")]
    if not by_somebody:
        found += ["/api/v1/geocode?q=Миру", "/api/v1/locate?lon=37.5&lat=47.1"]
    return found


async def everything(planted: Planted, client: httpx.AsyncClient) -> dict[str, str]:
    """Return all that somebody gets, by address."""
    site = planted.site
    got = {}
    for address in addresses(planted, by_somebody="authorization" in client.headers):
        answer = await client.get(address)
        got[address] = answer.text + json.dumps(dict(answer.headers))
    # Closed beforehand it tells what happened so far, and ends.
    site.app.state.parts.hub.close()
    answer = await client.get("/api/v1/stream?last_event_id=0-0")
    got["/api/v1/stream"] = answer.text
    return got


def seen(got: dict[str, str], words: str) -> list[str]:
    return [address for address, body in got.items() if words in body]


# Some hundreds of requests.
@pytest.mark.timeout(900)
async def test_everybody_gets_what_they_may_see_and_not_a_byte_more(planted: Planted) -> None:
    site = planted.site
    clients = {login: site.as_(login) for login, *_ in STAFF} | {"nobody": site.client()}
    own = {
        "officer": "C", "desk-c": "C", "stranger": "P", "desk": "CP", "admin": "CP", "leader": "CP",
    }  # fmt: skip
    for login, client in clients.items():
        got = await everything(planted, client)
        for who in (CENTRE, PORT):
            for trait in who.who:
                assert seen(got, trait) == [], (login, trait)
        for code, who in (("C", CENTRE), ("P", PORT)):
            words = [
                who.text[-12:],
                f"Відповідь-{code}-чорнильниця",
                planted.pseudonyms[code],
                *who.where,
            ]
            mine = code in own.get(login, "")
            for each in words:
                assert bool(seen(got, each)) is mine, (login, each, seen(got, each))
            # Observers may know that there is something; where, only to the block.
            told = mine or login == "observer"
            # Everybody's own question repeats the number in the answer; the documents have an example.
            asked = [
                address
                for address in seen(got, planted.numbers[code])
                if planted.numbers[code] not in address and address != "/openapi.json"
            ]
            assert bool(asked) is told, (login, code, asked)


async def show_observers(planted: Planted, precision: str) -> None:
    """Say on the page of categories how exactly places of these reports are shown."""
    admin, number = planted.site.as_("admin"), planted.numbers["C"]
    rules = (await admin.get("/api/v1/triage/rules")).json()
    category = (await admin.get(f"/api/v1/reports/{number}")).json()["category"]
    body = {"rules": rules["rules"], "based_on": rules["version"]}
    for each in body["rules"]["categories"]:
        if each["code"] == category:
            each["precision"] = precision
    saved = await admin.post("/api/v1/triage/versions", json=body)
    assert saved.is_success, saved.text


async def test_an_observer_sees_the_block_and_the_other_half_of_a_box_is_empty(
    planted: Planted,
) -> None:
    await show_observers(planted, "block")
    client = planted.site.as_("observer")
    number = planted.numbers["C"]
    report = (await client.get(f"/api/v1/reports/{number}")).json()
    shown = report["placement"]
    assert shown["precision"] == "block"
    assert 0 < abs(shown["lon"] - CENTRE.lon) < 0.002
    assert abs(shown["lat"] - CENTRE.lat) < 0.002
    again = (await client.get("/api/v1/map")).json()
    (point,) = [
        each["geometry"]["coordinates"]
        for each in again["features"]
        if each["properties"].get("number") == number
    ]
    assert point == [shown["lon"], shown["lat"]]
    # Halving a box finds the middle of the block and not the house.
    for at, inside in (((shown["lon"], shown["lat"]), True), ((CENTRE.lon, CENTRE.lat), False)):
        box = f"{at[0] - 1e-5},{at[1] - 1e-5},{at[0] + 1e-5},{at[1] + 1e-5}"
        found = (await client.get("/api/v1/reports", params={"bbox": box})).json()["reports"]
        assert [each["number"] for each in found] == ([number] if inside else [])


async def test_a_category_says_how_exactly_observers_see(planted: Planted) -> None:
    for precision, district, place, text in (
        ("exact", True, True, True),
        ("beat", True, True, False),
        ("none", False, False, False),
    ):
        await observers_see(planted, precision, district=district, place=place, text=text)


async def observers_see(
    planted: Planted, precision: str, *, district: bool, place: bool, text: bool
) -> None:
    site, number = planted.site, planted.numbers["C"]
    await show_observers(planted, precision)
    client = site.as_("observer")
    report = (await client.get(f"/api/v1/reports/{number}")).json()
    assert (report["beat"] is not None, report["placement"] is not None) == (district, place)
    assert bool(report["text"]) is text
    if place:
        assert report["placement"]["precision"] == precision
    exactly = report["placement"] == (place and {
        "kind": "shared", "lon": CENTRE.lon, "lat": CENTRE.lat, "accuracy_m": 0.0, "label": None,
        "precision": "exact",
    })  # fmt: skip
    assert exactly is text
    # No filter and no count tells what the report itself does not.
    for address in (
        "/api/v1/reports?district=C",
        "/api/v1/districts/C-1/queue",
        "/api/v1/queue?officer=O1",
    ):
        numbers = [each["number"] for each in (await client.get(address)).json()["reports"]]
        assert (number in numbers) is district, address
    beat = (await client.get("/api/v1/districts/C-1")).json()
    assert beat["open_reports"] == (1 if district else 0)
    overview = (await client.get("/api/v1/overview")).json()
    counted = {(each["precinct"] or {}).get("code"): each["open"] for each in overview["precincts"]}
    assert counted["C"] == (1 if district else 0)
    whole = json.dumps(
        [each["number"] for each in (await client.get("/api/v1/queue")).json()["reports"]]
    )
    assert number in whole


def readable(connection: psycopg.Connection[Any]) -> str:
    """Return all that a role can read in all tables."""
    tables = connection.execute(
        "SELECT c.relname, array_agg(a.attname::text ORDER BY a.attnum) FROM pg_class c"
        " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped"
        " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'v', 'm')"
        " AND has_column_privilege(c.oid, a.attnum, 'SELECT')"
        " AND c.relname NOT IN ('spatial_ref_sys', 'geometry_columns', 'geography_columns')"
        " GROUP BY c.relname"
    ).fetchall()
    assert len(tables) > 30
    said = []
    for table, columns in tables:
        query = sql.SQL("SELECT {} FROM {}").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.Identifier(table)
        )
        said += [f"{table} {row}" for row in connection.execute(query).fetchall()]
        # Bytes as text, too: nothing hides in another spelling.
        said += [
            bytes(value).decode("utf-8", "replace")
            for row in connection.execute(query).fetchall()
            for value in row
            if isinstance(value, bytes | memoryview)
        ]
    return "\n".join(said)


def say(connection: psycopg.Connection[Any], said: str) -> None:
    connection.execute("SELECT set_config('beatway.scope', %s, true)", [said])


async def test_the_webs_role_alone_reads_no_report_and_nobodys_identity(planted: Planted) -> None:
    signer = Signer(SecretKey.of(KEY))
    secrets = [trait for who in (CENTRE, PORT) for trait in who.who]
    texts = {code: who.text[-12:] for code, who in (("C", CENTRE), ("P", PORT))}
    url = planted.site.url
    with psycopg.connect(conninfo_for(url, Role.WEB, "test")) as connection:
        dump = readable(connection)
        assert [
            each for each in (*secrets, *texts.values(), *planted.numbers.values()) if each in dump
        ] == []
        assert [each for each in planted.pseudonyms.values() if each in dump] == []
        connection.rollback()
        for claim, codes in (
            (Claim(("C",)), "C"), (Claim(("P", UNPLACED)), "P"), (Claim((ALL,)), "CP"), (Claim(), ""),
        ):  # fmt: skip
            say(connection, signer.sign(claim))
            dump = readable(connection)
            assert [each for each in secrets if each in dump] == [], claim
            for code, text in texts.items():
                assert (text in dump) is (code in codes), (claim, code)
                assert (planted.numbers[code] in dump) is (code in codes), (claim, code)
            connection.rollback()
    no_claim_is_forged_altered_or_kept(planted)


def no_claim_is_forged_altered_or_kept(planted: Planted) -> None:
    good = Signer(SecretKey.of(KEY)).sign(Claim(("C",)))
    old = Signer(SecretKey.of(KEY), good_for_s=-1).sign(Claim((ALL,)))
    foreign = Signer(SecretKey.of(b"another secret, just as long")).sign(Claim((ALL,)))
    head = good.rsplit(".", 1)[0]
    assert foreign.split(".")[0] != head.split(".")[0]
    forged = [
        old, foreign, good.replace('"C"', '"*"'), f"{head}.", "*", "", good[:-1],
        good.split(".")[0] + "." + foreign.split(".", 1)[1],
    ]  # fmt: skip
    with psycopg.connect(conninfo_for(planted.site.url, Role.WEB, "test")) as connection:
        for said in forged:
            say(connection, said)
            rows = connection.execute("SELECT count(*) FROM report").fetchone()
            assert rows == (0,), said
            connection.rollback()
        say(connection, good)
        assert connection.execute("SELECT count(*) FROM report").fetchone() == (1,)
        connection.commit()
        # It holds for its transaction and not for the connection.
        assert connection.execute("SELECT count(*) FROM report").fetchone() == (0,)


DEEDS = (
    "SELECT sealed FROM identity",
    "SELECT sealed FROM inbox",
    "SELECT inner_pad FROM secret_key",
    "INSERT INTO secret_key VALUES ('\\x00', '\\x00', '\\x00')",
    (
        "INSERT INTO staff_session (token_hash, staff_id, expires_at)"
        " SELECT '\\x00', id, now() + interval '1 hour' FROM staff WHERE role = 'admin'"
    ),
    "INSERT INTO staff_token (token_hash, staff_id) SELECT '\\x00', id FROM staff LIMIT 1",
    "INSERT INTO staff (login, name, role) VALUES ('x', 'x', 'admin')",
    "UPDATE staff SET role = 'admin'",
    "UPDATE staff_session SET staff_id = 1",
    (
        "INSERT INTO officer_code (officer_id, code_hash, expires_at)"
        " SELECT id, '\\x00', now() FROM officer LIMIT 1"
    ),
    "INSERT INTO outbox (chat_id, purpose, method, payload) VALUES (1, 'x', 'x', '{}')",
    (
        "INSERT INTO identity_reveal (report_id, staff_id, login, name, reason, found)"
        " VALUES (1, 1, 'x', 'x', 'x', true)"
    ),
    "SELECT scope_claim()",
    "SELECT name FROM media",
    "ALTER TABLE report DISABLE ROW LEVEL SECURITY",
)


async def test_the_webs_role_cannot_make_itself_somebody(planted: Planted) -> None:
    with psycopg.connect(conninfo_for(planted.site.url, Role.WEB, "test")) as connection:
        for deed in DEEDS:
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(deed)
            connection.rollback()
        assert connection.execute("UPDATE staff SET password_hash = 'x'").rowcount == 0
        row = connection.execute(
            "SELECT outcome, sealed FROM reveal_identity(%s, 'a good reason', 10, '1 hour')",
            [planted.numbers["C"]],
        ).fetchone()
        assert row == ("forbidden", None)
        found = connection.execute("SELECT * FROM reports_in(-180, -90, 180, 90)").fetchall()
        assert found == []


async def test_every_table_that_belongs_to_reports_is_guarded(site: Site) -> None:
    rows = await site.sql(
        "SELECT DISTINCT c.conrelid::regclass::text AS name, t.relrowsecurity AS guarded"
        " FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid"
        " WHERE c.contype = 'f' AND c.confrelid = 'report'::regclass"
        " AND has_any_column_privilege('beatway_web', c.conrelid, 'SELECT')"
    )
    assert {row.name for row in rows} >= {"media", "report_event", "outbox"}
    assert [row.name for row in rows if not row.guarded] == []
