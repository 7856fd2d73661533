"""How do programs read and write what was agreed and what is to be done? Events have their own door (feedback.door)."""
