"""The REST routes of hypotheses, one line each; each name stands in access.yaml."""

from django.urls import path

from roi.api import hypotheses, lines, readings

_U = "use-cases/<str:ref>"
_H = f"{_U}/hypotheses/<uuid:hypothesis_id>"

urlpatterns = [
    path(f"{_U}/hypotheses/", hypotheses.Hypotheses.as_view(), name="hypotheses"),
    path(f"{_H}/", hypotheses.OneHypothesis.as_view(), name="hypothesis"),
    path(f"{_H}/sign/", hypotheses.SignHypothesis.as_view(), name="hypothesis-sign"),
    path(f"{_H}/versions/", hypotheses.Versions.as_view(), name="hypothesis-versions"),
    path(f"{_H}/compare/", hypotheses.Compare.as_view(), name="hypothesis-compare"),
    path(f"{_H}/valuation/", hypotheses.OneValuation.as_view(), name="valuation"),
    path(f"{_U}/cost-lines/", lines.CostLines.as_view(), name="cost-lines"),
    path(f"{_U}/cost-lines/<uuid:line_id>/", lines.OneCostLine.as_view(), name="cost-line"),
    path(f"{_U}/benefits/", lines.Benefits.as_view(), name="benefits"),
    path(f"{_U}/readings/", readings.Readings.as_view(), name="readings"),
    path(f"{_U}/check-ins/", readings.CheckIns.as_view(), name="check-ins"),
]
