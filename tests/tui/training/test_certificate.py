from dataclasses import replace
from pathlib import Path

import pytest

from scanner.training.scenario import TrainingError, TrainingFault
from scanner.tui.training.certificate import certificate, write_certificate
from tests.training.test_records import RUN


def test_a_certificate_says_who_passed_what_and_shows_markup_as_text() -> None:
    page = certificate(replace(RUN, trainee="<b>Lee</b> & Co"))
    assert "&lt;b&gt;Lee&lt;/b&gt; &amp; Co" in page
    for words in ("A test", "100&nbsp;%", "2 May 2026", "@page", "break-inside: avoid"):
        assert words in page
    assert "http" not in page


def test_a_long_name_is_set_smaller_so_that_the_page_stays_one() -> None:
    assert "class='name'" in certificate(RUN)
    assert "class='name long'" in certificate(replace(RUN, trainee="N" * 60))


def test_nobody_below_the_pass_mark_gets_a_certificate(tmp_path: Path) -> None:
    with pytest.raises(TrainingError, match=TrainingFault.BELOW_PASS_MARK):
        write_certificate(replace(RUN, passed=False), tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_a_certificate_is_written_where_its_name_holds_no_path(tmp_path: Path) -> None:
    file = write_certificate(replace(RUN, trainee="../../Lee"), tmp_path)
    assert file.parent == tmp_path / "certificates"
    assert file.read_text().startswith("<!doctype html>")
