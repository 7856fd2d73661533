"""How does a program ask about the register? And the bases every room's API stands on: door, shapes, pages."""
