"""What is clear, what is missing, whose work is it, until when? Values in, values out: no Django, no clock, no I/O."""
