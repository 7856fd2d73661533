"""What is true, allowed, advised, warned of? Facts in, reasons out: no Django, no clock, no I/O."""
