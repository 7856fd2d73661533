"""What does feedback mean? Values in, values out: no Django, no clock, no I/O."""
