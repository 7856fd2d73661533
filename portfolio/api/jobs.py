"""How far is the long work that I wait for?"""

from uuid import UUID

from django.http import HttpRequest
from rest_framework import serializers
from rest_framework.response import Response

from portfolio import access
from portfolio.access import fetch
from portfolio.api.door import Door, row_of, speaks
from portfolio.models import Job

_FIELDS = ("id", "kind", "state", "done", "total", "text", "made_at", "ended_at")


class JobShape(serializers.Serializer):
    id = serializers.UUIDField()
    kind = serializers.CharField()
    state = serializers.ChoiceField([Job.WAITING, Job.RUNNING, Job.DONE, Job.FAILED])
    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    text = serializers.CharField()
    made_at = serializers.DateTimeField()
    ended_at = serializers.DateTimeField(allow_null=True)


class OneJob(Door):
    seen: Job

    def see(self, job_id: UUID) -> Job:
        found = row_of(Job.objects.visible_to(self.actor).filter(portfolio__archived_at=None), job_id)
        access.require(self.actor, fetch.route_verb(self.request), found.portfolio_id)
        fetch.not_for_one_use_case(self.actor)
        return found

    @speaks("State, done, total, text", answer=JobShape, writes=False)
    def get(self, request: HttpRequest, job_id: UUID) -> Response:
        return Response({name: getattr(self.seen, name) for name in _FIELDS})
