"""Staff: logging in, sessions and tokens."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import case, delete, func, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from app.access_passwords import Passwords, check_strength
from app.access_throttle import forgive, note_attempt
from app.claims import LOGGING_IN
from app.db import Database
from app.errors import ConflictError, InvalidError, NotFoundError, NotLoggedInError
from app.models import ObserverScope, Officer, Staff, StaffRole, StaffSession, StaffToken
from app.watching import Watch, watch_of

LIFETIME = timedelta(hours=12)
IDLE = timedelta(hours=4)
# How exactly the last use of a session is known; every request would else write a row.
SEEN_STEP = timedelta(minutes=1)
SECRET_BYTES = 32
LONGEST_LOGIN = 100
TOKEN_PREFIX = "bw_"  # noqa: S105 - what makes a leaked token easy to find


class WrongPasswordError(NotLoggedInError):
    """The login or the password is wrong."""

    code = "wrong-password"


@dataclass(frozen=True, slots=True)
class OfficerRef:
    """An officer as everybody on the staff side may see them."""

    id: int
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Caller:
    """Who is asking.

    Attributes
    ----------
    precinct : str or None
        The precinct whose reports they see; None for all of them.
    officer : OfficerRef or None
        Whom of the officers they are, if any.
    credential : bytes
        SHA-256 of the cookie or token they came with.
    by_cookie : bool
        True when a browser sent it by itself, so that another site could have made it do so.
    watch : Watch or None
        The only reports they see, of an observer.
    """

    staff_id: int
    login: str
    name: str
    role: StaffRole
    precinct: str | None
    officer: OfficerRef | None
    credential: bytes
    by_cookie: bool
    watch: Watch | None = None

    @property
    def officer_id(self) -> int | None:
        """Their id among the officers."""
        return self.officer.id if self.officer else None


def normal_login(login: str) -> str:
    """Return the form in which logins are kept and compared."""
    return login.strip().lower()


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode(errors="replace")).digest()


async def log_in(
    database: Database,
    passwords: Passwords,
    login: str,
    password: str,
    *,
    address: str,
    former_cookie: str | None = None,
) -> tuple[Caller, str]:
    """Check a password and open a session.

    It takes the database and not a session: a failed attempt stays counted although the request
    fails, and no connection waits while the password is checked.

    Parameters
    ----------
    database, passwords
    login, password : str
    address : str
        Where the attempt came from, see `access_throttle.network_of`.
    former_cookie : str, optional
        A session this browser had; it ends.

    Returns
    -------
    caller : Caller
    cookie : str
        Always a new one.

    Raises
    ------
    WrongPasswordError, app.access_throttle.TooManyLoginsError
    """
    login = normal_login(login)
    async with database.transaction() as session:
        await note_attempt(session, login, address)
        staff = (
            await session.execute(select(Staff).where(Staff.login == login, Staff.active))
        ).scalar()
    stored = staff.password_hash if staff else None
    right = await passwords.matches(stored, password)
    if staff is None or stored is None or not right:
        raise WrongPasswordError
    renewed = await passwords.hash(password) if passwords.outdated(stored) else stored
    cookie = secrets.token_urlsafe(SECRET_BYTES)
    async with database.transaction(LOGGING_IN) as session:
        await forgive(session, login)
        if renewed != stored:
            # Unless the password was changed meanwhile.
            await session.execute(
                update(Staff)
                .where(Staff.id == staff.id, Staff.password_hash == stored)
                .values(password_hash=renewed)
            )
        if former_cookie:
            await log_out(session, _digest(former_cookie))
        await session.execute(
            delete(StaffSession).where(
                StaffSession.staff_id == staff.id, StaffSession.expires_at < func.now()
            )
        )
        await session.execute(
            insert(StaffSession).values(
                token_hash=_digest(cookie),
                staff_id=staff.id,
                expires_at=func.now() + literal(LIFETIME),
            )
        )
        caller = await by_cookie(session, cookie)
    if caller is None:
        raise WrongPasswordError
    return caller, cookie


async def log_out(session: AsyncSession, credential: bytes) -> None:
    """End a session."""
    await session.execute(delete(StaffSession).where(StaffSession.token_hash == credential))


async def by_cookie(session: AsyncSession, cookie: str) -> Caller | None:
    """Return whose session a cookie is, and note that it was used."""
    return await _of_session(session, _digest(cookie), touch=True)


async def by_token(session: AsyncSession, token: str) -> Caller | None:
    """Return whose bearer token it is."""
    return await _of_token(session, _digest(token))


async def caller_of(session: AsyncSession, login: str) -> Caller:
    """Return somebody with a login, for who may act in their name at the machine itself.

    Raises
    ------
    NotFoundError
    """
    row = (
        await session.execute(
            select(Staff, Officer, ObserverScope)
            .outerjoin(Officer, Officer.id == Staff.officer_id)
            .outerjoin(ObserverScope, ObserverScope.staff_id == Staff.id)
            .where(Staff.login == normal_login(login), Staff.active)
        )
    ).first()
    if row is None:
        message = f"There is no login {login}"
        raise NotFoundError(message)
    return _caller(row.Staff, row.Officer, row.ObserverScope, b"", by_cookie=False)


async def still_valid(session: AsyncSession, caller: Caller) -> bool:
    """Tell whether somebody may go on with what they began: same session, same rights."""
    if caller.by_cookie:
        now = await _of_session(session, caller.credential, touch=False)
    else:
        now = await _of_token(session, caller.credential)
    return now == caller


async def _of_session(session: AsyncSession, credential: bytes, *, touch: bool) -> Caller | None:
    row = (
        await session.execute(
            select(
                Staff,
                Officer,
                ObserverScope,
                case(
                    (StaffSession.seen_at < func.now() - literal(SEEN_STEP), True), else_=False
                ).label("unseen"),
            )
            .join(StaffSession, StaffSession.staff_id == Staff.id)
            .outerjoin(Officer, Officer.id == Staff.officer_id)
            .outerjoin(ObserverScope, ObserverScope.staff_id == Staff.id)
            .where(
                StaffSession.token_hash == credential,
                StaffSession.expires_at > func.now(),
                StaffSession.seen_at > func.now() - literal(IDLE),
                Staff.active,
            )
        )
    ).first()
    if row is None:
        return None
    if touch and row.unseen:
        await session.execute(
            update(StaffSession)
            .where(StaffSession.token_hash == credential)
            .values(seen_at=func.now())
        )
    return _caller(row.Staff, row.Officer, row.ObserverScope, credential, by_cookie=True)


async def _of_token(session: AsyncSession, credential: bytes) -> Caller | None:
    row = (
        await session.execute(
            select(Staff, Officer, ObserverScope)
            .join(StaffToken, StaffToken.staff_id == Staff.id)
            .outerjoin(Officer, Officer.id == Staff.officer_id)
            .outerjoin(ObserverScope, ObserverScope.staff_id == Staff.id)
            .where(
                StaffToken.token_hash == credential,
                (StaffToken.expires_at.is_(None)) | (StaffToken.expires_at > func.now()),
                Staff.active,
            )
        )
    ).first()
    if row is None:
        return None
    return _caller(row.Staff, row.Officer, row.ObserverScope, credential, by_cookie=False)


def _caller(
    staff: Staff,
    officer: Officer | None,
    assigned: ObserverScope | None,
    credential: bytes,
    *,
    by_cookie: bool,
) -> Caller:
    return Caller(
        staff_id=staff.id,
        login=staff.login,
        name=staff.name,
        role=StaffRole(staff.role),
        precinct=staff.precinct_code,
        officer=OfficerRef(officer.id, officer.code, officer.name) if officer else None,
        credential=credential,
        by_cookie=by_cookie,
        watch=watch_of(staff.role, assigned),
    )


async def add_staff(
    session: AsyncSession,
    login: str,
    role: str,
    precinct: str | None = None,
    officer_code: str | None = None,
    password: str | None = None,
    *,
    name: str | None = None,
    demo: bool = False,
) -> Staff:
    """Let somebody log in.

    Parameters
    ----------
    session
    login : str
        Unique; letter case does not matter.
    role : str
        One of `StaffRole`.
    precinct : str, optional
        Whose reports they see; an officer's own by default.
    officer_code : str, optional
        Whom of the officers they are.
    password : str, optional
        Without one they can only use a token.
    name : str, optional
        Shown to colleagues; the officer's by default.
    demo : bool
        A login that everybody knows, in a demo database.

    Raises
    ------
    InvalidError, ConflictError
    """
    login = normal_login(login)
    if not login or len(login) > LONGEST_LOGIN or any(not c.isprintable() for c in login):
        message = f"A login has 1 to {LONGEST_LOGIN} printable characters"
        raise InvalidError(message)
    try:
        role = StaffRole(role).value
    except ValueError:
        message = f"There is no role {role}: name one of {', '.join(StaffRole)}"
        raise InvalidError(message) from None
    officer = await _officer(session, officer_code) if officer_code else None
    if officer is not None:
        precinct = precinct or officer.precinct_code
    if role == StaffRole.OFFICER.value and precinct is None:
        raise InvalidError("An officer belongs to a precinct: name it, or the officer's code")
    if password is not None and not demo:
        check_strength(password)
    password_hash = await Passwords().hash(password) if password is not None else None
    staff = (
        await session.execute(
            insert(Staff)
            .values(
                login=login,
                name=name or (officer.name if officer else login),
                role=role,
                precinct_code=precinct,
                officer_id=officer.id if officer else None,
                password_hash=password_hash,
                demo=demo,
            )
            .on_conflict_do_nothing(index_elements=[Staff.login])
            .returning(Staff)
        )
    ).scalar()
    if staff is None:
        message = f"There is a login {login} already"
        raise ConflictError(message)
    return staff


async def _officer(session: AsyncSession, code: str) -> Officer:
    officer = (await session.execute(select(Officer).where(Officer.code == code))).scalar()
    if officer is None:
        message = f"There is no officer {code}"
        raise InvalidError(message)
    return officer


async def make_token(session: AsyncSession, login: str, lifetime: timedelta | None = None) -> str:
    """Make a bearer token for a program; it is shown once and only its hash is kept.

    Parameters
    ----------
    session
    login : str
        In whose name and with whose rights.
    lifetime : timedelta, optional
        For ever by default.

    Raises
    ------
    NotFoundError
    """
    staff_id = (
        await session.execute(
            select(Staff.id).where(Staff.login == normal_login(login), Staff.active)
        )
    ).scalar()
    if staff_id is None:
        message = f"There is no login {login}"
        raise NotFoundError(message)
    token = TOKEN_PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    await session.execute(
        insert(StaffToken).values(
            token_hash=_digest(token),
            staff_id=staff_id,
            expires_at=None if lifetime is None else func.now() + literal(lifetime),
        )
    )
    return token
