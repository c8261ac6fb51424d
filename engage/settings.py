"""Settings of Engage. Everything that differs between places comes from the environment.

`docs/operators.md` lists the variables; a test holds that list and this file together.
"""

import base64
import os
from decimal import Decimal
from pathlib import Path

import dj_database_url
import pghistory
from celery.schedules import schedule
from csp.constants import NONE, SELF
from django.core.exceptions import ImproperlyConfigured
from django.utils.translation import gettext_lazy as _

from engage import sso

BASE_DIR = Path(__file__).resolve().parent.parent


def env(name: str, default: str = "") -> str:
    return os.environ.get(name, default).strip()


def env_flag(name: str) -> bool:
    return env(name).lower() in {"1", "true", "yes", "on"}


def env_list(name: str) -> list[str]:
    return [part.strip() for part in env(name).split(",") if part.strip()]


# --- where it runs -------------------------------------------------------------------------------------

ENGAGE_HOME = Path(env("ENGAGE_HOME", str(BASE_DIR / ".engage"))).resolve()
ENGAGE_DEMO = env_flag("ENGAGE_DEMO")
DEBUG = env_flag("ENGAGE_DEBUG")
PORT = int(env("PORT", "8000"))
ALLOWED_HOSTS = env_list("ENGAGE_HOSTS") or ["localhost", "127.0.0.1", "[::1]"]
BASE_URL = env("ENGAGE_BASE_URL", f"http://127.0.0.1:{PORT}").rstrip("/")
CSRF_TRUSTED_ORIGINS = [BASE_URL]


def secret(name: str, *, purpose: str) -> str:
    """A secret from the environment. Tools that read settings alone get one that dies with the process."""
    if value := env(name):
        return value
    if DEBUG or env_flag("ENGAGE_OFFLINE"):
        return base64.urlsafe_b64encode(os.urandom(32)).decode()
    raise ImproperlyConfigured(f"Set {name}: {purpose}. docs/operators.md says how to make one.")


SECRET_KEY = secret("ENGAGE_SECRET_KEY", purpose="it signs sessions and participants' cookies")
SECRET_KEY_FALLBACKS = env_list("ENGAGE_SECRET_KEY_FALLBACKS")
TOKEN_KEYS = secret("ENGAGE_TOKEN_KEYS", purpose="it encrypts the accounts' tokens").split(",")

# --- applications --------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "headquarters",
    "ideas",
    "socialfeeds",
    "precincts",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.sessions",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "anymail",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "csp",
    "django_htmx",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "pghistory",
    "pgtrigger",
    "rest_framework",
    "template_partials",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "csp.middleware.CSPMiddleware",
    "engage.problems.ProblemMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "precincts.middleware.BadInputMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "precincts.middleware.SessionUserMiddleware",
    "precincts.middleware.ParticipantMiddleware",
    "precincts.middleware.TooManyMiddleware",
    "precincts.history.HistoryMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "precincts.middleware.SigningInMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "engage.urls"
WSGI_APPLICATION = "engage.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "django.template.context_processors.i18n",
                "precincts.context.engage",
                "ideas.context.notices",
                "socialfeeds.context.pauses",
            ],
            "builtins": ["django.templatetags.i18n", "django.templatetags.static"],
        },
    }
]

# --- PostgreSQL and Redis ------------------------------------------------------------------------------
# Two logins: `default` is the runtime's, which owns nothing and must enter a tenant to see its rows;
# `owner` migrates. Both are the same database.

DATABASE_URL = env("DATABASE_URL", "postgresql://engage_app@127.0.0.1:1/engage-is-not-running")
DATABASE_OWNER_URL = env("DATABASE_OWNER_URL", DATABASE_URL)
DATABASES = {
    "default": dj_database_url.parse(DATABASE_URL, conn_max_age=60, conn_health_checks=True),
    "owner": dj_database_url.parse(DATABASE_OWNER_URL),
}
DATABASES["default"].setdefault("OPTIONS", {})["application_name"] = "engage"
DATABASES["owner"]["TEST"] = {"MIRROR": None, "MIGRATE": False}

