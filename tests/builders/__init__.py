"""Builders of what tests need: invented, valid, and changed only where the test says so."""
