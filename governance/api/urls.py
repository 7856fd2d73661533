"""The REST routes of use cases, decisions, board, gate and ledger, one line each; each name stands in access.yaml."""

from django.urls import path

from governance.api import (
    answers,
    audit,
    best_set,
    board,
    calendar,
    dates,
    decisions,
    forecast,
    ledger,
    people,
    policy,
    rights,
    saved_views,
    use_cases,
    verbs,
)

_ANSWER = "use-cases/<str:ref>/answers/<uuid:answer_id>/"
_DECISION = "use-cases/<str:ref>/decisions/<uuid:decision_id>/"

urlpatterns = [
    path("people/", people.People.as_view(), name="people"),
    path("people/<uuid:user_id>/deactivate/", people.Deactivate.as_view(), name="person-deactivate"),
    path("people/<uuid:user_id>/reactivate/", people.Reactivate.as_view(), name="person-reactivate"),
    path("portfolios/<str:slug>/triage/", board.Triage.as_view(), name="triage"),
    path("portfolios/<str:slug>/views/", saved_views.SavedViews.as_view(), name="saved-views"),
    path("portfolios/<str:slug>/views/<uuid:view_id>/", saved_views.OneSavedView.as_view(), name="saved-view"),
    path("portfolios/<str:slug>/warnings/", board.Warnings.as_view(), name="warnings"),
    path("portfolios/<str:slug>/best-set/", best_set.BestSet.as_view(), name="best-set"),
    path("portfolios/<str:slug>/pause-the-rest/", board.PauseTheRest.as_view(), name="pause-the-rest"),
    path("portfolios/<str:slug>/policy/", policy.PolicyDoor.as_view(), name="policy"),
    path("portfolios/<str:slug>/calendar.ics", calendar.calendar, name="calendar"),
    path("portfolios/<str:slug>/calendar-feed/", calendar.Feed.as_view(), name="calendar-feed"),
    path("use-cases/<str:ref>/forecast/", forecast.Forecast.as_view(), name="forecast"),
    path("portfolios/<str:slug>/decision-rights/", rights.DecisionRights.as_view(), name="decision-rights"),
    path("portfolios/<str:slug>/delegations/", rights.Delegations.as_view(), name="delegations"),
    path("portfolios/<str:slug>/delegations/<uuid:delegation_id>/", rights.OneDelegation.as_view(), name="delegation"),
    path("portfolios/<str:slug>/ledger/", ledger.Lines.as_view(), name="ledger"),
    path("portfolios/<str:slug>/ledger/verify/", ledger.Verify.as_view(), name="ledger-verify"),
    path("portfolios/<str:slug>/ledger/export/", ledger.Export.as_view(), name="ledger-export"),
    path("portfolios/<str:slug>/queue/", audit.Queue.as_view(), name="queue"),
    path("portfolios/<str:slug>/replay/", audit.Replay.as_view(), name="replay"),
    path("portfolios/<str:slug>/sample/", audit.Sample.as_view(), name="sample"),
    path("use-cases/", use_cases.UseCases.as_view(), name="use-cases"),
    path("use-cases/<str:ref>/", use_cases.OneUseCase.as_view(), name="use-case"),
    path("use-cases/<str:ref>/answers/", answers.Answers.as_view(), name="answers"),
    path(f"{_ANSWER}accept/", answers.AcceptAnswer.as_view(), name="answer-accept"),
    path(f"{_ANSWER}send-back/", answers.SendAnswerBack.as_view(), name="answer-send-back"),
    path(f"{_ANSWER}withdraw/", answers.WithdrawAnswer.as_view(), name="answer-withdraw"),
    path("use-cases/<str:ref>/gate/", decisions.Gate.as_view(), name="gate"),
    path("use-cases/<str:ref>/choose-lane/", dates.Lane.as_view(), name="choose-lane"),
    path("use-cases/<str:ref>/review-date/", dates.Review.as_view(), name="review-date"),
    path("use-cases/<str:ref>/renew-exception/", dates.Exceeding.as_view(), name="renew-exception"),
    path("use-cases/<str:ref>/agree-date/", dates.Agreed.as_view(), name="agree-date"),
    path("use-cases/<str:ref>/requests/", decisions.Requests.as_view(), name="requests"),
    path("use-cases/<str:ref>/requests/<uuid:request_id>/withdraw/", decisions.Withdraw.as_view(), name="withdraw"),
    path("use-cases/<str:ref>/requests/<uuid:request_id>/remind/", decisions.Remind.as_view(), name="remind"),
    path("use-cases/<str:ref>/decisions/", decisions.Decisions.as_view(), name="decisions"),
    path(_DECISION, decisions.OneDecision.as_view(), name="decision"),
    path(f"{_DECISION}undo/", decisions.Undo.as_view(), name="undo"),
    path(f"{_DECISION}conditions/", decisions.Conditions.as_view(), name="conditions"),
    path(f"{_DECISION}conditions/<uuid:condition_id>/met/", decisions.ConditionMet.as_view(), name="condition-met"),
    *(
        path(f"use-cases/<str:ref>/{verb}/", door.as_view(), name=f"use-case-{verb}")
        for verb, door in verbs.DOORS.items()
    ),
]
