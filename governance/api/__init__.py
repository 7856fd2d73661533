"""How does a program ask about use cases, decisions, the board and the gate?"""
