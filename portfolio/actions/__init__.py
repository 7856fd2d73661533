"""What may be done in the register? One verb is one transaction, its ledger line last."""
