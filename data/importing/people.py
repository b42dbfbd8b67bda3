"""Insert and update the people named by rows of grid members; each person is stored once."""

from collections.abc import Sequence

from sqlalchemy import Connection, text

_COPY_PHONE_TO_ALL_ROWS = """
    UPDATE incoming SET phone = phones.phone
    FROM (SELECT person_code, min(phone) AS phone FROM incoming GROUP BY person_code) AS phones
    WHERE phones.person_code = incoming.person_code AND incoming.phone IS DISTINCT FROM phones.phone
"""
_KEEP_STORED_PHONE = text("""
    UPDATE incoming SET phone = person.phone FROM person
    WHERE person.code = incoming.person_code AND NOT EXISTS (
        SELECT FROM incoming AS other
        WHERE other.person_code = incoming.person_code AND other.file_no = ANY (:with_phones))
""")
_MARK_CHANGED = """
    UPDATE incoming SET person_changed = true FROM person
    WHERE person.code = incoming.person_code
    AND ROW(person.name, person.phone) IS DISTINCT FROM ROW(incoming.name, incoming.phone)
"""
_UPSERT = """
    INSERT INTO person (code, name, phone)
    SELECT DISTINCT person_code, name, phone FROM incoming
    ON CONFLICT (code) DO UPDATE SET name = excluded.name, phone = excluded.phone
    WHERE ROW(person.name, person.phone) IS DISTINCT FROM ROW(excluded.name, excluded.phone)
"""


def upsert(connection: Connection, with_phones: Sequence[int]) -> None:
    """Insert the people in `incoming`, or update their names and phones.

    `with_phones` has the numbers of the files that have a phone column. The phone of a person in
    none of these files is not changed. Rows whose person differs get `person_changed`.
    """
    connection.exec_driver_sql(_COPY_PHONE_TO_ALL_ROWS)
    connection.execute(_KEEP_STORED_PHONE, {"with_phones": list(with_phones)})
    connection.exec_driver_sql(_MARK_CHANGED)
    connection.exec_driver_sql(_UPSERT)
