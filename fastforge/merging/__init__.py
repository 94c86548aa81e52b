"""Three trees of files into one, by git: what the template was, what the user has, what it is now.

It knows trees and git alone: no project, no part, no version.
"""
