"""What every route shares: who may call it, how it refuses, how a request is read."""
