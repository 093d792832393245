"""What clients of others' making said on their way stands at the end of pytest's output."""

import pytest

TRANSCRIPTS = pytest.StashKey[list[str]]()


@pytest.fixture
def transcripts(pytestconfig: pytest.Config) -> list[str]:
    """Of all clients so far; a test adds what its own said."""
    return pytestconfig.stash.setdefault(TRANSCRIPTS, [])


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print them."""
    for transcript in terminalreporter.config.stash.get(TRANSCRIPTS, []):
        terminalreporter.write_line(transcript)
