"""The web server's entry: gunicorn engage.wsgi"""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "engage.settings")

application = get_wsgi_application()
