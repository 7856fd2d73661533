"""What do we keep of the people around a use case: the plan, who is affected, who was heard, who watches?"""

from __future__ import annotations

import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from adoption.rules import MadeBy, Mode
from portfolio.models import UseCase
from portfolio.rules import Actor

User = settings.AUTH_USER_MODEL


class OfUseCase(models.QuerySet):
    """Rows that hang on a use case are seen with it."""

    def visible_to(self, actor: Actor) -> OfUseCase:
        if actor.is_system:
            return self
        return self.filter(use_case__in=UseCase.objects.visible_to(actor))


class Plan(models.Model):
    """Started before select: who brings it to the people, and from when."""

    use_case = models.OneToOneField(UseCase, models.CASCADE, primary_key=True, related_name="adoption_plan")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    first_on = models.DateField()

    objects = OfUseCase.as_manager()


class Role(models.Model):
    """A group of people whose work changes."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="affected_roles")
    name = models.CharField(max_length=200)
    headcount = models.PositiveIntegerField()
    reached = models.PositiveIntegerField(default=0)
    using = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["use_case", "name"], name="affected_role_once"),
            models.CheckConstraint(condition=Q(reached__lte=F("headcount")), name="affected_role_reached"),
            models.CheckConstraint(condition=Q(using__lte=F("headcount")), name="affected_role_using"),
        ]


class RoleCount(models.Model):
    """How far a role was on a day: the newest numbers said on it. The adoption measure over time is made of these."""

    role = models.ForeignKey(Role, models.CASCADE, related_name="counts")
    on = models.DateField()
    headcount = models.PositiveIntegerField()
    reached = models.PositiveIntegerField()
    using = models.PositiveIntegerField()

    class Meta:
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["role", "on"], name="role_count_once_a_day")]


class Engagement(models.Model):
    """A conversation with the frontline: what was heard, and what we changed."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="engagements")
    on = models.DateField()
    who = models.CharField(max_length=200)  # a team or a group; not a person's name
    heard = models.TextField()
    changed = models.TextField(blank=True)
    logged_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["-on", "-made_at"]


class SupportAction(models.Model):
    """Training, guidance, time: open until everybody of the role is reached, or it is said why not."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="support_actions")
    role = models.ForeignKey(Role, models.CASCADE, related_name="actions")
    text = models.CharField(max_length=500)
    owner = models.ForeignKey(User, models.PROTECT, related_name="+")
    due_on = models.DateField()
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["due_on", "made_at"]


class Oversight(models.Model):
    """Who watches the AI; the overseer is the seat on the use case."""

    use_case = models.OneToOneField(UseCase, models.CASCADE, primary_key=True, related_name="oversight")
    mode = models.CharField(max_length=20, choices=[(mode.value, mode.value) for mode in Mode])
    cover = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    stop_authority = models.BooleanField(default=False)
    competence = models.TextField(blank=True)
    review_days = models.PositiveIntegerField(null=True, blank=True)
    reviewed_on = models.DateField(null=True, blank=True)

    objects = OfUseCase.as_manager()


class WorkDecision(models.Model):
    """A decision in the work itself: who makes it, who answers for the result, how those affected object."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    use_case = models.ForeignKey(UseCase, models.CASCADE, related_name="work_decisions")
    text = models.CharField(max_length=200)
    made_by = models.CharField(max_length=20, choices=[(one.value, one.value) for one in MadeBy])
    answers = models.CharField(max_length=200, blank=True)  # a function, such as team leader; not a person's name
    objection = models.CharField(max_length=300, blank=True)
    made_at = models.DateTimeField(default=timezone.now)

    objects = OfUseCase.as_manager()

    class Meta:
        ordering = ["made_at"]
        constraints = [models.UniqueConstraint(fields=["use_case", "text"], name="work_decision_once")]
