"""The Celery application. A message is only a nudge; the rows in PostgreSQL are the queue.

It never guesses its settings: DJANGO_SETTINGS_MODULE is stated by whoever starts a process.
"""

from celery import Celery

app = Celery("pilotage")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