REDIS_URL = env("REDIS_URL", "redis://127.0.0.1:1/0")
CACHES = {
    "default": {
        "BACKEND": "engage.cache.ForgivingRedisCache",
        "LOCATION": REDIS_URL,
        "OPTIONS": {"socket_timeout": 2, "socket_connect_timeout": 1},
    }
}

# --- Celery --------------------------------------------------------------------------------------------
# The database knows what is to do; a message only says "look now". So nothing is kept, and a sweep finds
# whatever a lost message left behind.

CELERY_BROKER_URL = REDIS_URL
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 120
CELERY_TASK_TIME_LIMIT = 150
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = "UTC"
CELERY_BEAT_SCHEDULER = "engage.scheduler:HeartbeatScheduler"
CELERY_BEAT_SCHEDULE_FILENAME = str(ENGAGE_HOME / "beat-schedule")
CELERY_BEAT_SCHEDULE = {
    "send what is due": {"task": "socialfeeds.tasks.sweep_deliveries", "schedule": schedule(10)},
    "refresh tokens": {"task": "socialfeeds.tasks.sweep_tokens", "schedule": schedule(30)},
    "ring and tell alarms": {"task": "socialfeeds.tasks.sweep_alarms", "schedule": schedule(10)},
    "tell of what is stuck": {"task": "socialfeeds.tasks.sweep_stuck", "schedule": schedule(60)},
    "forget stray pictures": {
        "task": "socialfeeds.tasks.forget_stray_pictures",
        "schedule": schedule(86_400),
    },
    "fetch mentions": {"task": "socialfeeds.tasks.sweep_mentions", "schedule": schedule(60)},
    "search for words": {"task": "socialfeeds.tasks.sweep_words", "schedule": schedule(300)},
    "hand over what was referred": {"task": "socialfeeds.tasks.sweep_referred", "schedule": schedule(60)},
    "hide and show": {"task": "socialfeeds.tasks.sweep_hidings", "schedule": schedule(30)},
    "look for surges": {"task": "socialfeeds.tasks.sweep_surges", "schedule": schedule(120)},
    "count the day": {"task": "socialfeeds.tasks.sweep_numbers", "schedule": schedule(900)},
    "tell of what was decided": {"task": "ideas.tasks.sweep_decisions", "schedule": schedule(5)},
    "call webhooks": {"task": "ideas.tasks.sweep_calls", "schedule": schedule(10)},
    "forget old calls": {"task": "ideas.tasks.forget_old_calls", "schedule": schedule(86_400)},
    "write and send letters": {"task": "ideas.tasks.sweep_letters", "schedule": schedule(5)},
    "forget old notices": {"task": "ideas.tasks.forget_old_notices", "schedule": schedule(3600)},
    "forget stray photos": {"task": "ideas.tasks.forget_stray_photos", "schedule": schedule(3600)},
    "remind of certificates": {"task": "socialfeeds.tasks.sweep_certificates", "schedule": schedule(3600)},
    "let messages expire": {"task": "socialfeeds.tasks.expire_messages", "schedule": schedule(30)},
    "carry broadcasts": {"task": "socialfeeds.tasks.sweep_broadcasts", "schedule": schedule(10)},
    "write the weekly messages": {"task": "ideas.tasks.write_weeklies", "schedule": schedule(900)},
    "forget old texts": {"task": "ideas.tasks.forget_fingerprints", "schedule": schedule(3600)},
}

# --- people --------------------------------------------------------------------------------------------

