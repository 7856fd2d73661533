"""What may be done about readiness? One verb is one transaction, its ledger line last."""
