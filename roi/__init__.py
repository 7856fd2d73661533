"""What is a use case worth, what does it cost, and has it shown that?"""
