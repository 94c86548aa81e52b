"""The one room that writes to the user's tree: all of a plan or nothing, undone if it was cut off.

It knows rendered files, and a project as it was read. It knows no kind of part.

`plan` says what would be, `staging` writes a new folder, `transaction` changes an existing one,
`journal` remembers how far that came, and `opening` undoes what a killed run left.
"""
