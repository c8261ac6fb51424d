"""The API of a board and its desk. It calls the same verbs as the pages, in the same order.

An address names a command; a handler stands inside that command, and sees nothing of another. Without an
account one takes part by a signed cookie, as in a browser.
"""
