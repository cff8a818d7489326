"""The page around the terminal, as it comes over HTTP; tests/cli/test_web_page.py looks at it."""

import json
import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path

import aiohttp
import pytest

from scanner.app.sound import SOUNDS
from scanner.facts import Fact
from scanner.tui.widgets.key_line import AT_THE_GATE
from scanner.web.errors import PageTrouble, PageWord
from scanner.web.server import TOUCH_KEYS
from scanner.wording.catalogue import LANGUAGES, choose_language
from scanner.wording.sentences import sentence
from tests.web.house import a_house


@pytest.fixture(autouse=True)
def english_again() -> Iterator[None]:
    """The server's language is its process's, and so these tests'."""
    yield
    choose_language("en")


async def page_of(folder: Path, *, take_frames: bool = True, language: str = "en") -> str:
    async with (
        a_house(folder, take_frames=take_frames, language=language) as house,
        aiohttp.ClientSession() as session,
        session.get(house.address) as answer,
    ):
        assert answer.status == 200
        return await answer.text()


async def test_every_part_of_it_comes_from_the_gate_itself(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, aiohttp.ClientSession() as session:
        async with session.get(house.address) as answer:
            text = await answer.text()
            policy = answer.headers["Content-Security-Policy"]
        parts = re.findall(r'(?:src|href)="([^"]+)"', text)
        async with session.get(f"{house.address}/page/gate.css") as answer:
            css = await answer.text()
        parts += [f"page/{at}" for at in re.findall(r'url\("([^"]+)"\)', css)]
        assert len(parts) == 6
        for part in parts:
            if part != "data:,":
                assert "//" not in part
                async with session.get(f"{house.address}/{part}") as answer:
                    assert answer.status == 200
                    await answer.read()
    assert "default-src 'none'; script-src 'self'; connect-src 'self'" in policy
    assert "unsafe-inline" not in policy.partition("style-src")[0]
    assert not re.search(r"<script(?![^>]*src=)|\son\w+=|<style|\sstyle=", text)
    assert "splash" not in text
    assert "textual" not in re.sub(r'"[^"]*"', "", text).lower()


async def test_its_keys_are_keys_of_the_gate(tmp_path: Path) -> None:
    text = await page_of(tmp_path)
    sent = [unescape(each) for each in re.findall(r'data-keys="([^"]*)"', text)]
    assert sent == [each.sent for each in TOUCH_KEYS]
    gates = {key for each in AT_THE_GATE.values() for key in each.key.split(",")}
    letters = {each.sent for each in TOUCH_KEYS if each.sent.isalpha()}
    assert letters <= gates
    assert "q" not in letters
    for each in AT_THE_GATE.values():  # one name on both
        for key in TOUCH_KEYS:
            assert key.sent != each.key or key.label == each.description


async def test_there_is_a_camera_where_the_gates_take_frames(tmp_path: Path) -> None:
    (tmp_path / "with").mkdir()
    (tmp_path / "without").mkdir()
    assert 'id="camera"' in await page_of(tmp_path / "with")
    assert 'id="camera"' not in await page_of(tmp_path / "without", take_frames=False)


@pytest.mark.parametrize("language", LANGUAGES)
async def test_it_speaks_the_language_of_the_settings(tmp_path: Path, language: str) -> None:
    text = await page_of(tmp_path, language=language)
    assert f'<html lang="{language}">' in text
    words = json.loads(unescape(re.search(r'data-words="([^"]*)"', text)[1]))  # type: ignore[index]
    choose_language(language)
    assert words == {each.name.lower(): sentence(Fact(each)) for each in PageTrouble}
    for word in PageWord:
        assert sentence(Fact(word)) in unescape(text)


async def test_each_sound_is_there_for_the_page_to_play(tmp_path: Path) -> None:
    async with a_house(tmp_path) as house, aiohttp.ClientSession() as session:
        for name in SOUNDS:
            async with session.get(f"{house.address}/sounds/{name}.wav") as answer:
                assert (await answer.read())[:4] == b"RIFF"


def test_the_script_knows_each_trouble_of_a_camera_by_its_name() -> None:
    from scanner.paths import assets_folder

    script = (assets_folder() / "web" / "gate.js").read_text()
    used = set(re.findall(r"words\.(\w+)", script))
    used |= set(re.findall(r'Error: "(\w+)"', script)) | {"failed"}
    assert used == {each.name.lower() for each in PageTrouble}
