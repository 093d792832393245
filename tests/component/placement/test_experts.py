"""An expert is asked for, assigned once, and reports once."""

from passend_contracts.events import ExpertAssigned, ExpertReported

from tests.component.placement.office import TO_BOARD, Office, on

SENT = {"provider": "ambulatory_service", "reportDue": on(42)}


async def test_an_expert_is_assigned_and_reports(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_expert(case)
    await office.decided(case, f"deskundigen/{request}/toewijzingen", SENT)
    await office.decided(case, f"deskundigen/{request}/verslagen", {"reportedOn": on(0)})
    [assigned] = await office.told(ExpertAssigned, case, topic=TO_BOARD)
    [reported] = await office.told(ExpertReported, case, topic=TO_BOARD)
    assert assigned.data == {"request": request, "discipline": "psychologist", "assignedOn": on(0), **SENT}
    assert reported.data == {"request": request, "reportedOn": on(0)}


async def test_nobody_is_assigned_twice_nor_reports_twice_nor_unasked(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_expert(case)
    report = f"deskundigen/{request}/verslagen"
    assert (await office.post(case, report, {"reportedOn": on(0)})).json()["rule"] == "expert_assigned"
    await office.decided(case, f"deskundigen/{request}/toewijzingen", SENT)
    assert (await office.post(case, f"deskundigen/{request}/toewijzingen", SENT)).json()["rule"] == "expert_unassigned"
    await office.decided(case, report, {"reportedOn": on(0)})
    assert (await office.post(case, report, {"reportedOn": on(0)})).status_code == 409
    assert await office.all_told(case) == ["expert_assigned", "expert_reported"]


async def test_dates_lie_on_the_right_side_of_today(office: Office) -> None:
    case = await office.a_case()
    request = await office.an_expert(case)
    late = await office.post(case, f"deskundigen/{request}/toewijzingen", {**SENT, "reportDue": on(-1)})
    early = await office.post(case, f"deskundigen/{request}/verslagen", {"reportedOn": on(1)})
    for answer, path in ((late, "$.reportDue"), (early, "$.reportedOn")):
        assert (answer.status_code, [error["path"] for error in answer.json()["errors"]]) == (400, [path])
