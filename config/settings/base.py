"""What every deployment shares. Only what differs between places lives in dev, test and production."""

import os
from pathlib import Path

import dj_database_url
from django.utils.csp import CSP

BASE_DIR = Path(__file__).resolve().parent.parent.parent

SECRET_KEY = os.environ.get("SECRET_KEY", "")
DEBUG = False
ALLOWED_HOSTS: list[str] = []

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.postgres",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "django_htmx",
    "lucide",
    "rest_framework",
    "drf_spectacular",
    "people",
    "ledger",
    "portfolio",
    "roi",
    "readiness",
    "feedback",
    "adoption",
    "governance",
    "notices",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "config.middleware.RequestId",
    "feedback.straight.Straight",  # what must guard a producer's door too stands before this (docs/adr/0014)
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django.middleware.csp.ContentSecurityPolicyMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "config.middleware.SignedOut",
    "config.middleware.PlainInput",
    "config.middleware.PlainErrors",
    "config.middleware.OwnTime",
    "portfolio.access.middleware.AccessMiddleware",
]

ROOT_URLCONF = "config.urls"
WSGI_APPLICATION = "config.wsgi.application"

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
                "portfolio.shell.context",
            ],
        },
    },
]

DATABASES = {
    "default": dj_database_url.config(
        default="postgres://postgres@localhost/pilotage",
        conn_max_age=600,
        conn_health_checks=True,
    )
}
DATABASES["default"].setdefault("OPTIONS", {}).update(
    {
        "connect_timeout": 5,
        "prepare_threshold": 1,  # feedback's own statements (server-side binding) are planned once a connection
        # The last four: a worker host that dies must not hold its advisory lock until TCP notices by itself.
        "options": "-c statement_timeout=30s -c idle_in_transaction_session_timeout=60s -c timezone=UTC"
        " -c client_connection_check_interval=5s -c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10"
        " -c tcp_keepalives_count=3",
    }
)
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
AUTH_USER_MODEL = "people.User"

# One Valkey carries wake-up hints, caches and rate limits; the truth is in PostgreSQL only.
# redis-py says unix://PATH where Celery says redis+socket://PATH; either form is welcome in the environment.
REDIS_URL = os.environ.get("REDIS_URL", "redis://localhost:6379/0").replace("redis+socket://", "unix://", 1)

AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
ACCOUNT_USER_MODEL_USERNAME_FIELD = None
# Mail: without a host nothing is mailed, and the page of notices says so.
MAIL_CONFIGURED = bool(os.environ.get("EMAIL_HOST"))
MAILERS = {
    "default": {
        "BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "OPTIONS": {
            "host": os.environ.get("EMAIL_HOST", ""),
            "port": int(os.environ.get("EMAIL_PORT", "25")),
            "username": os.environ.get("EMAIL_HOST_USER", ""),
            "password": os.environ.get("EMAIL_HOST_PASSWORD", ""),
            "use_tls": os.environ.get("EMAIL_USE_TLS", "") == "1",
            "timeout": 10,  # seconds, for each step of the conversation
        },
    }
}
MAIL_DOMAIN = os.environ.get("MAIL_DOMAIN", "pilotage.invalid")  # the right half of every Message-ID
DEFAULT_FROM_EMAIL = os.environ.get("EMAIL_FROM", f"Pilotage <noreply@{MAIL_DOMAIN}>")
SITE_URL = os.environ.get("SITE_URL", "")  # how mails link here

ACCOUNT_EMAIL_VERIFICATION = "none"  # people are invited; sign-up is closed
ACCOUNT_ADAPTER = "people.adapter.ClosedSignup"
ACCOUNT_LOGOUT_REDIRECT_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True

SESSION_COOKIE_AGE = 12 * 3600  # seconds, absolute (reliability D7)
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CSP = {
    "default-src": [CSP.NONE],
    "script-src": [CSP.SELF],
    "style-src": [CSP.SELF],
    "img-src": [CSP.SELF, "data:"],
    "font-src": [CSP.SELF],
    "connect-src": [CSP.SELF],
    "form-action": [CSP.SELF],
    "base-uri": [CSP.NONE],
    "frame-ancestors": [CSP.NONE],
}

