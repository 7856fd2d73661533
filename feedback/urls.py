"""The REST routes of feedback, one line each; each name stands in access.yaml."""

from django.urls import path

from feedback import door
from feedback.api import files, learning, plan, work

_ONE = "use-cases/<str:ref>"
urlpatterns = [
    path(f"{_ONE}/feedback/batch/", door.batch, name="feedback-batch"),
    path(f"{_ONE}/feedback/summary/", work.Summary.as_view(), name="feedback-summary"),
    path(f"{_ONE}/feedback/plan/", plan.FeedbackPlan.as_view(), name="feedback-plan"),
    path(f"{_ONE}/feedback/files/", files.Files.as_view(), name="feedback-files"),
    path(f"{_ONE}/feedback/files/<uuid:past_id>/", files.OneFile.as_view(), name="feedback-file"),
    path(f"{_ONE}/feedback/files/<uuid:past_id>/preview/", files.Preview.as_view(), name="feedback-file-preview"),
    path(f"{_ONE}/feedback/files/<uuid:past_id>/run/", files.Run.as_view(), name="feedback-file-run"),
    path(f"{_ONE}/feedback/files/<uuid:past_id>/skipped.csv", files.Skipped.as_view(), name="feedback-file-skipped"),
    path(f"{_ONE}/signals/", plan.Signals.as_view(), name="signals"),
    path(f"{_ONE}/signals/<uuid:signal_id>/", plan.OneSignal.as_view(), name="signal"),
    path(f"{_ONE}/alarms/", plan.Alarms.as_view(), name="alarms"),
    path(f"{_ONE}/alarms/<uuid:ring_id>/acknowledge/", plan.AcknowledgeAlarm.as_view(), name="alarm-acknowledge"),
    path(f"{_ONE}/exceptions/", work.Exceptions.as_view(), name="exceptions"),
    path(f"{_ONE}/exceptions/close/", work.Close.as_view(), name="exception-close"),
    path(f"{_ONE}/exceptions/assign/", work.Assign.as_view(), name="exception-assign"),
    path("portfolios/<str:slug>/learning-actions/", learning.OfPortfolio.as_view(), name="portfolio-learning"),
    path(f"{_ONE}/learning-actions/", learning.LearningActions.as_view(), name="learning-actions"),
    path(f"{_ONE}/learning-actions/<uuid:action_id>/", learning.OneLearningAction.as_view(), name="learning-action"),
]