AUTH_USER_MODEL = "precincts.User"
AUTHENTICATION_BACKENDS = ["allauth.account.auth_backends.AuthenticationBackend"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
LOGIN_URL = "account_login"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "home"
ACCOUNT_ADAPTER = "precincts.accounts.AccountAdapter"
ACCOUNT_FORMS = {
    "confirm_login_code": "precincts.forms.ConfirmLoginCodeForm",
    "confirm_email_verification_code": "precincts.forms.ConfirmEmailForm",
}
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_SESSION_REMEMBER = True
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "Engage: "
ACCOUNT_DEFAULT_HTTP_PROTOCOL = BASE_URL.partition(":")[0]

# Whoever holds a role holds a second factor too, or may do no more than a resident.
SECOND_FACTOR = env("ENGAGE_SECOND_FACTOR") or ("waived" if ENGAGE_DEMO else "required")
if SECOND_FACTOR not in ("required", "waived"):
    raise ImproperlyConfigured(f"ENGAGE_SECOND_FACTOR is required or waived, and not {SECOND_FACTOR}.")
MFA_ADAPTER = "precincts.accounts.SecondFactorAdapter"
MFA_FORMS = {
    "authenticate": "precincts.forms.AuthenticateForm",
    "reauthenticate": "precincts.forms.ReauthenticateForm",
    "activate_totp": "precincts.forms.ActivateAppForm",
    "login_webauthn": "precincts.forms.LoginKeyForm",
    "authenticate_webauthn": "precincts.forms.AuthenticateKeyForm",
    "reauthenticate_webauthn": "precincts.forms.ReauthenticateKeyForm",
    "add_webauthn": "precincts.forms.AddKeyForm",
    "edit_webauthn": "precincts.forms.EditKeyForm",
}
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Engage"
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not BASE_URL.startswith("https:")

# Single sign-on: off where nothing is set. Neither provider gives anybody a role.
SOCIALACCOUNT_ADAPTER = "precincts.accounts.SingleSignOnAdapter"
SOCIALACCOUNT_EMAIL_AUTHENTICATION_AUTO_CONNECT = True
SOCIALACCOUNT_PROVIDERS = sso.providers(env, BASE_DIR)
INSTALLED_APPS += [f"allauth.socialaccount.providers.{kind}" for kind in SOCIALACCOUNT_PROVIDERS]
# The ends of the addresses that the provider speaks for: with one of these it opens the account of ours that
# has the same address.
SSO_DOMAINS = [domain.lower() for domain in env_list("ENGAGE_SSO_DOMAINS")]
SSO_SECOND_FACTOR = env("ENGAGE_SSO_SECOND_FACTOR", "engage")
if SSO_SECOND_FACTOR not in ("engage", "provider"):
    raise ImproperlyConfigured("ENGAGE_SSO_SECOND_FACTOR is engage or provider.")

SESSION_ENGINE = "django.contrib.sessions.backends.cached_db"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = BASE_URL.startswith("https:")
MESSAGE_STORAGE = "django.contrib.messages.storage.cookie.CookieStorage"

# --- security ------------------------------------------------------------------------------------------

SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if env_flag("ENGAGE_BEHIND_PROXY") else None
SECURE_HSTS_SECONDS = 31_536_000 if BASE_URL.startswith("https:") else 0
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
TILE_URL = env("ENGAGE_TILE_URL")
TILE_ATTRIBUTION = env("ENGAGE_TILE_ATTRIBUTION")
_TILE_ORIGIN = ["/".join(TILE_URL.split("/")[:3]).replace("{s}", "*")] if TILE_URL else []
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [NONE],
        "script-src": [SELF],
        "style-src": [SELF],
        "img-src": [SELF, "data:", "blob:", *_TILE_ORIGIN],
        "font-src": [SELF],
        "connect-src": [SELF],
        "manifest-src": [SELF],
        "form-action": [SELF],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
    }
}
# What a resident may send: a form of three 10 MB photos and some text. A text that is far too long is still
# given back with a word beside it: a million letters, which a form sends with twelve bytes for an emoji.
DATA_UPLOAD_MAX_MEMORY_SIZE = 13_000_000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
FILE_UPLOAD_TEMP_DIR = None
# How many trusted proxies stand before the web server; 0 takes the connection's own address.
TRUSTED_PROXIES = int(env("ENGAGE_TRUSTED_PROXIES", "0"))
RATE_LIMITS = {
    "submit": env("ENGAGE_LIMIT_SUBMIT", "30/hour"),
    "comment": env("ENGAGE_LIMIT_COMMENT", "60/hour"),
    "vote": env("ENGAGE_LIMIT_VOTE", "600/hour"),
    "verdict": env("ENGAGE_LIMIT_VERDICT", "60/hour"),
    "locate": env("ENGAGE_LIMIT_LOCATE", "600/hour"),
    "follow": env("ENGAGE_LIMIT_FOLLOW", "300/hour"),
    "contact": env("ENGAGE_LIMIT_CONTACT", "20/hour"),
    "report": env("ENGAGE_LIMIT_REPORT", "30/hour"),
    # Opening an author's private link: enough for a person, too little for a guesser.
    "link": env("ENGAGE_LIMIT_LINK", "120/hour"),
    "invite": env("ENGAGE_LIMIT_INVITE", "60/hour"),
}

