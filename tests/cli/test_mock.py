import json
import signal

from tests.cli.program import LIMIT_SECONDS, Program
from tests.mock.api import Api
from tests.warm import piped


def test_the_command_serves_until_it_is_told_to_stop(program: Program) -> None:
    words = ["mock", "--tickets", "5", "--sections", "2", "--seed", "3", "--api-key", "a" * 32]
    with piped("scanner", *words, environment=program.environment()) as server:
        ready = json.loads(server.stdout.readline())
        assert ready["api_key"] == "a" * 32
        assert len(ready["tokens"]) == 4
        assert Api(ready["url"], "a" * 32).get(ready["event"]).status_code == 200
        server.process.send_signal(signal.SIGTERM)
        assert server.process.wait(LIMIT_SECONDS) == 0


def test_a_port_that_cannot_be_used_is_one_sentence(program: Program) -> None:
    assert "--port" in program.complains("mock", "--port", "99999")
