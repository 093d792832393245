"""The embedded broker dies with its log: what stood there comes again, in order and under the same ids."""

import pytest

from tests.faults.scene import Scene

LOG = "SELECT log_id FROM relay_lease WHERE lane = 'cases'"


@pytest.mark.long
@pytest.mark.embedded_broker("a log that is gone when the broker is killed")
async def test_a_new_log_is_filled_with_all_that_was_told(intake: Scene) -> None:
    async with intake.under_load("embedded broker killed, its log and the service with it") as load:
        await load.reached(100)
        await intake.pair.kill_broker()
        intake.service.kill()
        await intake.pair.start_broker()
        await intake.service.start()
    known = await intake.database.value(LOG)
    await intake.pair.kill_broker()
    await intake.pair.start_broker()
    await intake.database.until(f"SELECT ({LOG}) <> '{known}'")
    await intake.check("embedded broker replaced under a running service", load)