# More submissions from one source than this are marked for the desk as a burst. Nothing is refused for it.
BURST = env("ENGAGE_BURST", "5 per 10 minutes")

# For how long who decided can take it back. Until then nobody is told of it.
UNDO_SECONDS = int(env("ENGAGE_UNDO_SECONDS", "60"))
# For how long an author can appeal a screening.
APPEAL_DAYS = int(env("ENGAGE_APPEAL_DAYS", "30"))

# So many residents must say "not fixed", and more than say "fixed", before an idea is back with the command.
NOT_FIXED_ENOUGH = int(env("ENGAGE_NOT_FIXED_ENOUGH", "3"))

# --- files, language, time -----------------------------------------------------------------------------

STATIC_URL = "static/"
STATIC_ROOT = ENGAGE_HOME / "staticfiles"
STATICFILES_DIRS = [BASE_DIR / "static"]
MEDIA_ROOT = ENGAGE_HOME / "media"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "engage.storage.StaticStorage"},
}
WHITENOISE_KEEP_ONLY_HASHED_FILES = True

LANGUAGE_CODE = "en-us"
LANGUAGES = [("en-us", _("English"))]
LOCALE_PATHS = [BASE_DIR / "locale"]
USE_TZ = True
TIME_ZONE = env("ENGAGE_TIME_ZONE", "America/New_York")

# --- e-mail --------------------------------------------------------------------------------------------

# What django-anymail calls the key of each provider that we know how to reach.
EMAIL_PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailersend": "MAILERSEND_API_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "mailjet": "MAILJET_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "sendgrid": "SENDGRID_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}
# A provider's name, as django-anymail has it; else a mail server; else a file for each message.
EMAIL_PROVIDER = env("ENGAGE_EMAIL_PROVIDER").lower()
if EMAIL_PROVIDER and EMAIL_PROVIDER not in EMAIL_PROVIDERS:
    raise ImproperlyConfigured(f"ENGAGE_EMAIL_PROVIDER is one of {', '.join(sorted(EMAIL_PROVIDERS))}.")
if EMAIL_PROVIDER:
    EMAIL_BACKEND = f"anymail.backends.{EMAIL_PROVIDER}.EmailBackend"
elif env("EMAIL_HOST"):
    EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
else:
    EMAIL_BACKEND = "engage.mail.OutboxBackend"
