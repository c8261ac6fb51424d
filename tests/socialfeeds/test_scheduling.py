"""Local times and moments: both switch nights, zones that are odd, and what is past or far away."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from socialfeeds import scheduling
from socialfeeds.scheduling import Ambiguous, BadTime, FarTime, NoSuchTime, PastTime, local_to_utc

NEW_YORK, LORD_HOWE, SAMOA, LONDON = (
    "America/New_York",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Europe/London",
)


def utc(*parts):
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "local", "moment"),
    [
        (NEW_YORK, datetime(2027, 1, 5, 9, 30), utc(2027, 1, 5, 14, 30)),
        (NEW_YORK, datetime(2027, 7, 5, 9, 30), utc(2027, 7, 5, 13, 30)),
        # The last and the first minute around the hour that does not exist.
        (NEW_YORK, datetime(2027, 3, 14, 1, 59), utc(2027, 3, 14, 6, 59)),
        (NEW_YORK, datetime(2027, 3, 14, 3, 0), utc(2027, 3, 14, 7, 0)),
        # And around the hour that comes twice.
        (NEW_YORK, datetime(2026, 11, 1, 0, 59), utc(2026, 11, 1, 4, 59)),
        (NEW_YORK, datetime(2026, 11, 1, 2, 0), utc(2026, 11, 1, 7, 0)),
        (LORD_HOWE, datetime(2026, 7, 1, 12, 0), utc(2026, 7, 1, 1, 30)),
        (LORD_HOWE, datetime(2026, 12, 1, 12, 0), utc(2026, 12, 1, 1, 0)),
        (SAMOA, datetime(2011, 12, 31, 0, 0), utc(2011, 12, 30, 10, 0)),
    ],
)
def test_a_time_is_one_moment_and_back(zone, local, moment):
    assert local_to_utc(local, zone) == moment
    assert scheduling.utc_to_local(moment, zone).replace(tzinfo=None) == local
    assert scheduling.comes_twice(moment, zone) == ""


@pytest.mark.parametrize(
    ("zone", "local", "near"),
    [
        (
            NEW_YORK,
            datetime(2027, 3, 14, 2, 30),
            (datetime(2027, 3, 14, 1, 30), datetime(2027, 3, 14, 3, 30)),
        ),
        (NEW_YORK, datetime(2027, 3, 14, 2, 0), (datetime(2027, 3, 14, 1, 0), datetime(2027, 3, 14, 3, 0))),
        # Half an hour is left out here.
        (
            LORD_HOWE,
            datetime(2026, 10, 4, 2, 15),
            (datetime(2026, 10, 4, 1, 45), datetime(2026, 10, 4, 2, 45)),
        ),
        # And here a whole day.
        (
            SAMOA,
            datetime(2011, 12, 30, 10, 0),
            (datetime(2011, 12, 29, 10, 0), datetime(2011, 12, 31, 10, 0)),
        ),
    ],
)
def test_a_time_that_does_not_exist_says_which_are_near(zone, local, near):
    with pytest.raises(NoSuchTime) as said:
        local_to_utc(local, zone)
    assert said.value.near == near
    for each in near:
        local_to_utc(each, zone)


def test_its_words_name_the_times():
    with pytest.raises(NoSuchTime, match=r"Mar 14, 1:30 a\.m\. or Mar 14, 3:30 a\.m\."):
        local_to_utc(datetime(2027, 3, 14, 2, 30), NEW_YORK)


@pytest.mark.parametrize(
    ("zone", "local", "first", "apart"),
    [
        (NEW_YORK, datetime(2026, 11, 1, 1, 0), utc(2026, 11, 1, 5, 0), timedelta(hours=1)),
        (NEW_YORK, datetime(2026, 11, 1, 1, 59), utc(2026, 11, 1, 5, 59), timedelta(hours=1)),
        (LONDON, datetime(2026, 10, 25, 1, 30), utc(2026, 10, 25, 0, 30), timedelta(hours=1)),
        (LORD_HOWE, datetime(2026, 4, 5, 1, 45), utc(2026, 4, 4, 14, 45), timedelta(minutes=30)),
    ],
)
def test_a_time_that_comes_twice_asks_which(zone, local, first, apart):
    with pytest.raises(Ambiguous) as said:
        local_to_utc(local, zone)
    assert said.value.moments == (first, first + apart)
    assert local_to_utc(local, zone, second=False) == first
    assert local_to_utc(local, zone, second=True) == first + apart
    assert [scheduling.comes_twice(each, zone) for each in said.value.moments] == ["first", "second"]
    for each in said.value.moments:
        assert scheduling.utc_to_local(each, zone).replace(tzinfo=None, fold=0) == local


def test_what_is_past_and_what_is_far_away():
    now = scheduling.utc_to_local(timezone.now(), NEW_YORK).replace(tzinfo=None, second=0, microsecond=0)
    with pytest.raises(PastTime):
        scheduling.planned(now - timedelta(minutes=1), NEW_YORK, second=False)
    with pytest.raises(FarTime):
        scheduling.planned(now + timedelta(days=1000), NEW_YORK, second=False)
    assert scheduling.ahead(timezone.now() + timedelta(minutes=1))


@pytest.mark.parametrize("local", [datetime.min, datetime.max])
def test_the_ends_of_the_calendar_break_nothing(local):
    for zone in (NEW_YORK, LORD_HOWE):
        with pytest.raises(BadTime):
            scheduling.planned(local, zone)
