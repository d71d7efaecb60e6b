"""Whether somebody is there: the plan (shifts), overruled by their own last word (a tap).

One rule for officers and for desks, as SQL that is made part of each question: as a function of
the database it could not be, and calling one for thousands of officers costs more than the answer.
"""

from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    DateTime,
    ScalarSelect,
    Table,
    and_,
    exists,
    func,
    literal,
    or_,
    select,
)

INSTANT = DateTime(timezone=True)


def instant(at: Any) -> ColumnElement[Any]:
    """Return a time as SQL that knows its zone, whether it is one already or a value."""
    return at if isinstance(at, ColumnElement) else literal(at, INSTANT)


def last_word(
    person: Column[Any],
    tap: Table,
    shift: Table,
    said: str,
    at: ColumnElement[Any],
    *planned: ColumnElement[bool],
) -> ScalarSelect[Any]:
    """SQL: what somebody's last tap says while it holds; null when it does not, or there is none.

    It holds until the plan says something new: the next begin or end of a planned shift. Only the
    newest can hold, for what ends it ends all before it.

    Parameters
    ----------
    person : Column
        Of the row that is asked about.
    tap, shift : Table
        The truth and the plan; the first foreign key of each says whose they are.
    said : str
        The column of the tap that is wanted.
    at : ColumnElement
    *planned : ColumnElement
        Which shifts count.
    """
    whose, of = _person_column(tap), _person_column(shift)
    last = (
        select(tap.c[said].label("said"), tap.c.at)
        .where(whose == person, tap.c.at <= at)
        .order_by(tap.c.at.desc(), tap.c.id.desc())
        .limit(1)
        .correlate(person.table)
        .subquery()
    )
    begins, ends = func.lower(shift.c.period), func.upper(shift.c.period)
    news = (
        exists()
        .where(
            of == person,
            shift.c.period.op("&&")(func.tstzrange(last.c.at, at, "[]")),
            or_(
                and_(begins > last.c.at, begins <= at),
                and_(ends > last.c.at, ends <= at),
            ),
            *planned,
        )
        .correlate(person.table, last)
    )
    return select(last.c.said).where(~news).correlate(person.table).scalar_subquery()


def _person_column(table: Table) -> Column[Any]:
    (key,) = (column for column in table.columns if column.foreign_keys)
    return key
