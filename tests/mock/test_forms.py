from datetime import UTC, datetime, timedelta, timezone
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from scanner.mock import forms


@given(st.text())
def test_no_text_breaks_the_reading_of_a_time_or_an_identifier(text: str) -> None:
    at, number = forms.read_time(text), forms.identifier(text)
    assert at is None or at.tzinfo is not None
    assert number is None or 0 <= number < 2**63


@given(st.datetimes(min_value=datetime(1970, 1, 2), timezones=st.just(UTC)))  # noqa: DTZ001
def test_a_time_is_read_as_it_was_written(at: datetime) -> None:
    assert forms.read_time(at.isoformat()) == at
    assert forms.read_time(at.isoformat().replace("+", " ")) == at
    assert forms.read_time(forms.ticket_time(at)) == at.replace(microsecond=0)


def test_a_time_in_another_zone_is_shown_in_utc() -> None:
    at = datetime(2024, 2, 21, 16, 59, 18, tzinfo=timezone(timedelta(hours=2)))
    assert forms.ticket_time(at) == "2024-02-21T14:59:18+00:00"
    assert forms.session_time(at) == "2024-02-21 14:59:18"


@given(st.text(), st.text())
def test_a_serials_head_has_its_form_whatever_the_names(event: str, section: str) -> None:
    first, second = forms.serial_head(event, section).split("-")
    assert (len(first), len(second)) == (6, 4)
    assert set(first + second) <= set(forms.UPPER_AND_DIGITS)


def test_the_example_serials_head_is_made_from_its_names() -> None:
    assert forms.serial_head("Dawiers Night", "Backstage") == "DAWIER-BACK"
    assert forms.serial_head("Dawiers Night", "VIP") == "DAWIER-VIPX"


@given(st.integers())
def test_made_up_codes_and_keys_have_their_forms(seed: int) -> None:
    rng = Random(seed)
    assert len(forms.token_code(rng)) == 8
    assert len(forms.api_key(rng)) == 32
    assert len(forms.order_number(rng)) == 12
    assert forms.account_number(rng)[2] == "-"
