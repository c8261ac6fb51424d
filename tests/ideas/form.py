"""The composer's form, as a browser without scripts has it."""

from html.parser import HTMLParser


class Form(HTMLParser):
    """What the composer's form would send if one pressed its button: every field with its value."""

    def __init__(self, page):
        super().__init__(convert_charrefs=True)
        self.inside, self.fields, self.textarea, self.select, self.buttons = False, {}, None, None, []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        attrs = dict(attrs)
        if tag == "form":
            self.inside = attrs.get("id") == "composer"
        if not self.inside:
            return
        if tag == "input" and attrs.get("type") not in ("file", "checkbox"):
            self.fields.setdefault(attrs["name"], []).append(attrs.get("value") or "")
        elif tag == "textarea":
            self.textarea, self.fields[attrs["name"]] = attrs["name"], [""]
        elif tag == "select":
            self.select = attrs["name"]
        elif tag == "option" and "selected" in attrs:
            self.fields[self.select] = [attrs["value"]]
        elif tag == "button":
            self.buttons.append(attrs)

    def handle_data(self, data):
        if self.textarea:
            self.fields[self.textarea][0] += data

    def handle_endtag(self, tag):
        if tag == "form":
            self.inside = False
        if tag == "textarea":
            # A browser drops the line break that directly follows the tag.
            self.fields[self.textarea][0] = (
                self.fields[self.textarea][0].removeprefix("\r\n").removeprefix("\n")
            )
            self.textarea = None
