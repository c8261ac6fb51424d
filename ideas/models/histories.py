"""What is kept of each row before somebody changes it: one table, so that nothing is kept by accident.

Left out on purpose: who a participant is; titles, texts and places of residents, which only a redaction
changes and which lie sealed there; counters, hints and clocks that the program keeps. Votes, verdicts,
follows and contacts have no history: of what residents do we hold no more than what stands.
"""

from __future__ import annotations

import pgtrigger

from ideas.models.board import Comment, Idea, Photo
from ideas.models.conduct import Edition, Rule
from ideas.models.decisions import Appeal, Report
from ideas.models.desk import IdeaLabel, Label, Note, SavedReply, ServiceGoal, Trust
from ideas.models.webhooks import Webhook
from precincts.history import tracked

tracked(
    *("status", "version", "topic", "answer", "acted_on", "published_at", "reopened_at"),
    *("referred_to", "referred_url", "agency", "merged_into", "moved_to", "moved_to_idea"),
    *("assigned_to", "due_on"),
)(Idea)
tracked("idea", "status", "rule", "reason", "version")(Comment)
# A picture of a draft that nobody sent leaves nothing behind.
tracked(
    *("idea", "decision", "alt", "position"),
    changed=pgtrigger.AnyChange("alt"),
    deleted=pgtrigger.Q(old__idea__isnull=False) | pgtrigger.Q(old__decision__isnull=False),
)(Photo)
tracked("idea", "comment", "rule", "handled_at", "handled_by")(Report)
tracked("decision", "idea", "comment", "outcome", "reason", "decided_by", "seen_at", "seen_by")(Appeal)

# What only staff make: also by whom it was made.
tracked("name", made=True)(Label)
tracked("idea", "label", made=True)(IdeaLabel)
tracked("idea", "author", "text", made=True)(Note)
tracked("name", "text", "changed_by", made=True)(SavedReply)
tracked("given_by", "revoked_at", "revoked_by", made=True)(Trust)
tracked("url", "events", "active", "created_by", made=True)(Webhook)
tracked("measure", "hours", "set_by", made=True)(ServiceGoal)
tracked("number", "note", "published_at", "published_by", made=True)(Edition)
tracked("edition", "number", "title", "text", made=True)(Rule)
