"""What may be decided, and what do the jobs write? One verb is one transaction, its ledger line last."""
