from pathlib import Path

import pytest
from argon2 import PasswordHasher

from scanner.web import password
from scanner.web.errors import WebError, WebFault
from scanner.web.password import Password, read_password

QUICK = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


def written(folder: Path, content: bytes, mode: int = 0o600) -> Path:
    file = folder / "password"
    file.touch()
    file.chmod(mode)
    file.write_bytes(content)
    return file


@pytest.mark.parametrize(
    ("content", "fault"),
    [
        (b"", WebFault.PASSWORD_EMPTY),
        (b"\n", WebFault.PASSWORD_EMPTY),
        (b"   \nten characters", WebFault.PASSWORD_EMPTY),
        (b"\xff\xff", WebFault.PASSWORD_UNREADABLE),
        (b"nine char\n", WebFault.PASSWORD_SHORT),
        ("äöüäöüäöü\n".encode(), WebFault.PASSWORD_SHORT),
        (b"$argon2id$v=19$m=65536", WebFault.PASSWORD_NO_HASH),
    ],
)
def test_what_will_not_do_is_refused(tmp_path: Path, content: bytes, fault: WebFault) -> None:
    with pytest.raises(WebError) as refused:
        read_password(written(tmp_path, content))
    assert refused.value.fact.code == fault


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o644])
def test_a_file_that_others_can_read_is_refused_with_a_hash_in_it_too(
    tmp_path: Path, mode: int
) -> None:
    for content in (b"dry leaves", QUICK.hash("dry leaves").encode()):
        with pytest.raises(WebError) as refused:
            read_password(written(tmp_path, content, mode))
        assert refused.value.fact.code == WebFault.PASSWORD_SHARED


def test_an_endless_file_is_read_for_its_beginning_only() -> None:
    with pytest.raises(WebError):
        read_password(Path("/dev/zero"))


@pytest.mark.parametrize(
    "line",
    ["dry leaves", "\ufeffdry leaves", QUICK.hash("dry leaves")],
    ids=["plain", "marked", "hash"],
)
async def test_the_first_line_is_the_password_or_its_hash(tmp_path: Path, line: str) -> None:
    kept = read_password(written(tmp_path, f"{line}\r\nanything".encode()))
    for given in ("dry leave", "", "dry leaves ", "$argon2", "\ud800"):
        assert not await kept.matches(given, first_try=True)
    assert await kept.matches("dry leaves", first_try=True)
    assert not await kept.matches("dry leave", first_try=False)
    assert await kept.matches("dry leaves", first_try=False)


async def test_once_it_is_known_no_try_costs_more_than_a_keyed_hash(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[str] = []

    def verify(_: str, given: str) -> bool:
        asked.append(given)
        return given == "dry leaves"

    monkeypatch.setattr(password, "_verify", verify)
    kept = Password("$argon2id$")
    tries = ["wrong", "dry leaves", "wrong again", "dry leaves"]
    got = [await kept.matches(each, first_try=False) for each in tries]
    assert got == [False, True, False, True]
    assert asked == ["wrong", "dry leaves"]
