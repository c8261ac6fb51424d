"""What the small city has planned: messages in a week, slots, a file, and what headquarters offers."""

from __future__ import annotations

from datetime import datetime, time, timedelta

from precincts import tenancy
from socialfeeds import broadcasting, bulk, planning, scheduling
from socialfeeds.models import Account, Message, Offer, Status
from tests.socialfeeds.plans import ZONE, at, autumn_night, monday

FILE = """date,time,accounts,text,link
2020-01-06,09:00,x,Late.,
{monday},25:00,friendster,{long},nonsense
{monday},09:00,x,Right.,https://example.org/
"""


def build(city, users, busy):
    """Outside of any tenancy. Adds to city.ideas what the addresses name."""
    offered = broadcasting.write(text="Know your zone.", by=users["administrator"], commands=[busy])
    waits = broadcasting.write(
        text="A parade on Sunday. " + "Long" * 30,
        link="https://example.org/parade",
        must_run=True,
        by=users["administrator"],
        commands=[busy],
        scheduled_at=at(monday(2), 10),
    )
    broadcasting.spread(broadcast_id=offered.pk)
    with tenancy.enter(busy):
        city.ideas |= _planned(busy, users["commander"]) | {
            "offered": offered.pk,
            "waits": waits.pk,
            "offer": Offer.objects.get(broadcast=offered).pk,
        }


def _planned(busy, author):
    scheduling.add_slots(weekdays=range(5), time=time(9))
    accounts = list(Account.objects.all())
    day = monday()
    made = [
        planning.make_draft(
            text=f"A message that is {status}, of the {'long' * 20} kind.",
            accounts=accounts,
            author=author,
            scheduled_at=at(day + timedelta(days=number), 9 + number, 15),
            zone=ZONE,
        )
        for number, status in enumerate(Status)
    ]
    for message, status in zip(made, Status, strict=True):
        Message.objects.filter(pk=message.pk).update(status=status)
    planning.make_draft(text="", accounts=accounts, author=author)
    night = autumn_night()
    planning.make_draft(
        text="By night.",
        accounts=accounts,
        author=author,
        scheduled_at=scheduling.local_to_utc(
            datetime(night.year, night.month, night.day, 1, 30), ZONE, second=True
        ),
        zone=ZONE,
    )
    content = FILE.format(monday=day, long="w" * 120)
    batch = bulk.keep(data=content.encode(), name=f"{'december' * 8}.csv", command=busy, by=author)
    year, week, _ = day.isocalendar()
    return {
        "planned": made[0].pk,
        "batch": batch.pk,
        "planned_week": f"{year}-W{week:02}",
        "planned_month": f"{day:%Y-%m}",
        "autumn_week": "{}-W{:02}".format(*night.isocalendar()[:2]),
    }
