"""Time left, on a clock that the test turns."""

from __future__ import annotations

import pytest

from core.jobs.estimate import Estimator


def test_time_left_follows_the_pace_of_the_stage() -> None:
    estimator = Estimator({})
    estimator.stage("train", 10.0)
    outlook = estimator.progress(0.25, 14.0)
    assert outlook.left == pytest.approx(12.0)
    assert (outlook.overall, outlook.total_left) == (None, None)


def test_nothing_is_said_before_there_is_a_pace() -> None:
    estimator = Estimator({"a": 1.0})
    estimator.stage("a", 0.0)
    assert estimator.progress(0.001, 5.0).left is None
    assert estimator.progress(0.5, 0.1).left is None


def test_a_share_never_falls_back_and_never_leaves_its_range() -> None:
    estimator = Estimator({"a": 1.0, "b": 1.0})
    estimator.stage("a", 0.0)
    assert estimator.progress(0.6, 1.0).done == 0.6
    assert estimator.progress(0.2, 2.0).done == 0.6
    assert estimator.progress(7.0, 3.0).done == 1.0
    estimator.stage("b", 4.0)
    assert estimator.progress(-1.0, 5.0).done == 0.0


def test_the_whole_is_scaled_by_how_fast_the_stages_went() -> None:
    estimator = Estimator({"a": 1.0, "b": 2.0, "c": 1.0})
    estimator.stage("a", 0.0)
    estimator.stage("b", 10.0)  # ten times slower than the plan said
    outlook = estimator.progress(0.5, 20.0)
    assert outlook.left == pytest.approx(10.0)
    assert outlook.overall == pytest.approx(0.5)
    assert outlook.total_left == pytest.approx(10.0 + 1.0 * (20.0 + 1.0) / (2.0 + 1.0))


def test_stages_that_were_passed_over_count_as_done() -> None:
    estimator = Estimator({"a": 1.0, "b": 8.0, "c": 1.0})
    estimator.stage("a", 0.0)
    estimator.stage("c", 1.0)
    assert estimator.progress(0.5, 2.0).overall == pytest.approx(0.95)


def test_a_stage_that_was_not_expected_has_its_own_pace_only() -> None:
    estimator = Estimator({"a": 1.0, "b": 1.0})
    estimator.stage("a", 0.0)
    estimator.stage("surprise", 1.0)
    outlook = estimator.progress(0.5, 2.0)
    assert outlook.left == pytest.approx(1.0)
    assert outlook.overall == pytest.approx(0.5)


def test_the_overall_share_never_falls_back() -> None:
    estimator = Estimator({"a": 1.0, "b": 1.0})
    shares = []
    for name, at in (("a", 0.0), ("b", 2.0)):
        estimator.stage(name, at)
        for step in range(5):
            shares.append(estimator.progress(step / 4, at + 0.5 * step).overall)
    assert shares == sorted(share for share in shares if share is not None)
    assert shares[-1] == 1.0


def test_compiling_once_says_nothing_about_the_stages_after_it() -> None:
    estimator = Estimator({"read": 1.0, "prepare": 1.0, "train": 4.0})
    estimator.stage("read", 0.0)
    estimator.stage("prepare", 1.0)
    assert estimator.progress(0.5, 31.0).total_left == pytest.approx(30.0 + 4.0)
    estimator.stage("train", 61.0)
    assert estimator.progress(0.5, 63.0).total_left == pytest.approx(2.0)


def test_a_stage_that_goes_on_in_its_middle_is_judged_by_what_it_gains() -> None:
    estimator = Estimator({})
    estimator.stage("commit", 0.0)
    assert estimator.progress(0.6, 0.1).left is None  # done by an earlier run
    assert estimator.progress(0.61, 5.0).left is None
    assert estimator.progress(0.8, 10.0).left == pytest.approx(10.0)
    estimator.stage("train", 20.0)
    assert estimator.progress(0.5, 22.0).left == pytest.approx(2.0)  # a first word that comes late


def test_a_job_of_another_kind_follows_its_own_plan() -> None:
    estimator = Estimator({"open": 1.0, "prepare": 1.0, "train": 8.0}, {"read": 1.0, "prepare": 1.0, "commit": 2.0})
    estimator.stage("read", 0.0)
    estimator.stage("prepare", 1.0)
    estimator.stage("commit", 2.0)
    assert estimator.progress(0.5, 3.0).overall == pytest.approx(0.75)
    estimator = Estimator({"open": 1.0, "prepare": 1.0}, {"read": 1.0, "prepare": 9.0})
    estimator.stage("open", 0.0)
    estimator.stage("prepare", 1.0)
    assert estimator.progress(0.5, 3.0).overall == pytest.approx(0.75)


def test_what_stages_take_can_be_told_once_the_data_are_known() -> None:
    estimator = Estimator({"open": 1.0, "train": 3.0, "validity": 1.0, "bounded": 0.0, "check": 1.0})
    estimator.stage("open", 0.0)
    estimator.expect({"open": 2.0, "train": 8.0, "validity": 0.0, "bounded": 20.0, "check": 10.0, "elsewhere": 5.0})
    estimator.stage("train", 2.0)
    outlook = estimator.progress(0.5, 6.0)  # exactly as expected
    assert outlook.overall == pytest.approx(6.0 / 40.0)
    assert (outlook.left, outlook.total_left) == (pytest.approx(4.0), pytest.approx(34.0))
    estimator.stage("bounded", 10.0)
    outlook = estimator.progress(0.5, 20.0)
    assert outlook.overall == pytest.approx(20.0 / 40.0) and outlook.total_left == pytest.approx(20.0)


def test_what_is_told_to_one_job_does_not_change_the_plan_of_the_next() -> None:
    plan, other = {"a": 1.0, "b": 1.0}, {"c": 1.0, "d": 1.0}
    for first in "ac":
        estimator = Estimator(plan, other)
        estimator.stage(first, 0.0)
        estimator.expect(dict.fromkeys("abcd", 7.0))
    assert (plan, other) == ({"a": 1.0, "b": 1.0}, {"c": 1.0, "d": 1.0})
