import shutil
from pathlib import Path

import pytest

from tests.faults.patched import BROKEN, ROOT, apply

PATCHES = sorted(BROKEN.glob("*.patch"))


@pytest.mark.skipif(shutil.which("git") is None, reason="git applies the patches, and is not here")
@pytest.mark.parametrize("patch", PATCHES, ids=lambda patch: patch.stem)
def test_what_takes_a_promise_out_fits_the_code_as_it_is(patch: Path) -> None:
    apply(patch, ROOT, "--check")
