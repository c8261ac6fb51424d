"""What parts of the program add to the demonstration city."""
