"""The guardrails on pages: read by everybody at a desk, asked while typing, written at headquarters."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from engage.differences import Kind
from engage.forms import Prose
from precincts.access import Permission, may, staff, staff_of_city, staff_of_command
from precincts.models import Command
from socialfeeds import guardrail_editions, guardrails
from socialfeeds.guardrail_editions import MOST_RULES, Draft
from socialfeeds.models import TEXT_LENGTH, Effect, GuardrailEdition

MOST_PHRASES, LONGEST_PHRASE = 200, 60


class Phrases(Prose):
    """Words and phrases, one a line."""

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        lines = list(dict.fromkeys(line.strip() for line in text.split("\n") if line.strip()))
        if len(lines) > MOST_PHRASES:
            raise forms.ValidationError(_("Keep it to %(most)d lines.") % {"most": MOST_PHRASES})
        if any(len(line) > LONGEST_PHRASE for line in lines):
            raise forms.ValidationError(_("Keep each line to %(most)d letters.") % {"most": LONGEST_PHRASE})
        return tuple(lines)


class RuleForm(forms.Form):
    key = forms.SlugField(required=False, max_length=40, widget=forms.HiddenInput)
    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        min_value=1,
        max_value=99,
        error_messages={"required": gettext_lazy("Give the rule a number.")},
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=120,
        error_messages={"required": gettext_lazy("Give the rule a title.")},
    )
    effect = forms.ChoiceField(label=gettext_lazy("What follows"), choices=Effect)
    explanation = Prose(
        label=gettext_lazy("Why"),
        max_length=1000,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Say why: it is what the writer reads.")},
    )
    example = forms.CharField(label=gettext_lazy("What not to write"), max_length=300, required=False)
    better = forms.CharField(label=gettext_lazy("How to say it instead"), max_length=300, required=False)
    words = Phrases(
        label=gettext_lazy("More words that it looks for"),
        help_text=gettext_lazy("One a line, as written. It looks for these beside what it knows."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    passes = Phrases(
        label=gettext_lazy("Words that it passes over"),
        help_text=gettext_lazy("One a line, such as a hotline’s number."),
        required=False,
        max_length=20_000,
        widget=forms.Textarea(attrs={"rows": 3}),
    )


class Numbered(BaseFormSet):
    """Rules, each with a number of its own: said beside the second that has it."""

    def clean(self) -> None:
        seen: set[int] = set()
        for form in self.forms:
            if form.cleaned_data.get("DELETE") or (number := form.cleaned_data.get("number")) is None:
                continue
            if number in seen:
                form.add_error("number", _("Another rule has this number already."))
            seen.add(number)

    def add_fields(self, form: Any, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Take this rule out")


RuleForms = formset_factory(
    RuleForm, formset=Numbered, extra=0, can_delete=True, max_num=MOST_RULES, absolute_max=2 * MOST_RULES
)


class TryForm(forms.Form):
    text = Prose(
        label=gettext_lazy("A message, as you would write it"),
        max_length=TEXT_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
    )


class EditionForm(TryForm):
    note = forms.CharField(
        label=gettext_lazy("What changes, and why, in a sentence to those who write"),
        max_length=1000,
        error_messages={
            "required": gettext_lazy("Say in a sentence what changes: everybody who writes reads it.")
        },
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_767)


# --- reading and asking ------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff
def read(request: HttpRequest, number: int | None = None) -> HttpResponse:
    """An edition, the one in force where none is named; and a text tried against it."""
    editions = list(GuardrailEdition.objects.order_by("-number"))
    shown = next((one for one in editions if number in (None, one.number)), None)
    if shown is None:
        raise Http404
    form = TryForm(request.POST if request.method == "POST" else None)
    rules, text = list(shown.guardrails.all()), ""
    if form.is_bound and form.is_valid():
        text = form.cleaned_data["text"]
    held_against = guardrails.Rules.of(shown.number, rules) if text else None
    before = next((one for one in editions if one.number < shown.number), None)
    context = {
        "edition": shown,
        "in_force": editions[0],
        "editions": editions,
        "rules": rules,
        "form": form,
        "text": text,
        "findings": guardrails.check(text, rules=held_against) if held_against else [],
        "changes": _changes(before, shown) if before and number is not None else [],
        "may_write": may(request.user, Permission.GUARDRAILS),
    }
    return render(request, "socialfeeds/guardrails.html", context, status=422 if form.errors else 200)


def _changes(before: GuardrailEdition, after: GuardrailEdition) -> list[guardrail_editions.Change]:
    return guardrail_editions.compare(*map(guardrail_editions.drafts_of, (before, after)))


@require_POST
@staff_of_command(Permission.PUBLISH)
def check(request: HttpRequest, command: Command) -> HttpResponse:
    """What the guardrails say of a text as it is typed: a part of the composer's page."""
    text, alts = request.POST.get("text", "")[: 2 * TEXT_LENGTH], request.POST.getlist("alt")[:20]
    findings = guardrails.check(text, alts=[alt[:TEXT_LENGTH] for alt in alts])
    return render(request, "socialfeeds/findings.html", {"findings": findings, "command": command})


