"""One change of each kind that our own project's schema allows: none is silently the same, and hardly any is not compared."""

import concurrent.futures
import os

import pytest
from changes import Answers, Case
from server import VERSIONS, Server


@pytest.mark.parametrize("version", sorted(VERSIONS))
def test_single_changes_are_reported(version, restamp, tmp_path):
    answers = Answers()
    with Server(version) as server, concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        case = Case("own", server, restamp, tmp_path)
        assert not [entry for entry in case.report["drift"] if entry["counts"]], "nothing is changed yet"
        answers.add("own", case.run(1, "test", pool))
    total = answers.total()
    assert total.total() > 220
    assert not {kind for kind, count in answers.kinds.items() if count["missed"]}
    assert total["drift"] + total["listed"] >= 0.985 * total.total()
