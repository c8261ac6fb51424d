"""The API of the voice, a module a room."""
