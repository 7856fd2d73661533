"""The floor of P1: the least that a Django view can do with an event and still count it once. No access, no checks."""

import json
import os
from datetime import datetime

import django
from django.core.handlers.wsgi import WSGIHandler
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import path

os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.bare_settings"


def view(request: HttpRequest) -> HttpResponse:
    body = json.loads(request.body)
    event = body["events"][0] if "events" in body else body
    at = datetime.fromisoformat(event["at"])
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO bench_http VALUES (%s, %s, %s, %s) ON CONFLICT DO NOTHING",
            [event["id"], at, event["type"], json.dumps(event)],
        )
        if cursor.rowcount:
            cursor.execute(
                "INSERT INTO bench_http_day VALUES (%s, 1) ON CONFLICT (counted_on) DO UPDATE SET n = bench_http_day.n + 1",
                [at.date()],
            )
    return HttpResponse(b'{"created": 1}', content_type="application/json")


urlpatterns = [path("", view)]


django.setup()
application = WSGIHandler()
