"""What a person sees and types: lines, errors, JSON, progress, a line that is edited.

It knows errors, and nothing of projects. What is printed, and why, is said by those above.
"""