EMAIL_FILE_PATH = ENGAGE_HOME / "mail"
EMAIL_HOST = env("EMAIL_HOST", "localhost")
EMAIL_PORT = int(env("EMAIL_PORT", "25"))
EMAIL_HOST_USER = env("EMAIL_HOST_USER")
EMAIL_HOST_PASSWORD = env("EMAIL_HOST_PASSWORD")
EMAIL_USE_TLS = env_flag("EMAIL_USE_TLS")
EMAIL_TIMEOUT = 10
DEFAULT_FROM_EMAIL = env("ENGAGE_FROM_EMAIL", "Engage <engage@localhost>")
ANYMAIL: dict[str, str | int] = {
    **dict(pair.split("=", 1) for pair in env_list("ENGAGE_EMAIL_OPTIONS")),
    "REQUESTS_TIMEOUT": EMAIL_TIMEOUT,
    # "name:password", as the provider sends it with each word of a bounce.
    "WEBHOOK_SECRET": env("ENGAGE_EMAIL_WEBHOOK_SECRET"),
}
if EMAIL_PROVIDER:
    _KEY = EMAIL_PROVIDERS[EMAIL_PROVIDER]
    ANYMAIL[_KEY] = secret("ENGAGE_EMAIL_KEY", purpose="it opens the mail provider")

# --- networks and places -------------------------------------------------------------------------------

_SANDBOX_URL = f"http://127.0.0.1:{PORT + 1}" if ENGAGE_DEMO else ""
_ON_SANDBOX = ENGAGE_DEMO and not env("X_API_URL")
X_API_URL = env("X_API_URL", _SANDBOX_URL or "https://api.x.com").rstrip("/")
X_WEB_URL = env("X_WEB_URL", _SANDBOX_URL or "https://x.com").rstrip("/")
X_TIMEOUT_SECONDS = float(env("X_TIMEOUT_SECONDS", "10"))
# For all pictures of one post together.
X_UPLOAD_SECONDS = float(env("X_UPLOAD_SECONDS", "60"))
# Our registration at X: OAuth 2 for connecting in the browser, OAuth 1.0a for tokens that are typed. The
# sandbox knows the demonstration's.
X_CLIENT_ID = env("X_CLIENT_ID", "engage-demo" if _ON_SANDBOX else "")
X_CLIENT_SECRET = env("X_CLIENT_SECRET", "engage-demo-secret" if _ON_SANDBOX else "")
X_CONSUMER_KEY = env("X_CONSUMER_KEY", "engage-demo-key" if _ON_SANDBOX else "")
X_CONSUMER_SECRET = env("X_CONSUMER_SECRET", "engage-demo-key-secret" if _ON_SANDBOX else "")
FACEBOOK_API_URL = env("FACEBOOK_API_URL", f"{_SANDBOX_URL}/facebook" if ENGAGE_DEMO else "").rstrip("/")
FACEBOOK_API_URL = FACEBOOK_API_URL or "https://graph.facebook.com"
FACEBOOK_WEB_URL = env("FACEBOOK_WEB_URL", f"{_SANDBOX_URL}/facebook" if ENGAGE_DEMO else "").rstrip("/")
FACEBOOK_WEB_URL = FACEBOOK_WEB_URL or "https://www.facebook.com"
# The app that the Pages are connected to; the sandbox has one of its own.
FACEBOOK_APP_ID = env("FACEBOOK_APP_ID", "1000000000001" if ENGAGE_DEMO else "")
FACEBOOK_APP_SECRET = env("FACEBOOK_APP_SECRET", "the-sandbox-has-no-secrets" if ENGAGE_DEMO else "")
FACEBOOK_TIMEOUT_SECONDS = float(env("FACEBOOK_TIMEOUT_SECONDS", "10"))
MASTODON_TIMEOUT_SECONDS = float(env("MASTODON_TIMEOUT_SECONDS", "10"))
# Servers on this machine itself, and there without TLS: for trying it out.
MASTODON_TO_LOOPBACK = ENGAGE_DEMO or env_flag("MASTODON_TO_LOOPBACK")
BLUESKY_URL = env("BLUESKY_URL", "https://bsky.social").rstrip("/")
BLUESKY_WEB_URL = env("BLUESKY_WEB_URL", "https://bsky.app").rstrip("/")
BLUESKY_TIMEOUT_SECONDS = float(env("BLUESKY_TIMEOUT_SECONDS", "10"))
# What a command may spend on networks in a calendar month, in dollars, unless headquarters sets another cap.
MONTHLY_BUDGET = Decimal(env("ENGAGE_MONTHLY_BUDGET", "100"))
GEOCODER = env("ENGAGE_GEOCODER")  # a geopy provider's name, for example "nominatim"; empty is off
GEOCODER_OPTIONS = dict(pair.split("=", 1) for pair in env_list("ENGAGE_GEOCODER_OPTIONS"))
OUTLINES_FILE = env("ENGAGE_OUTLINES")

