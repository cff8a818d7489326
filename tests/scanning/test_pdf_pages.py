import importlib.util
from pathlib import Path

import numpy as np
import pytest

from scanner.scanning import pdf_pages
from scanner.scanning.decode_files import read_file
from scanner.scanning.errors import NoPictures
from scanner.wording.sentences import in_english
from tests.qr.pictures import code, on_wall
from tests.scanning.files import drawn, pdf, saved


def page(text: str) -> bytes:
    return drawn(code(text, module=1))


def written(folder: Path, data: bytes, name: str = "ticket.pdf") -> Path:
    (folder / name).write_bytes(data)
    return folder / name


def sentence_of(file: Path) -> str:
    with pytest.raises(NoPictures) as caught:
        read_file(file)
    return in_english(caught.value.fact)


def test_each_page_of_a_pdf_is_read(tmp_path: Path) -> None:
    file = written(tmp_path, pdf(page("A"), page("B")), "ticket.png")
    assert read_file(file).payloads == ("A", "B")


def test_a_picture_on_a_page_is_read(tmp_path: Path) -> None:
    data = saved(np.repeat(on_wall(code("A"))[:, :, None], 3, axis=2), "PDF")
    assert read_file(written(tmp_path, data)).payloads == ("A",)


def test_a_pdf_that_begins_with_other_bytes_is_one_all_the_same(tmp_path: Path) -> None:
    assert read_file(written(tmp_path, b"\n\r\n" + pdf(page("A")))).payloads == ("A",)


def test_without_the_library_the_extra_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = written(tmp_path, pdf(page("A")), "ticket.jpg")
    monkeypatch.setattr(pdf_pages, "find_spec", lambda _name: None)
    assert sentence_of(file) == f"{file} is a PDF document; install scanner[pdf] to read it."
    assert importlib.util.find_spec("pypdfium2")


def test_a_locked_pdf_is_said(tmp_path: Path) -> None:
    file = written(tmp_path, pdf(page("A"), encrypted=True))
    assert sentence_of(file) == f"{file} is a PDF with a password; save it without one."


@pytest.mark.parametrize("data", [b"%PDF-1.7\n%%EOF\n", pdf(page("A"))[:200], pdf()])
def test_a_damaged_pdf_is_said(tmp_path: Path, data: bytes) -> None:
    file = written(tmp_path, data)
    assert sentence_of(file) == f"{file} is a PDF document, but can't be read; choose another."


def test_a_page_that_takes_for_ever_is_ended_and_the_pages_before_it_are_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf_pages, "SECONDS_A_PAGE", 1.5)
    forms = [b" ".join([b"/F%d Do" % (level + 1)] * 10) for level in range(12)]
    bomb = pdf(page("A"), b"/F0 Do", forms=[*forms, b"0 0 200 200 re f"])
    decoded = read_file(written(tmp_path, bomb))
    assert decoded.payloads == ("A",)
    assert decoded.fault
    assert "only 1 picture could be read" in in_english(decoded.fault)


def test_tiny_and_huge_pages_are_drawn_in_a_size_that_can_be_looked_at() -> None:
    for width, height in ((20.0, 20.0), (595.0, 842.0), (14_400.0, 14_400.0), (1e6, 3.0), (0, 0)):
        scale = pdf_pages._scale(width, height)
        assert width * height * scale**2 <= pdf_pages.LARGEST * 1.01
        assert max(width, height) * scale <= pdf_pages.LONGEST * 1.01
    assert pdf_pages._scale(20.0, 20.0) * 20 == pdf_pages.SHORTEST
    assert pdf_pages._scale(595.0, 842.0) * 72 == pytest.approx(pdf_pages.DOTS_AN_INCH)
