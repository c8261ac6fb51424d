"""Sending once, while everything around it breaks: `make chaos`. See __main__.py."""
