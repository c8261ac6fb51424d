"""Who may do what at the addresses of accounts, alarms and budgets, and the rows that they name."""

from socialfeeds.models import Alarm

HERE = {"slug": "pct-109"}
ACCOUNT = {**HERE, "pk": "account"}
ALARM = {**HERE, "pk": "alarm"}


def things_of_accounts(account):
    """Inside the command."""
    alarm = Alarm.objects.get_or_create(kind="missed", key="1", defaults={"words": "Not sent in time."})[0]
    return {"account": account.pk, "alarm": alarm.pk}


def routes(Only, desk, signed_in):
    connectors = Only(["commander", "administrator"])
    told = Only(["editor", "commander", "administrator"])
    budgets = Only(["administrator"])
    api = {"nobody": 401}
    return {
        "accounts": (HERE, {"GET": Only(desk)}, None),
        "pause_account": (ACCOUNT, {"POST": connectors.leading_on()}, {}),
        "disconnect_account": (ACCOUNT, {"POST": connectors.leading_on()}, {}),
        "connect": (
            {**HERE, "network": "bluesky"},
            {"GET": connectors, "POST": connectors.leading_on(422)},
            {},
        ),
        "connect_choose": (
            {**HERE, "network": "bluesky"},
            {"GET": connectors.leading_on(422), "POST": connectors.leading_on(422)},
            {},
        ),
        # Who comes back without having gone is told to begin again.
        "connect_back": ({"network": "bluesky"}, {"GET": Only(signed_in, 422)}, None),
        "desk_alarms": (HERE, {"GET": Only(desk)}, None),
        "acknowledge_alarm": (ALARM, {"POST": told.leading_on()}, {}),
        "headquarters_budgets": ({}, {"GET": budgets}, None),
        "headquarters_budget": (HERE, {"GET": budgets, "POST": budgets.leading_on()}, {"month_usd": "50"}),
        "api_accounts": (HERE, {"GET": Only(desk, **api)}, None),
        "api_account": (
            {**HERE, "id": "account"},
            {
                "GET": Only(desk, **api),
                "PATCH": Only(["commander", "administrator"], **api),
                "DELETE": Only(["commander", "administrator"], 204, **api),
            },
            {"paused": True},
        ),
    }
