"""Parts that are made, added and removed. What several kinds share lies here, beside their rooms.

It knows all steps below; no kind knows another, and what is shared knows no kind. A noun (`part`,
`creation`) is what would be written, a verb (`adding`, `removing`, `making`) what is done with it.
"""