LANGUAGE_CODE = "en"
USE_I18N = False
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [BASE_DIR / "static"]
STATIC_ROOT: Path | None = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
PILOTAGE_HOME = Path(os.environ.get("PILOTAGE_HOME", BASE_DIR / "var"))
MEDIA_ROOT = PILOTAGE_HOME / "files"
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024  # bytes
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2000
FILE_UPLOAD_MAX_MEMORY_SIZE = 1024 * 1024
LARGEST_UPLOAD = 25 * 1024 * 1024  # bytes of one file
FILE_UPLOAD_HANDLERS = ["config.uploads.Limited", "django.core.files.uploadhandler.TemporaryFileUploadHandler"]

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "portfolio.access.tokens.BearerAuthentication",
        "portfolio.access.tokens.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["portfolio.access.drf.Allowed"],
    "DEFAULT_PARSER_CLASSES": ["config.rest.parsing.StrictJSONParser"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_SCHEMA_CLASS": "config.rest.schema.RoomSchema",
    "URL_FORMAT_OVERRIDE": None,
    "EXCEPTION_HANDLER": "config.rest.problems.problem",
    "UNAUTHENTICATED_USER": "django.contrib.auth.models.AnonymousUser",
    "COERCE_DECIMAL_TO_STRING": True,
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Pilotage",
    "DESCRIPTION": "The register, the gate and the ledger of an organisation's AI pilots.",
    "VERSION": "1.0.0",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "COMPONENT_SPLIT_REQUEST": True,
    "POSTPROCESSING_HOOKS": ["drf_spectacular.hooks.postprocess_schema_enums", "feedback.api.described.door"],
    "ENUM_NAME_OVERRIDES": {
        "ImportState": "portfolio.api.imports.STATES",
        "Stage": "governance.api.shapes.STAGES",
        "Verb": "governance.api.shapes.VERBS",
        "Role": "portfolio.api.members.ROLES",
        "Status": "governance.api.shapes.STATUSES",
        "LaneCode": "portfolio.models.Lane.CODES",
        "LaneOrNone": "governance.api.rights.LANE_OR_NONE",
        "BusinessKind": "roi.api.shapes.KINDS",
        "SignalState": "feedback.api.plan.SIGNAL_STATES",
        "DecisionFileState": "feedback.api.files.STATES",
        "BandState": "feedback.api.work.BAND_STATES",
        "AlarmDirection": "feedback.api.plan.DIRECTIONS",
    },
}

CELERY_BROKER_URL = REDIS_URL.replace("unix://", "redis+socket://", 1)
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SERIALIZER = "json"
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = False  # the sweep heals a loss; a poison pill must not loop
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_TASK_DEFAULT_QUEUE = "quick"
CELERY_TASK_ROUTES = {"*.slow_*": {"queue": "slow"}, "governance.tasks.post_value_readings": {"queue": "slow"}}
CELERY_TASK_SOFT_TIME_LIMIT = 30
CELERY_TASK_TIME_LIMIT = 45
CELERY_TASK_PUBLISH_RETRY = False
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 300,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 5,
    "socket_connect_timeout": 1,
}
TOKEN_ENVIRONMENT = os.environ.get("TOKEN_ENVIRONMENT", "live")  # stands inside each token
CELERY_BEAT_SCHEDULE = {
    "sweep": {"task": "governance.tasks.sweep_dirty", "schedule": 15.0, "options": {"expires": 15}},
    "jobs": {"task": "portfolio.tasks.sweep_jobs", "schedule": 30.0, "options": {"expires": 30}},
    "answers": {"task": "portfolio.tasks.forget_answers", "schedule": 3600.0, "options": {"expires": 3600}},
    "fold": {"task": "feedback.tasks.fold_waiting", "schedule": 1.0, "options": {"expires": 5}},
    "look": {"task": "feedback.tasks.look", "schedule": 60.0, "options": {"expires": 60}},
    "days": {"task": "feedback.tasks.slow_close_days", "schedule": 600.0, "options": {"expires": 600}},
    "months": {"task": "feedback.tasks.keep_months", "schedule": 3600.0, "options": {"expires": 3600}},
    "checkpoints": {"task": "ledger.tasks.slow_checkpoints", "schedule": 60.0, "options": {"expires": 60}},
    "values": {"task": "governance.tasks.post_value_readings", "schedule": 600.0, "options": {"expires": 600}},
    "tell": {"task": "notices.tasks.slow_tell", "schedule": 30.0, "options": {"expires": 30}},
    "day": {"task": "notices.tasks.slow_day", "schedule": 900.0, "options": {"expires": 900}},
    "nightly": {"task": "governance.tasks.slow_nightly", "schedule": 300.0, "options": {"expires": 300}},
    "value": {"task": "governance.tasks.slow_revalue", "schedule": 300.0, "options": {"expires": 300}},
}
ROI_ANNUAL_RATE = float(os.environ.get("ROI_ANNUAL_RATE", "0.035"))  # real, a year (Green Book; under review)
NUDGE = True  # False in one CI run: everything must converge by the sweep alone

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"plain": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
