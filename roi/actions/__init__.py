"""What may be done with a hypothesis? One verb, one transaction."""
