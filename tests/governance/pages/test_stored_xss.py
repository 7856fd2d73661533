"""Does any text that somebody typed run as a script on any page that a leader opens?"""

from governance.actions import dates
from governance.models import Decision
from people.models import User
from portfolio.models import Portfolio, UseCase
from portfolio.rules import Stage, Verb
from tests.browser import open_

PAYLOADS = (
    "<script>window.__xss=1</script>",
    '"><img src=x onerror="window.__xss=1">',
    "'><svg onload=window.__xss=1>",
    "</textarea><script>window.__xss=1</script>",
    "</title><script>window.__xss=1</script>",
    "javascript:window.__xss=1",
    "{{ window.__xss=1 }}{% debug %}",
    "${window.__xss=1}`-window.__xss=1-`",
    '" autofocus onfocus="window.__xss=1" x="',
    "<iframe srcdoc='<script>top.__xss=1</script>'>",
    "<details open ontoggle=window.__xss=1>",
    "--><a hx-get=/ hx-trigger=load hx-on::before-request=window.__xss=1>x</a>",
)
ALL = " ".join(PAYLOADS)
TEXTS = ("problem", "success_statement", "why_ai", "stop_criterion", "restart_condition")
SHORT = {"organisation": 300, "external_id": 200, "business_outcome": 300, "sponsor_name": 200, "waiting_reason": 500}


def poison(world) -> list[str]:
    """Every payload in every text field, and the addresses that show them."""
    User.objects.filter(id=world.people["ben"].id).update(name=ALL[:200])
    Portfolio.objects.filter(id=world.portfolio.id).update(name=PAYLOADS[1])
    rows = [world.use_case(f"{number}{payload}", Stage.PILOT) for number, payload in enumerate(PAYLOADS)]
    facts = dict.fromkeys(TEXTS, ALL) | {name: ALL[:most] for name, most in SHORT.items()}
    UseCase.objects.all().update(
        **facts, tags=[one[:60] for one in PAYLOADS[:4]], lead=world.people["ben"], details={ALL: ALL}
    )
    client = world.client("ana")
    body = {"reason": ALL, "restart_condition": ALL, "review_on": world.later()}
    assert client.post(f"/u/{rows[0].key}/pause/", body).status_code == 302
    assert client.post(f"/u/{rows[1].key}/stop/", {"reason": ALL, "learnt": ALL}).status_code == 302
    dates.ask(use_case_id=rows[2].id, by=world.actor("ben"), kind=Verb.PAUSE, reason=ALL)
    day = {"agreed_on": world.later(), "cause": ALL}
    assert client.post(f"/u/{rows[3].key}/date/", day).status_code == 302
    decision = Decision.objects.first()
    keys = "&".join(f"u={row.key}" for row in rows[:4])
    own = [f"/u/{row.key}/" for row in rows[:4]]
    forms = [
        f"/u/{rows[2].key}/{part}/"
        for part in ("pause", "stop", "date", "waiting", "edit/what", "edit/why", "edit/facts")
    ]
    home = "/p/norwell/"
    return [
        home, f"{home}visit/", f"{home}use-cases/", f"{home}decisions/", f"{home}ledger/", f"{home}members/", f"{home}sort/",
        f"{home}import/", f"{home}pause-the-rest/", f"{home}compare/?{keys}",
        f"{home}best-set/", f"/d/{decision.id}/",
        "/search/palette/?q=script", f"{home}use-cases/?q=%3Cscript%3Ewindow.__xss=1%3C/script%3E", *own, *forms,
    ]  # fmt: skip


def test_no_stored_text_runs_on_any_page(world, page):
    reports: list[str] = []
    for address in poison(world):
        open_(page, address)
        page.wait_for_timeout(150)  # milliseconds: what loads after the page
        ran = page.evaluate("[window.__xss, document.querySelectorAll('[onerror], [onload], iframe').length]")
        if ran != [None, 0] or page.problems:
            reports.append(f"{address}: {ran} {page.problems[:2]}")
        page.problems.clear()
    assert reports == []
