"""Types of values that settings and bodies of requests are made of."""
