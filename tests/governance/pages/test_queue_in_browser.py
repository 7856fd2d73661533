"""Is the decision queue cleared by the keyboard alone, one thing after the other, without a way back to be found?"""

from governance.actions import dates
from governance.queries import queue
from portfolio.rules import Stage, Verb
from readiness.actions import items
from readiness.models import Waiver
from tests import factories
from tests.roi.told import tell


def waiting(world):
    """A stop to decide, a waiver to approve and a hypothesis to sign; Ana can end each."""
    people, ben = world.people, factories.actor_for(world.people["ben"])
    pilot = world.use_case(
        "Letters", Stage.PILOT, sponsor=people["ana"], lead=people["ben"], finance_partner=people["ben"]
    )
    dates.ask(use_case_id=pilot.id, by=ben, kind=Verb.STOP, reason="Enough.")
    until = factories.in_days(world.portfolio, 30)
    item = items.add(by=ben, use_case_id=pilot.id, item=items.NewItem("Rehearse", people["ben"], until))
    items.ask_waiver(by=ben, item_id=item.id, reason="The room is closed.", until_on=until)
    signed = world.use_case(
        "Claims", Stage.PILOT, sponsor=people["ana"], lead=people["ben"], finance_partner=people["ben"]
    )
    tell(signed)
    return pilot


def reach(page, words: str, most: int = 12) -> None:
    """Tab on until the focus is on what says so."""
    for _ in range(most):
        page.keyboard.press("Tab")
        if words in page.evaluate("document.activeElement.innerText || document.activeElement.name || ''"):
            return
    raise AssertionError(f"{most} tabs do not lead to {words}")


def test_the_queue_is_cleared_by_keyboard_alone(world, page):
    pilot = waiting(world)
    page.goto(f"{page.base}/p/norwell/queue/")
    assert "3 of" in page.locator(".lede").inner_text()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")  # skip to content
    for _ in range(3):
        reach(page, "Do it", 4)
        page.keyboard.press("Enter")
        page.wait_for_url("**from=queue**")
        if "/stop/" in page.url:
            reach(page, "reason", 4)
            page.keyboard.type("Enough.")
            page.keyboard.press("Tab")
            page.keyboard.type("Ask early.")
            reach(page, "Stop", 3)
        else:
            reach(page, "Sign version" if "/roi/" in page.url else "Approve the waiver")
        page.keyboard.press("Enter")
        page.wait_for_url("**/queue/#queue-h")
    ana = world.people["ana"].id
    assert not [one.title for one in queue.waits(world.portfolio) if ana in one.on]
    pilot.refresh_from_db()
    assert pilot.stage == Stage.STOPPED
    assert Waiver.objects.get().approved_by_id == ana
    assert page.problems == []
