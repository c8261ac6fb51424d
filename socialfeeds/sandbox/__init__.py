"""A stand-in for X on this machine: a small project of its own that imports nothing of Engage."""
