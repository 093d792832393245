import re

from tests.architecture.repository import ROOT, lines, tracked

# Written as patterns that do not match themselves.
REGISTRIES = r"pypi[.]org|pythonhosted[.]org|npmjs[.]org|docker[.]io|ghcr[.]io"
MACHINES = r"(?<![\w.])/(work|root|home|Users)[/]"
LENT_TOOL = r"docker[-]here"
CI = ROOT / ".ci/run"


def test_no_file_names_a_package_registry() -> None:
    assert _places(REGISTRIES) == []


def test_no_file_names_a_path_of_somebody_s_machine() -> None:
    assert _places(MACHINES) == []


def test_a_lent_tool_is_asked_for_in_one_line_of_ci_only() -> None:
    places = _places(LENT_TOOL)
    assert len(places) <= 1, places
    assert all(place.startswith(str(CI.relative_to(ROOT))) for place in places)


def _places(pattern: str) -> list[str]:
    found = re.compile(pattern).search
    return [place for file in tracked() for place, line in lines(file) if found(line)]
