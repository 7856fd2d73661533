"""Ten lines tell Pilotage what the AI suggested, what a human decided and what followed.

    from pilotage_client import Client

    p = Client("https://pilotage.example.org", token=TOKEN, use_case="UC-072")
    p.suggestion(case="L-88213", model="router 3.2", summary="Motor claims", confidence=0.87)
    p.decision(case="L-88213", action="overridden", reason="new_product")
    p.outcome(case="L-88213", correct=False)

Calls return at once and never raise. A background thread sends batches; what cannot be sent waits on disk and is sent
later with the same ids, so that nothing is counted twice. Python 3.9 or later, no dependencies.
"""

from .client import Client

__all__ = ["Client"]
__version__ = "1.0.0"
