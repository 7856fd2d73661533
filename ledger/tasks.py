"""When are checkpoints made? Hourly, and for chains that grew by a thousand lines; ids in, nothing out."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db.models import Max
from django.utils import timezone

from ledger import actions, keys
from ledger.models import Checkpoint, Head

log = logging.getLogger(__name__)

EVERY = timedelta(hours=1)
EVERY_LINES = 1000


@shared_task(name="ledger.tasks.slow_checkpoints")
def slow_checkpoints() -> None:
    """Every minute: sign the chains that are due. Does nothing where the key is not given."""
    signer = keys.signer()
    if signer is None:
        return
    made = sign_due(signer)
    if made:
        log.info("signed %d checkpoints with the key %s", made, signer.key_id)


def sign_due(signer: keys.Signer) -> int:
    """Sign chains with new lines whose newest checkpoint is an hour old, or a thousand lines back; how many."""
    newest = {
        row["chain_id"]: row
        for row in Checkpoint.objects.filter(key_id=signer.key_id)
        .values("chain_id")
        .annotate(last=Max("seq"), at=Max("made_at"))
    }
    due = timezone.now() - EVERY
    made = 0
    for chain_id, seq in Head.objects.filter(seq__gte=1).values_list("chain_id", "seq"):
        seen = newest.get(chain_id)
        new = seq - (seen["last"] if seen else 0)
        if new and (seen is None or seen["at"] <= due or new >= EVERY_LINES):
            made += actions.checkpoint(chain_id, key=signer.key, key_id=signer.key_id) is not None
    return made
