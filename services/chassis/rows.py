"""A batch's rows in one statement that is the same for one and for a thousand: PostgreSQL plans it once, and one parameter carries all.

SQLAlchemy's `in_` writes another statement for each number of values, and a list of rows is sent one by one: measured with 250 rows,
reading took 14 µs a row in place of 5, and writing 22 in place of 11.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from pydantic_core import to_json
from sqlalchemy import ARRAY, ColumnElement, Text, TextClause, any_, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlmodel import SQLModel, col


def among(column: Any) -> ColumnElement[bool]:
    """Whether a column of text is one of the `values` that the statement is executed with.

    A statement around the values themselves is a ring of objects, which only the garbage collector takes apart: 100 bytes an event.
    """
    return col(column) == any_(bindparam("values", type_=ARRAY(Text)))


async def put(connection: AsyncConnection, table: type[SQLModel], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write these rows, all with the same columns, in their order; each in place of the one with its key, where the key is given.

    A key may occur once. No column may hold bytes, which have no form in JSON.
    """
    if rows:
        await connection.execute(_statement(table, tuple(rows[0])), {"rows": to_json(rows).decode()})


@lru_cache(maxsize=100)
def _statement(table: type[SQLModel], columns: tuple[str, ...]) -> TextClause:
    name, keys = table.__table__.name, [key.name for key in table.__table__.primary_key]  # type: ignore[attr-defined]  # SQLModel makes it
    listed = ", ".join(f'"{column}"' for column in columns)
    fresh = ", ".join(f'"{column}" = excluded."{column}"' for column in columns if column not in keys)
    replaces = f"ON CONFLICT ({', '.join(keys)}) DO UPDATE SET {fresh}" if set(keys) <= set(columns) else ""
    return text(f"""
        INSERT INTO {name} ({listed}) SELECT {listed} FROM jsonb_populate_recordset(NULL::{name}, CAST(:rows AS jsonb)) {replaces}
    """)  # noqa: S608 -- our own names
