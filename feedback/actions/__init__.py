"""What may be done with feedback? One verb, one transaction."""
