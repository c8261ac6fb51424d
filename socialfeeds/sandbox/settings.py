"""The sandbox's own settings. Nothing here is shared with Engage."""

import os
import secrets
from pathlib import Path

HERE = Path(__file__).resolve().parent
HOME = Path(os.environ.get("ENGAGE_HOME") or ".engage")

# Where the posts are kept, so that they survive a restart.
SANDBOX_DB = Path(os.environ.get("SANDBOX_DB") or HOME / "sandbox.sqlite3").absolute()
SANDBOX_STATIC = HERE / "static"

# The app that Facebook's Pages are granted to.
FACEBOOK_APP_ID = "1000000000001"
FACEBOOK_APP_SECRET = "the-sandbox-has-no-secrets"  # noqa: S105 (and says so)

# Nothing is signed that has to outlive a request: forms are guarded by a cookie of their own.
SECRET_KEY = secrets.token_urlsafe(32)
DEBUG = False
ALLOWED_HOSTS = ["127.0.0.1", "localhost", "[::1]"]
ROOT_URLCONF = "socialfeeds.sandbox.urls"
WSGI_APPLICATION = "socialfeeds.sandbox.wsgi.application"
INSTALLED_APPS = ["socialfeeds.sandbox"]
DATABASES: dict[str, dict[str, str]] = {}
APPEND_SLASH = False

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",  # refuses a foreign host: no other site's name leads here
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'none'"],
        "style-src": ["'self'"],
        "img-src": ["'self'"],
        "form-action": ["'self'"],
        "base-uri": ["'none'"],
        "frame-ancestors": ["'none'"],
    }
}
# A cookie belongs to a host and not to a port: another name than Engage's, which runs on the same host.
CSRF_COOKIE_NAME = "sandbox_csrftoken"
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Strict"
CSRF_FAILURE_VIEW = "socialfeeds.sandbox.views.pages.stale_form"
X_FRAME_OPTIONS = "DENY"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
            ]
        },
    }
]
LANGUAGE_CODE = "en-us"
TIME_ZONE = "America/New_York"
USE_I18N = True
USE_TZ = True
