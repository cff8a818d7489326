from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from scanner.admission.ticket import TicketStatus
from scanner.platform.errors import FieldFault
from scanner.platform.tolerant_reader import FieldError, Gaps
from scanner.pretix import models
from scanner.pretix.order_models import find_moves, read_listed, read_verdict
from scanner.pretix.tickets import read_order
from tests.pretix.evening import (
    DEVICES,
    EIGHT,
    OWN,
    check_in,
    check_in_list,
    data,
    item,
    order,
    position,
)

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=8,
)
CHECK_IN = check_in(4, EIGHT.isoformat())
ORDER = order("AAAAA", position(checkins=[CHECK_IN], print_logs=[{"info": {}}], answers=[]))


@st.composite
def spoilt(draw: st.DrawFn, whole: Any) -> Any:
    """Draw a copy of an object in which something is missing, or is something else."""
    copy = {**whole}
    name = draw(st.sampled_from(sorted(copy)))
    inside = copy[name]
    if isinstance(inside, list) and inside and isinstance(inside[0], dict) and draw(st.booleans()):
        copy[name] = [draw(spoilt(inside[0])), *inside[1:]]
    elif draw(st.booleans()):
        del copy[name]
    else:
        copy[name] = draw(JSON)
    return copy


@settings(max_examples=400)
@given(spoilt(ORDER))
def test_an_order_is_read_or_left_out_and_nobody_gets_in_by_what_is_wrong(found: Any) -> None:
    gaps: Gaps = []
    try:
        read = read_order(data(), DEVICES, found, gaps)
    except FieldError as error:
        assert isinstance(error.problem, FieldFault)
        return
    assert all(isinstance(gap.problem, FieldFault) for gap in gaps)
    for row in read.tickets:
        told = next(each for each in found["positions"] if each.get("secret") == row.serial)
        if row.status is TicketStatus.ISSUED:
            assert found["status"] == "p" or found.get("valid_if_pending") is True
            assert not told.get("blocked")
            assert told.get("canceled", False) is False
            for name in ("valid_from", "valid_until"):
                assert told.get(name) in (None, "", "N/A") or row.detail


@settings(max_examples=200)
@given(JSON | spoilt(position()) | spoilt(check_in_list()) | spoilt(item(1, "Floor")))
def test_no_answer_breaks_a_reader(found: Any) -> None:
    readers: list[Any] = [
        read_verdict,
        lambda body: read_listed(body, []),
        lambda body: find_moves("a", body),
        lambda body: read_order(data(), DEVICES, body, []),
        models.read_check_in_list,
        models.read_question,
        models.read_revoked_secret,
        lambda body: models.read_item(body, "de"),
        lambda body: models.read_event(body, "de"),
        lambda body: models.read_event_date(body, "de"),
        lambda body: models.read_device(body, ""),
        lambda body: models.read_device_info(body, ""),
    ]
    for read in readers:
        try:
            read(found)
        except FieldError as error:
            assert isinstance(error.problem, FieldFault)


def test_check_ins_that_cannot_be_read_are_noted_and_the_others_count() -> None:
    gaps: Gaps = []
    broken = [{"id": 3}, "?", CHECK_IN, check_in(5, "x") | {"device_id": "x"}]
    read = read_order(data(), DEVICES, order("AAAAA", position(checkins=broken)), gaps)
    assert [each.device for each in read.admissions] == [None, DEVICES.called(OWN)]
    assert {gap.name for gap in gaps} == {
        "checkins.list",
        "checkins.datetime",
        "checkins.device_id",
    }


def test_of_a_remark_that_is_too_long_the_beginning_is_told() -> None:
    gaps: Gaps = []
    (row,) = read_order(
        data(), DEVICES, order("AAAAA", position(), checkin_text="Look. " * 100), gaps
    ).tickets
    assert row.detail
    assert row.detail.notice
    assert row.detail.notice.startswith("Look. Look. ")
    assert row.detail.notice.endswith("…")
    of_product = models.read_item(item(1, "Floor", checkin_text="Look. " * 100), "en", gaps)
    assert of_product.remark.text == row.detail.notice
    assert gaps == []
