"""The persons that rows of grid members name: kept once each, however many grids they have."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

_SAME_PHONE = """
    UPDATE incoming SET phone = told.phone
    FROM (SELECT person_code, min(phone) AS phone FROM incoming GROUP BY person_code) AS told
    WHERE told.person_code = incoming.person_code AND incoming.phone IS DISTINCT FROM told.phone
"""
_PHONE_AS_BEFORE = text("""
    UPDATE incoming SET phone = person.phone FROM person
    WHERE person.code = incoming.person_code AND NOT EXISTS (
        SELECT FROM incoming AS other
        WHERE other.person_code = incoming.person_code AND other.file_no = ANY (:speaking))
""")
_MARK = """
    UPDATE incoming SET renewed = true FROM person
    WHERE person.code = incoming.person_code
    AND ROW(person.name, person.phone) IS DISTINCT FROM ROW(incoming.name, incoming.phone)
"""
_RENEW = """
    INSERT INTO person (code, name, phone)
    SELECT DISTINCT person_code, name, phone FROM incoming
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, phone = excluded.phone
    WHERE ROW(person.name, person.phone) IS DISTINCT FROM ROW(excluded.name, excluded.phone)
"""


def settle(connection: Connection, speaking: Sequence[int]) -> None:
    """Bring the persons in the register up to what the rows of `incoming` say of them.

    `speaking` are the numbers of the files that have phones; where none speaks of a person, the
    phone is left alone. Rows whose person differed are marked in `renewed`.
    """
    connection.exec_driver_sql(_SAME_PHONE)
    connection.execute(_PHONE_AS_BEFORE, {"speaking": list(speaking)})
    connection.exec_driver_sql(_MARK)
    connection.exec_driver_sql(_RENEW)