# --- hearing -------------------------------------------------------------------------------------------

# What a new account, or new words to watch, bring in at first: so old at most, and so many.
FIRST_SYNC_DAYS = int(env("ENGAGE_FIRST_SYNC_DAYS", "7"))
FIRST_SYNC_POSTS = int(env("ENGAGE_FIRST_SYNC_POSTS", "200"))
# What Facebook says back when it asks whether /hooks/facebook/ is ours. Empty: nobody can set it up.
FACEBOOK_VERIFY_TOKEN = env("FACEBOOK_VERIFY_TOKEN")

# --- webhooks ------------------------------------------------------------------------------------------

# To this machine itself, and there without TLS: for trying it out.
WEBHOOKS_TO_LOOPBACK = ENGAGE_DEMO or env_flag("ENGAGE_WEBHOOKS_TO_LOOPBACK")
WEBHOOK_TIMEOUT_SECONDS = float(env("ENGAGE_WEBHOOK_TIMEOUT_SECONDS", "10"))

# --- histories -----------------------------------------------------------------------------------------

PGHISTORY_JSON_ENCODER = "precincts.history.Encoder"
# Histories are read by the row that they are about; no other key of theirs is looked up.
PGHISTORY_FOREIGN_KEY_FIELD = pghistory.ForeignKey(db_index=False)

# --- the API -------------------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "precincts.authentication.PersonalTokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.AllowAny"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["engage.parsers.StrictJSONParser"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "precincts.problems.problem_handler",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Engage",
    "DESCRIPTION": "Every police command's own front door: find it, raise an issue, vote, read the answer.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1/",
    "TAGS": [
        {"name": "commands", "description": "Who they are, and which ones serve a place."},
        {"name": "board", "description": "Read the board, raise an issue, vote, comment."},
        {"name": "desk", "description": "For a command's staff: what waits, and a decision on it."},
        {"name": "accounts", "description": "For a command's staff: its accounts on networks."},
        {"name": "messages", "description": "For a command's staff: drafts, approvals, what was sent."},
        {"name": "inbox", "description": "For a command's staff: what was said to it on networks."},
        {"name": "webhooks", "description": "Be told of what happens to issues: signed, at least once."},
        {"name": "headquarters", "description": "For the whole city: appeals, and what is decided on them."},
    ],
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    # Several fields have one name and different choices, or the other way round.
    "ENUM_NAME_OVERRIDES": {
        "Who": "precincts.models.Who",
        "CommandKind": "precincts.models.Kind",
        "WaitsFor": "ideas.waiting.Kind",
        "LocatedPrecision": "precincts.geography.Precision",
        "IdeaStatus": "ideas.models.Status",
        "CommentStatus": "ideas.models.CommentStatus",
        "MessageStatus": "socialfeeds.models.Status",
        "IdeaPrecision": "ideas.models.Precision",
        "Action": "ideas.models.DECISION_CHOICES",
        "CommentAction": ["approve", "screen"],
        "Outcome": "ideas.models.Outcome",
        "AccountStatus": "socialfeeds.models.AccountStatus",
        "Network": "socialfeeds.models.Network",
        "Decided": ["upheld", "overturned"],
        "ThreadStatus": "socialfeeds.models.ThreadStatus",
        "MentionKind": "socialfeeds.models.MentionKind",
    },
}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "{asctime} {levelname} {name}: {message}", "style": "{"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["console"], "level": env("ENGAGE_LOG_LEVEL", "INFO")},
    # It tells of every call.
    "loggers": {"httpx": {"level": "WARNING"}},
}
