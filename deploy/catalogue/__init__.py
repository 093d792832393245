"""What is made out of the contracts for others, and what guards their changes: verbs of `passend contracts`."""
