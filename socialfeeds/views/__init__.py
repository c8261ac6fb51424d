"""The pages of the voice, a module a room."""
