"""Puts the rooms together: settings, addresses, the Celery application.

Celery's application is loaded with Django, in every process: without it a web process publishes to Celery's default
queue, which no worker reads, and every nudge is lost.
"""

from config.celery import app as celery_app

__all__ = ["celery_app"]
