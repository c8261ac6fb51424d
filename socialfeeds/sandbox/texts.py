"""What is in a post's text, and how X hands that text out again."""

import hashlib
import html
import re
from dataclasses import dataclass
from typing import Any

from . import length

HANDLE = r"[A-Za-z0-9_]{1,30}"
MENTION = re.compile(rf"(?<![\w@＠/.])[@＠]({HANDLE})(?!\w)")
HASHTAG = re.compile(r"(?<![\w&/])[#＃](\w*[^\W\d_]\w*)")
Entity = dict[str, Any]


@dataclass(frozen=True)
class Shown:
    """A text as the API gives it, with its entities."""

    text: str
    entities: dict[str, list[Entity]]


def mentioned(text: str) -> set[str]:
    """The handles a text speaks to, in lower case."""
    return {handle.lower() for handle in MENTION.findall(text)}


def hashtags(text: str) -> set[str]:
    """The tags of a text, in lower case."""
    return {tag.lower() for tag in HASHTAG.findall(text)}


def short_link(post_id: int, url: str) -> str:
    """The wrapped form of a link: always the same for the same post and link."""
    return "https://t.co/" + hashlib.sha256(f"{post_id} {url}".encode()).hexdigest()[:10]


def wrap_links(text: str, post_id: int) -> tuple[str, list[Entity]]:
    """The text with each link in its wrapped form, and the list of them."""
    out, urls, done = "", [], 0
    for start, end in length.links(text):
        url = text[start:end]
        full = url if "://" in url else f"http://{url}"
        short = short_link(post_id, full)
        out += text[done:start]
        shown = re.sub(r"^https?://(www\.)?", "", url)
        shown = shown if len(shown) <= 27 else shown[:26] + "…"
        place = {"start": len(out), "end": len(out) + len(short)}
        urls.append({**place, "url": short, "expanded_url": full, "display_url": shown})
        out += short
        done = end
    return out + text[done:], urls


def with_pictures(shown: Shown, post_id: int, handle: str, keys: list[str]) -> Shown:
    """X puts one more link behind the text of a post with pictures, and names it once for each of them."""
    full = f"https://x.com/{handle}/status/{post_id}/photo/1"
    short = short_link(post_id, full)
    start = len(shown.text) + 1 if shown.text else 0
    text = f"{shown.text} {short}" if shown.text else short
    link = {"start": start, "end": start + len(short), "url": short, "expanded_url": full}
    urls = [{**link, "display_url": f"pic.x.com/{short[-10:]}", "media_key": key} for key in keys]
    return Shown(text, shown.entities | {"urls": shown.entities.get("urls", []) + urls})


def as_x_shows(text: str, post_id: int) -> Shown:
    """Links wrapped and `&`, `<`, `>` escaped: what a client must undo before it compares texts."""
    wrapped, urls = wrap_links(text, post_id)
    mentions = [{"start": m.start(), "end": m.end(), "username": m[1]} for m in MENTION.finditer(wrapped)]
    tags = [{"start": m.start(), "end": m.end(), "tag": m[1]} for m in HASHTAG.finditer(wrapped)]
    found = {"urls": urls, "mentions": mentions, "hashtags": tags}
    return Shown(html.escape(wrapped, quote=False), {kind: rows for kind, rows in found.items() if rows})
