"""What this floor tells the floors above, which it may not import."""

from django.dispatch import Signal

# Sent by load_city inside its transaction, with say= to report a line: load your own reference rows now.
city_loaded = Signal()