# --- writing the next edition ------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_city(Permission.GUARDRAILS, inside=False)
def write(request: HttpRequest) -> HttpResponse:
    """The next edition: `do` is add (a rule), preview (and try a text), or publish."""
    now = guardrails.edition_in_force()
    if request.method != "POST":
        drafts = guardrail_editions.drafts_of(now) if now else []
        form = EditionForm(initial={"based_on": now.number if now else 0})
        return _page(request, now, form, _forms(drafts))
    if request.POST.get("do") == "add":
        return _page(request, now, *_with_another(request))
    form, rules = EditionForm(request.POST), RuleForms(request.POST, prefix="rules")
    if request.POST.get("do") != "publish":
        form.fields["note"].required = False
    # Both are asked: all that is missing is said at once.
    if not all([form.is_valid(), rules.is_valid()]):
        return _page(request, now, form, rules, status=422)
    if request.POST.get("do") != "publish":
        return _page(request, now, form, rules, written=drafts_in(rules))
    return _publish(request, now, form, rules)


def _publish(
    request: HttpRequest, now: GuardrailEdition | None, form: EditionForm, rules: Any
) -> HttpResponse:
    written = drafts_in(rules)
    try:
        edition = guardrail_editions.publish(
            rules=written,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            based_on=form.cleaned_data["based_on"],
        )
    except guardrail_editions.Outdated as outdated:
        fresh = EditionForm(
            initial={"note": request.POST.get("note", ""), "based_on": outdated.edition.number}
        )
        return _page(
            request, outdated.edition, fresh, _forms(written), written=written, overtaken=True, status=409
        )
    except guardrail_editions.CannotPublish as refused:
        form.add_error(None, str(refused))
        return _page(request, now, form, rules, status=422)
    messages.success(request, _("Edition %(number)d is in force from now on.") % {"number": edition.number})
    return redirect("guardrails_edition", number=edition.number)


def _forms(drafts: list[Draft]) -> Any:
    return RuleForms(initial=[_initial(draft) for draft in drafts], prefix="rules")


def _initial(draft: Draft) -> dict[str, Any]:
    return vars(draft) | {"words": "\n".join(draft.words), "passes": "\n".join(draft.passes)}


def drafts_in(rules: Any) -> list[Draft]:
    """The rules that stay, in their order. One that was added gets a key."""
    kept = [form.cleaned_data for form in rules.forms if not form.cleaned_data.get("DELETE")]
    keys = {data["key"] for data in kept}
    drafts = []
    for data in sorted(kept, key=lambda data: data["number"]):
        key = data["key"] or guardrail_editions.key_for(data["title"], keys)
        keys.add(key)
        drafts.append(Draft(**{name: data[name] for name in RuleForm.base_fields} | {"key": key}))
    return drafts


def _with_another(request: HttpRequest) -> tuple[Any, Any]:
    """The same forms with an empty rule more, and nothing said yet about what is missing."""
    sent = RuleForms(request.POST, prefix="rules")
    rules = [{name: form.data.get(form.add_prefix(name), "") for name in form.fields} for form in sent.forms]
    rules = rules[: MOST_RULES - 1]
    numbers = [int(text) for rule in rules if len(text := rule["number"].strip()) < 3 and text.isdecimal()]
    rules.append({"number": min(99, max(numbers, default=0) + 1), "effect": Effect.WARN})
    form = EditionForm(initial={name: request.POST.get(name, "") for name in EditionForm.base_fields})
    return form, RuleForms(initial=rules, prefix="rules")


def _page(
    request: HttpRequest,
    now: GuardrailEdition | None,
    form: EditionForm,
    rules: Any,
    *,
    written: list[Draft] | None = None,
    overtaken: bool = False,
    status: int = 200,
) -> HttpResponse:
    changes = (
        guardrail_editions.compare(guardrail_editions.drafts_of(now) if now else [], written)
        if written is not None
        else []
    )
    context = {
        "now": now,
        "form": form,
        "rules": rules,
        "changes": changes,
        "unchanged": sum(change.kind == Kind.SAME for change in changes),
        "previewed": written is not None,
        "differs": any(change.kind != Kind.SAME for change in changes),
        "overtaken": overtaken,
        **_tried(form, written),
    }
    return render(request, "socialfeeds/guardrails_write.html", context, status=status)


def _tried(form: EditionForm, written: list[Draft] | None) -> dict[str, Any]:
    """The text that was tried, held against the rules as they are written now."""
    text = form.cleaned_data.get("text", "") if form.is_bound and written is not None else ""
    if not text:
        return {"text": "", "findings": []}
    rules = guardrails.Rules.of(0, [draft.row() for draft in written or []])
    return {"text": text, "findings": guardrails.check(text, rules=rules)}
