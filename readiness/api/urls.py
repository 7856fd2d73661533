"""The REST routes of readiness, one line each; each name stands in access.yaml."""

from django.urls import path

from readiness.api import answers, data, items, lanes, needs

_U, _P = "use-cases/<str:ref>", "portfolios/<str:slug>"
_I, _S = (
    f"{_U}/blocking-items/<uuid:item_id>",
    f"{_P}/data-sources/<uuid:source_id>",
)

urlpatterns = [
    path(f"{_U}/evidence/", answers.EvidenceList.as_view(), name="evidence"),
    path(f"{_U}/evidence/<uuid:evidence_id>/", answers.OneEvidence.as_view(), name="one-evidence"),
    path(f"{_U}/evidence/<uuid:evidence_id>/file/", answers.EvidenceFile.as_view(), name="evidence-file"),
    path(f"{_U}/blocking-items/", items.Items.as_view(), name="blocking-items"),
    path(f"{_U}/blocking-items/accept-proposals/", items.AcceptProposals.as_view(), name="accept-proposals"),
    path(f"{_I}/", items.OneItem.as_view(), name="blocking-item"),
    path(f"{_I}/close/", items.CloseItem.as_view(), name="item-close"),
    path(f"{_I}/reopen/", items.ReopenItem.as_view(), name="item-reopen"),
    path(f"{_I}/waive/", items.WaiveItem.as_view(), name="item-waive"),
    path(f"{_I}/waive/end/", items.EndWaiver.as_view(), name="item-waiver-end"),
    path(f"{_U}/data-needs/", needs.Needs.as_view(), name="data-needs"),
    path(f"{_U}/data-needs/<uuid:need_id>/", needs.OneNeed.as_view(), name="data-need"),
    path(f"{_P}/blocking-items/", items.PortfolioItems.as_view(), name="portfolio-items"),
    path(f"{_P}/data-sources/", data.Sources.as_view(), name="data-sources"),
    path(f"{_S}/", data.OneSource.as_view(), name="data-source"),
    path(f"{_S}/rate/", data.RateSource.as_view(), name="rate-source"),
    path(f"{_S}/defects/", data.Defects.as_view(), name="defects"),
    path(f"{_S}/defects/<uuid:defect_id>/close/", data.CloseOneDefect.as_view(), name="close-defect"),
    path(f"{_P}/terms/", data.Terms.as_view(), name="terms"),
    path(f"{_P}/terms/<uuid:term_id>/", data.OneTerm.as_view(), name="term"),
    path(f"{_P}/question-sets/", lanes.QuestionSets.as_view(), name="question-sets"),
    path(f"{_P}/question-sets/<str:lane>/", lanes.OneQuestionSet.as_view(), name="question-set"),
    path(f"{_P}/question-sets/<str:lane>/yaml/", lanes.QuestionSetYaml.as_view(), name="question-set-yaml"),
]
