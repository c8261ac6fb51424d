"""Headquarters looks after training: who is due, certificates that are revoked, and the next edition."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.paginator import Paginator
from django.db.models import Prefetch
from django.forms import formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from engage import markdown
from engage.forms import Prose
from precincts.access import Permission, staff_of_city
from precincts.models import Membership, User
from socialfeeds import course_editing, training
from socialfeeds.models import Certificate, Course, Lesson, Question
from socialfeeds.training import WRITERS, Standing
from socialfeeds.views.course import LESSON_LENGTH

PAGE = 50
MOST_SCENARIOS, MOST_CHOICES = 12, 6


# --- who is due ------------------------------------------------------------------------------------------


@never_cache
@require_safe
@staff_of_city(Permission.TRAINING, inside=False)
def due(request: HttpRequest) -> HttpResponse:
    """Everybody who may write, with how their certificate stands; narrowed by that and by an address."""
    now, words = timezone.now(), request.GET.get("q", "").strip()[:100]
    standing = next((one for one in Standing if one == request.GET.get("standing")), None)
    found = training.due(now, standing=standing)
    if words:
        found = found.filter(email__icontains=words)
    writing = Membership.objects.filter(role__in=WRITERS).select_related("command")
    found = found.prefetch_related(Prefetch("memberships", writing, to_attr="writes"))
    page = Paginator(found, PAGE).get_page(request.GET.get("page"))
    context = {
        "page": page,
        "lines": _lines(page.object_list, now),
        "words": words,
        "standing": standing,
        "standings": list(Standing),
        "course": training.course_now(),
        "draft": course_editing.draft(),
    }
    return render(request, "socialfeeds/training.html", context)


def _lines(people: Any, now: Any) -> list[dict[str, Any]]:
    people = list(people)
    counting = Certificate.objects.valid_at(now).filter(user__in=people).order_by("expires_at")
    certificates = {certificate.user_id: certificate for certificate in counting}
    return [
        {
            "user": user,
            "standing": training.standing_of(user.until, user.revoked, now),
            "certificate": certificates.get(user.pk),
        }
        for user in people
    ]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why?"),
        help_text=gettext_lazy("They read it, and it is kept."),
        max_length=300,
        error_messages={"required": gettext_lazy("Say why.")},
    )


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.TRAINING, inside=False)
def revoke(request: HttpRequest, user: int) -> HttpResponse:
    """Every certificate of somebody that counts now counts no more."""
    person = get_object_or_404(User, pk=user)
    counting = list(Certificate.objects.valid_at(timezone.now()).filter(user=person))
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        for certificate in counting:
            training.revoke(
                certificate=certificate,
                by=request.user,  # type: ignore[arg-type]
                reason=form.cleaned_data["reason"],
            )
        messages.success(request, _("Revoked. From now on nothing of theirs leaves."))
        return redirect("headquarters_training")
    context = {"form": form, "person": person, "certificates": counting}
    return render(request, "socialfeeds/certificate_revoke.html", context, status=422 if form.errors else 200)


# --- the next edition ------------------------------------------------------------------------------------


class CourseForm(forms.ModelForm):
    class Meta:
        model = Course
        fields = ("questions_asked", "questions_right", "lasts_days", "note")
        labels = {
            "questions_asked": gettext_lazy("How many questions the quiz asks"),
            "questions_right": gettext_lazy("How many must be right"),
            "lasts_days": gettext_lazy("For how many days a certificate counts"),
            "note": gettext_lazy("What this edition changes, in a sentence"),
        }
        widgets = {"note": forms.TextInput}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, most in (("questions_asked", 50), ("questions_right", 50), ("lasts_days", 3660)):
            self.fields[name] = forms.IntegerField(label=self.fields[name].label, min_value=1, max_value=most)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("questions_right", 0) > data.get("questions_asked", 50):
            self.add_error("questions_right", _("That is more than the quiz asks."))
        return data


class LessonForm(forms.Form):
    title = forms.CharField(label=gettext_lazy("Title"), max_length=120)
    place = forms.IntegerField(label=gettext_lazy("Place in the course"), min_value=1, max_value=99)
    body = Prose(
        label=gettext_lazy("Text"),
        help_text=gettext_lazy("**bold**, *italic*, lists with - or 1., links."),
        max_length=LESSON_LENGTH,
        widget=forms.Textarea(attrs={"rows": 16}),
    )


class ScenarioForm(forms.Form):
    text = Prose(label=gettext_lazy("Message"), max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))
    may_post = forms.BooleanField(label=gettext_lazy("It may be posted"), required=False)
    why = Prose(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))


class QuestionForm(forms.Form):
    text = Prose(label=gettext_lazy("Question"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))
    right = forms.CharField(label=gettext_lazy("The right answer"), max_length=300)
    wrong = Prose(
        label=gettext_lazy("Wrong answers"),
        help_text=gettext_lazy("One a line, as likely as the right one."),
        max_length=2000,
        widget=forms.Textarea(attrs={"rows": 4}),
    )
    why = Prose(label=gettext_lazy("Why"), max_length=1000, widget=forms.Textarea(attrs={"rows": 2}))

    def clean_wrong(self) -> list[str]:
        lines = [line.strip() for line in self.cleaned_data["wrong"].split("\n") if line.strip()]
        if not 1 <= len(lines) < MOST_CHOICES or len(set(lines)) < len(lines):
            raise forms.ValidationError(
                _("Write one to %(most)d different ones.") % {"most": MOST_CHOICES - 1}
            )
        return lines

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("right") in data.get("wrong", []):
            self.add_error("wrong", _("The right answer stands here too."))
        return data

    def choices(self) -> list[dict[str, Any]]:
        data = self.cleaned_data
        return [{"text": data["right"], "right": True}] + [
            {"text": text, "right": False} for text in data["wrong"]
        ]


ScenarioForms = formset_factory(
    ScenarioForm, extra=2, can_delete=True, max_num=MOST_SCENARIOS, absolute_max=2 * MOST_SCENARIOS
)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.TRAINING, inside=False)
def course(request: HttpRequest) -> HttpResponse:
    """The edition that is being written. `do` is begin, save, publish or discard."""
    if request.method != "POST":
        draft = course_editing.draft()
        return _course(request, draft, CourseForm(instance=draft) if draft else None)
    if request.POST.get("do") == "begin":
        course_editing.begin()
        return redirect("headquarters_course")
    draft = course_editing.draft()
    if draft is None:
        messages.warning(request, _("This edition was published or discarded meanwhile."))
        return redirect("headquarters_course")
    if request.POST.get("do") == "discard":
        course_editing.discard(draft)
        messages.success(request, _("Discarded. The course in force stays as it is."))
        return redirect("headquarters_training")
    return _keep(request, draft)


def _keep(request: HttpRequest, draft: Course) -> HttpResponse:
    publishes = request.POST.get("do") == "publish"
    form = CourseForm(request.POST, instance=draft)
    form.fields["note"].required = publishes
    if not form.is_valid():
        return _course(request, course_editing.draft(), form, status=422)
    form.save()
    if publishes:
        return _publish(request, draft, form)
    messages.success(request, _("Saved."))
    return redirect("headquarters_course")


def _publish(request: HttpRequest, draft: Course, form: CourseForm) -> HttpResponse:
    try:
        made = course_editing.publish(course=draft, note=form.cleaned_data["note"], by=request.user)  # type: ignore[arg-type]
    except course_editing.CannotPublish as error:
        form.add_error(None, str(error))
        return _course(request, draft, form, status=422)
    messages.success(request, _("Edition %(number)d of the course is in force.") % {"number": made.number})
    return redirect("headquarters_training")


def _course(
    request: HttpRequest, draft: Course | None, form: CourseForm | None, status: int = 200
) -> HttpResponse:
    context = {
        "now": training.course_now(),
        "draft": draft,
        "form": form,
        "lessons": draft.lessons.all() if draft else [],
        "questions": draft.questions.all() if draft else [],
    }
    return render(request, "socialfeeds/course_edit.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.TRAINING, inside=False)
def edit_lesson(request: HttpRequest, lesson: int | None = None) -> HttpResponse:
    """A lesson of the draft with its scenarios; without a number a new one."""
    draft = _draft()
    row = get_object_or_404(Lesson, pk=lesson, course=draft) if lesson is not None else None
    if request.method == "POST" and request.POST.get("do") == "remove" and row:
        row.delete()
        messages.success(request, _("Taken out of this edition."))
        return redirect("headquarters_course")
    if request.method != "POST":
        shown = row.scenarios.all() if row else []
        given = [{"text": one.text, "may_post": one.may_post, "why": one.why} for one in shown]
        place = row.place if row else course_editing.next_place(draft.lessons)
        first = {"title": row.title if row else "", "body": row.body if row else "", "place": place}
        return _lesson(request, row, LessonForm(initial=first), ScenarioForms(initial=given, prefix="s"))
    form, scenarios = LessonForm(request.POST), ScenarioForms(request.POST, prefix="s")
    if not all([form.is_valid(), scenarios.is_valid()]):
        return _lesson(request, row, form, scenarios, status=422)
    if request.POST.get("do") == "preview":
        return _lesson(request, row, form, scenarios, preview=form.cleaned_data["body"])
    kept = [one.cleaned_data for one in scenarios.forms if one.cleaned_data.get("text")]
    course_editing.keep_lesson(
        course=draft,
        lesson=row,
        scenarios=[
            {name: one[name] for name in ("text", "may_post", "why")} for one in kept if not one["DELETE"]
        ],
        **form.cleaned_data,
    )
    messages.success(request, _("Saved."))
    return redirect("headquarters_course")


def _draft() -> Course:
    if draft := course_editing.draft():
        return draft
    raise Http404


def _lesson(
    request: HttpRequest,
    row: Lesson | None,
    form: LessonForm,
    scenarios: Any,
    *,
    preview: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "lesson": row,
        "form": form,
        "scenarios": scenarios,
        "preview": markdown.to_html(preview, LESSON_LENGTH),
    }
    return render(request, "socialfeeds/lesson_edit.html", context, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@staff_of_city(Permission.TRAINING, inside=False)
def edit_question(request: HttpRequest, question: int | None = None) -> HttpResponse:
    """A question of the draft's bank; without a number a new one."""
    draft = _draft()
    row = get_object_or_404(Question, pk=question, course=draft) if question is not None else None
    if request.method == "POST" and request.POST.get("do") == "remove" and row:
        row.delete()
        messages.success(request, _("Taken out of this edition."))
        return redirect("headquarters_course")
    form = QuestionForm(request.POST if request.method == "POST" else None, initial=_given(row))
    if request.method != "POST" or not form.is_valid():
        context = {"question": row, "form": form}
        return render(request, "socialfeeds/question_edit.html", context, status=422 if form.errors else 200)
    row = row or Question(course=draft, place=course_editing.next_place(draft.questions))
    row.text, row.why, row.choices = form.cleaned_data["text"], form.cleaned_data["why"], form.choices()
    row.save()
    messages.success(request, _("Saved."))
    return redirect("headquarters_course")


def _given(row: Question | None) -> dict[str, str]:
    if row is None:
        return {}
    right = [choice["text"] for choice in row.choices if choice["right"]]
    wrong = [choice["text"] for choice in row.choices if not choice["right"]]
    return {"text": row.text, "why": row.why, "right": right[0], "wrong": "\n".join(wrong)}
