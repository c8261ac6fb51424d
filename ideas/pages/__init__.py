"""What residents see. A module a page; each turns a request into a call of a verb and back."""
