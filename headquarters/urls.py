from django.urls import path

from headquarters import (
    appeals,
    approvals,
    broadcasts,
    budgets,
    conduct,
    goals,
    history,
    surges,
    views,
)

urlpatterns = [
    path("headquarters/", views.city, name="headquarters"),
    path("headquarters/appeals/", appeals.appeals, name="headquarters_appeals"),
    path("headquarters/appeals/<slug:slug>/<int:pk>/", appeals.appeal, name="headquarters_appeal"),
    path("headquarters/approvals/", approvals.approvals, name="headquarters_approvals"),
    path("headquarters/approvals/<slug:slug>/<int:pk>/", approvals.approval, name="headquarters_approval"),
    path("headquarters/conduct/", conduct.write, name="headquarters_conduct"),
    path("headquarters/goals/", goals.service_goals, name="headquarters_goals"),
    path("headquarters/budgets/", budgets.budgets, name="headquarters_budgets"),
    path("headquarters/budgets/<slug:slug>/", budgets.budget, name="headquarters_budget"),
    path("headquarters/history/", history.city_history, name="headquarters_history"),
    path(
        "headquarters/history/<slug:kind>/<int:row>/",
        history.city_row_history,
        name="headquarters_row_history",
    ),
    path("headquarters/surges/", surges.surges, name="headquarters_surges"),
    # Messages for many commands
    path("headquarters/broadcasts/", broadcasts.broadcasts, name="headquarters_broadcasts"),
    path("headquarters/broadcasts/new/", broadcasts.write_broadcast, name="headquarters_broadcast_new"),
    path("headquarters/broadcasts/<int:number>/", broadcasts.broadcast, name="headquarters_broadcast"),
    path(
        "headquarters/broadcasts/<int:number>/approve/",
        broadcasts.approve_broadcast,
        name="approve_broadcast",
    ),
    path(
        "headquarters/broadcasts/<int:number>/withdraw/",
        broadcasts.withdraw_broadcast,
        name="withdraw_broadcast",
    ),
]
