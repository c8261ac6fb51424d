"""The course, for everybody who holds a role: lessons, scenarios, the quiz and what came of it."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engage import markdown
from precincts.access import staff
from socialfeeds import training
from socialfeeds.models import Attempt, Certificate, Lesson, Scenario
from socialfeeds.training import SOON

LESSON_LENGTH = 20_000


@never_cache
@require_safe
@staff
def course(request: HttpRequest) -> HttpResponse:
    now = training.course_now()
    certificate = training.valid_certificate(request.user)  # type: ignore[arg-type]
    context = {
        "course": now,
        "lessons": now.lessons.all() if now else [],
        "certificate": certificate,
        "ends_soon": certificate is not None and certificate.expires_at <= timezone.now() + SOON,
        "before": Certificate.objects.filter(user_id=request.user.pk).order_by("-pk").first(),
        "attempt": training.open_attempt(request.user),  # type: ignore[arg-type]
    }
    return render(request, "socialfeeds/course.html", context)


@never_cache
@require_safe
@staff
def lesson(request: HttpRequest, place: int) -> HttpResponse:
    """A lesson. `scenario` and `post` are what somebody would do with one of its messages."""
    now = training.course_now()
    lessons = list(now.lessons.all()) if now else []
    if not 1 <= place <= len(lessons):
        raise Http404
    shown = lessons[place - 1]
    context = {
        "lesson": shown,
        "body": markdown.to_html(shown.body, LESSON_LENGTH),
        "scenarios": _scenarios(shown, request.GET.get("scenario", ""), request.GET.get("post", "")),
        "place": place,
        "of": len(lessons),
        "before": place - 1,
        "after": place + 1 if place < len(lessons) else 0,
    }
    return render(request, "socialfeeds/lesson.html", context)


def _scenarios(shown: Lesson, chosen: str, post: str) -> list[dict[str, Any]]:
    """Each with what was answered to it, where it was."""

    def told(scenario: Scenario) -> bool | None:
        if chosen != str(scenario.pk) or post not in ("yes", "no"):
            return None
        return (post == "yes") == scenario.may_post

    return [{"scenario": scenario, "right": told(scenario)} for scenario in shown.scenarios.all()]


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff
def quiz(request: HttpRequest) -> HttpResponse:
    """The open attempt. POST without one begins; with one it answers, and leads to what came of it."""
    attempt = training.open_attempt(request.user)  # type: ignore[arg-type]
    if request.method != "POST":
        return _quiz(request, attempt) if attempt else redirect("course")
    sent = request.POST.get("attempt", "")
    if not sent:
        try:
            training.begin(user=request.user)  # type: ignore[arg-type]
        except training.NoCourse as error:
            raise Http404 from error
        return redirect("quiz")
    mine = Attempt.objects.filter(user_id=request.user.pk)
    answered = mine.filter(pk=int(sent)).first() if sent.isdecimal() and len(sent) < 18 else None
    if answered is None:
        raise Http404
    try:
        ended = training.answer(attempt=answered, chosen=_chosen(request, answered))
    except training.Unanswered as error:
        answered.refresh_from_db()
        return _quiz(request, answered, error)
    return redirect("quiz_result", attempt=ended.pk)


def _chosen(request: HttpRequest, attempt: Attempt) -> dict[int, int]:
    sent = {line["question"]: request.POST.get(f"q{line['question']}", "") for line in attempt.asked}
    return {question: int(text) for question, text in sent.items() if text.isdecimal() and len(text) < 4}


def _quiz(request: HttpRequest, attempt: Attempt, error: training.Unanswered | None = None) -> HttpResponse:
    context = {
        "attempt": attempt,
        "asked": training.questions_of(attempt),
        "error": error,
        "missing": error.places if error else [],
    }
    return render(request, "socialfeeds/quiz.html", context, status=422 if error else 200)


@never_cache
@require_safe
@staff
def result(request: HttpRequest, attempt: int) -> HttpResponse:
    """What came of an attempt of one's own: which were right, and why."""
    mine = Attempt.objects.filter(user_id=request.user.pk, ended_at__isnull=False)
    ended = get_object_or_404(mine.select_related("course"), pk=attempt)
    context = {
        "attempt": ended,
        "asked": training.questions_of(ended),
        "certificate": Certificate.objects.filter(attempt=ended).first(),
    }
    return render(request, "socialfeeds/quiz_result.html", context)
