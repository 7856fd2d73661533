"""How does a program ask and see hypotheses, costs, readings and values?"""
