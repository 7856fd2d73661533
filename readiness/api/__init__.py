"""How does a program ask and see readiness? Shapes type, rules decide, actions write."""
