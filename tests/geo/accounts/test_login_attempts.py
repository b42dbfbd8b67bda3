"""The rate limit of logins, under concurrent attempts."""

import threading

from sqlalchemy.orm import Session

from geo import db
from geo.accounts import login_attempts


def test_concurrent_login_attempts_are_all_counted(database_url):
    """Of thirty attempts at once, as from thirty workers, five may verify their password."""
    engine = db.connect(database_url)
    barrier = threading.Barrier(30)
    admitted: list[bool] = []

    def attempt() -> None:
        with Session(engine) as session:
            barrier.wait()
            try:
                login_attempts.record(session, "li", "10.0.0.1")
                session.commit()
                admitted.append(True)
            except login_attempts.TooManyAttempts:
                admitted.append(False)

    threads = [threading.Thread(target=attempt) for _ in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    engine.dispose()
    assert (len(admitted), sum(admitted)) == (30, login_attempts.MAX_FAILURES)
