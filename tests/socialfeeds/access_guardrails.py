"""Who may do what with the guardrails, the course and the pause: rows of tests/test_access.py."""

BODY = "The lamp at Main St works again."


def routes(Only, roles):
    """By the names of addresses. `Only` and `roles` are the table's own."""
    here = {"slug": "pct-109"}
    staff = Only([role for role in roles if role not in {"anonymous", "resident"}])
    administrators = Only(["administrator"])
    publishers = Only(["editor", "commander"])
    return {
        "guardrails": ({}, {"GET": staff, "POST": staff}, {"text": BODY}),
        "guardrails_edition": ({"number": 1}, {"GET": staff, "POST": staff}, {"text": BODY}),
        "headquarters_guardrails": ({}, {"GET": administrators, "POST": administrators}, {"do": "add"}),
        "check_text": (here, {"POST": publishers}, {"text": BODY}),
    }
