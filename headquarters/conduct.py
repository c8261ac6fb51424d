"""Writing the next edition of the code of conduct: from the one in force, with a look at what differs.

Nothing is kept until it is published: the form holds the whole text, and every button gives it back.
"""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.forms import BaseFormSet, formset_factory
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from engage.differences import Kind
from engage.forms import Prose
from ideas import conduct
from ideas.conduct import MOST_RULES, Text
from ideas.models import Edition, Rule
from ideas.moderating import Refused
from precincts.access import Permission, staff_of_city


class RuleForm(forms.Form):
    number = forms.IntegerField(
        label=gettext_lazy("Number"),
        min_value=1,
        max_value=99,
        error_messages={"required": gettext_lazy("Give the rule a number.")},
    )
    title = forms.CharField(
        label=gettext_lazy("Title"),
        max_length=80,
        error_messages={"required": gettext_lazy("Give the rule a title.")},
    )
    text = Prose(
        label=gettext_lazy("What it asks"),
        max_length=600,
        widget=forms.Textarea(attrs={"rows": 4}),
        error_messages={"required": gettext_lazy("Say what the rule asks.")},
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


class EditionForm(forms.Form):
    note = forms.CharField(
        label=gettext_lazy("What changes, in a sentence to residents"),
        max_length=300,
        error_messages={"required": gettext_lazy("Say in a sentence what changes: residents read it.")},
    )
    based_on = forms.IntegerField(widget=forms.HiddenInput, min_value=0, max_value=32_767)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@staff_of_city(Permission.CONDUCT, inside=False)
def write(request: HttpRequest) -> HttpResponse:
    """The next edition: `do` is add (a rule), preview, or publish."""
    now = Edition.current()
    if request.method != "POST":
        texts = [_initial(rule) for rule in now.rules.all()] if now else []
        initial = {"based_on": now.number if now else 0}
        return _page(request, now, EditionForm(initial=initial), RuleForms(initial=texts, prefix="rules"))
    if request.POST.get("do") == "add":
        return _page(request, now, *_with_another(request))
    form, rules = EditionForm(request.POST), RuleForms(request.POST, prefix="rules")
    # Both are asked: all that is missing is said at once.
    if not all([form.is_valid(), rules.is_valid()]):
        return _page(request, now, form, rules, status=422)
    if request.POST.get("do") != "publish":
        return _page(request, now, form, rules, written=texts_of(rules))
    return _publish(request, now, form, rules)


def _publish(request: HttpRequest, now: Edition | None, form: EditionForm, rules: Any) -> HttpResponse:
    written = texts_of(rules)
    try:
        edition = conduct.publish(
            rules=written,
            note=form.cleaned_data["note"],
            by=request.user,  # type: ignore[arg-type]
            based_on=form.cleaned_data["based_on"],
        )
    except conduct.Outdated as outdated:
        return _overtaken(request, outdated.edition, written)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, now, form, rules, status=422)
    messages.success(request, _("Edition %(number)d is in force from now on.") % {"number": edition.number})
    return redirect(edition)


def _initial(rule: Rule | Text) -> dict[str, Any]:
    return {"number": rule.number, "title": rule.title, "text": rule.text}


def texts_of(rules: Any) -> list[Text]:
    """The rules that stay, in their order."""
    kept = [form.cleaned_data for form in rules.forms if not form.cleaned_data.get("DELETE")]
    return sorted((Text(d["number"], d["title"], d["text"]) for d in kept), key=lambda rule: rule.number)


def _with_another(request: HttpRequest) -> tuple[Any, Any]:
    """The same forms with an empty rule more, and nothing said yet about what is missing."""
    data = request.POST.copy()
    sent = RuleForms(data, prefix="rules")
    rules = [{name: form.data.get(form.add_prefix(name), "") for name in form.fields} for form in sent.forms][
        : MOST_RULES - 1
    ]
    numbers = [int(text) for rule in rules if len(text := rule["number"].strip()) < 3 and text.isdecimal()]
    rules.append({"number": min(99, max(numbers, default=0) + 1)})
    form = EditionForm(initial={name: data.get(name, "") for name in ("note", "based_on")})
    return form, RuleForms(initial=rules, prefix="rules")


def _overtaken(request: HttpRequest, edition: Edition, written: list[Text]) -> HttpResponse:
    """Somebody published first. What was typed stays, now beside the edition that is in force."""
    form = EditionForm(initial={"note": request.POST.get("note", ""), "based_on": edition.number})
    rules = RuleForms(initial=[_initial(rule) for rule in written], prefix="rules")
    return _page(request, edition, form, rules, written=written, overtaken=True, status=409)


def _page(
    request: HttpRequest,
    now: Edition | None,
    form: EditionForm,
    rules: Any,
    *,
    written: list[Text] | None = None,
    overtaken: bool = False,
    status: int = 200,
) -> HttpResponse:
    changes = conduct.compare(now.rules.all(), written) if now and written is not None else []
    context = {
        "now": now,
        "form": form,
        "rules": rules,
        "changes": changes,
        "unchanged": sum(change.kind == Kind.SAME for change in changes),
        "previewed": written is not None,
        "differs": any(change.kind != Kind.SAME for change in changes),
        "overtaken": overtaken,
    }
    return render(request, "headquarters/conduct.html", context, status=status)
