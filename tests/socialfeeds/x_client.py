"""Callers of the sandbox's API: plain HTTP, and tweepy pointed at it."""

import requests
import tweepy


class Caller:
    """HTTP as one account."""

    def __init__(self, url, handle="demo_pct109", token=""):
        self.url = url
        self.headers = {"Authorization": f"Bearer {token or f'sandbox-{handle}'}"}

    def __call__(self, method, path, *, timeout=30, **fields):
        return requests.request(
            method, f"{self.url}/2/{path}", headers=self.headers, timeout=timeout, **fields
        )

    def get(self, path, **params):
        return self("GET", path, params=params)

    def tweet(self, text, *, timeout=30, **fields):
        return self("POST", "tweets", json={"text": text, **fields}, timeout=timeout)


class Tweepy(tweepy.Client):
    """tweepy hardcodes its host: the session writes the address anew, and sets the timeout it lacks."""

    def __init__(self, url, handle="demo_pct109"):
        super().__init__(bearer_token=f"sandbox-{handle}")
        send = self.session.request

        def to_sandbox(method, address, **fields):
            assert address.startswith("https://api.twitter.com/2/")
            return send(method, address.replace("https://api.twitter.com", url), timeout=30, **fields)

        self.session.request = to_sandbox
