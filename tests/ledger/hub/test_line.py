"""The maximum wait of the hub's connection: the sum of its server and network timeouts."""

from __future__ import annotations

import pytest

from tests.ledger.hub.computers import Computers
from usbkit.ledger.hub.line import ANSWER, CONNECT, LONGEST
from usbkit.ledger.server import SILENCE

pytestmark = [pytest.mark.sqlite_only, pytest.mark.needs("postgresql")]


def test_nobody_waits_longer_than_half_a_minute_for_an_answer(computers: Computers) -> None:
    """The time-outs of one question, as the connection itself has them: each way to wait ends by one of them."""
    with computers.desk.hub._engine.connect() as line:
        settings = {
            name: str(value)
            for name, value in line.exec_driver_sql(
                "SELECT name, setting FROM pg_settings WHERE name LIKE '%%timeout' AND context = 'user'"
            ).fetchall()
        }
        asked = line.connection.driver_connection.info.get_parameters()  # type: ignore[union-attr]
    assert settings["statement_timeout"] == settings["lock_timeout"] == str(ANSWER * 1000)
    assert settings["idle_in_transaction_session_timeout"] == str(SILENCE * 1000)
    assert (asked["connect_timeout"], asked["tcp_user_timeout"]) == (str(CONNECT), str(SILENCE * 1000))
    probes = int(asked["keepalives_idle"]) + int(asked["keepalives_interval"]) * int(asked["keepalives_count"])
    assert probes <= SILENCE
    # A line that died unnoticed is found dead, a new one is made, the server answers, the COMMIT goes unanswered.
    assert LONGEST == SILENCE + CONNECT + ANSWER + SILENCE <= 30
