"""The pages that show more than one room. Each name stands in portfolio/access.yaml, or it is closed."""

from django.urls import path

from governance.views import board, dates, people, portfolios, records, rights, rounds, use_cases, verbs
from portfolio.rules import Verb

urlpatterns = [
    path("", portfolios.home, name="home"),
    path("gallery/", portfolios.gallery, name="gallery"),
    path("search/palette/", portfolios.palette, name="palette"),
    path("p/<slug:slug>/", board.board, name="board"),
    path("p/<slug:slug>/live/", board.live, name="board_live"),
    path("p/<slug:slug>/pause-the-rest/", rounds.pause_the_rest, name="pause_the_rest"),
    path("p/<slug:slug>/register/", use_cases.register, name="register"),
    path("p/<slug:slug>/use-cases/", use_cases.listing, name="use_cases"),
    path("p/<slug:slug>/decisions/", records.decisions, name="decisions"),
    path("p/<slug:slug>/ledger/", records.ledger, name="ledger"),
    path("p/<slug:slug>/ledger/verify/", records.verify, name="ledger_verify"),
    path("p/<slug:slug>/ledger/export/", records.export_ledger, name="ledger_export"),
    path("p/<slug:slug>/members/", portfolios.members, name="members"),
    path("p/<slug:slug>/members/<uuid:member_id>/", portfolios.member, name="member"),
    path("p/<slug:slug>/policy/", portfolios.policy, name="policy"),
    path("p/<slug:slug>/rights/", rights.rights, name="rights"),
    path("p/<slug:slug>/rights/<slug:lane>/<slug:kind>/", rights.right, name="right"),
    path("delegations/<uuid:delegation_id>/end/", rights.delegation_end, name="delegation_end"),
    path("d/<uuid:decision_id>/", records.decision, name="decision"),
    path("d/<uuid:decision_id>/undo/", verbs.undo, name="undo"),
    path("requests/<uuid:request_id>/withdraw/", dates.withdraw, name="withdraw"),
    path("u/<str:ref>/", use_cases.page, name="use_case"),
    path("u/<str:ref>/edit/<slug:section>/", use_cases.edit, name="use_case_edit"),
    path("u/<str:ref>/people/", people.people, name="use_case_people"),
    path("u/<str:ref>/decide/", verbs.decide, name="decide"),
    path("u/<str:ref>/date/", dates.date, name="use_case_date"),
    path("u/<str:ref>/lane/", dates.lane, name="use_case_lane"),
    path("u/<str:ref>/ask/", dates.ask, name="use_case_ask"),
    path("u/<str:ref>/waiting/", dates.waiting, name="use_case_waiting"),
    *(path(f"u/<str:ref>/{verb}/", verbs.act, {"verb": verb}, name=f"verb_{verb.replace('-', '_')}") for verb in Verb),
]
