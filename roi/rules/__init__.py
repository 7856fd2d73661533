"""What does a hypothesis say, may it be signed, what is still missing, has it come true? Values in, values out."""
