"""The REST routes of the register, one line each; each name stands in access.yaml."""

from django.urls import path

from portfolio.api import jobs, members, portfolios, tokens

urlpatterns = [
    path("portfolios/", portfolios.Portfolios.as_view(), name="portfolios"),
    path("portfolios/<str:slug>/", portfolios.OnePortfolio.as_view(), name="portfolio"),
    path("portfolios/<str:slug>/archive/", portfolios.Archive.as_view(), name="portfolio-archive"),
    path("portfolios/<str:slug>/lanes/", portfolios.Lanes.as_view(), name="lanes"),
    path("portfolios/<str:slug>/members/", members.Members.as_view(), name="members"),
    path("portfolios/<str:slug>/members/<uuid:member_id>/", members.OneMember.as_view(), name="member"),
    path("portfolios/<str:slug>/tokens/", tokens.Tokens.as_view(), name="tokens"),
    path("portfolios/<str:slug>/tokens/<uuid:token_id>/", tokens.OneToken.as_view(), name="token"),
    path("jobs/<uuid:job_id>/", jobs.OneJob.as_view(), name="job"),
]
