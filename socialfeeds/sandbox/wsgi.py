"""Start it with `gunicorn socialfeeds.sandbox.wsgi`; it brings its own settings."""

import os

from django.core.wsgi import get_wsgi_application

# Whatever the environment says: the same machine runs Engage with other settings.
os.environ["DJANGO_SETTINGS_MODULE"] = "socialfeeds.sandbox.settings"

application = get_wsgi_application()
