"""A stand-in for Facebook Pages: the part of the Graph that Engage uses, strict."""
