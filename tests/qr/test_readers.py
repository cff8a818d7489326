import pytest

from scanner.qr.decoder import Decoder
from scanner.qr.readers import Library, NoReader, available
from tests.qr.fake_readers import MISSING, take_away
from tests.qr.pictures import SERIAL, code, on_wall


def test_all_three_libraries_are_here() -> None:
    assert available() == (Library.ZXING, Library.ZBAR, Library.WECHAT)


@pytest.mark.parametrize("library", ["zxing", "zbar", "wechat"])
def test_a_missing_library_is_left_out(library: str, monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(monkeypatch, library)
    assert Library(library) not in available()
    assert Decoder().decode(on_wall(code())).texts == (SERIAL,)


@pytest.mark.parametrize("library", ["zxing", "zbar", "wechat"])
def test_each_library_alone_reads_a_good_code(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    for other in set(MISSING) - {library}:
        take_away(monkeypatch, other)
    assert Decoder().libraries == (Library(library),)
    (reading,) = Decoder().decode(on_wall(code())).readings
    assert (reading.text, reading.by) == (SERIAL, library)


def test_without_any_library_the_decoder_fails_with_its_own_exception(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for library in MISSING:
        take_away(monkeypatch, library)
    with pytest.raises(NoReader):
        Decoder()


def test_zbars_guess_at_a_character_set_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    take_away(monkeypatch, "zxing")
    take_away(monkeypatch, "wechat")
    assert Decoder().decode(on_wall(code("Größe".encode()))).readings == ()
