"""What each process of this service needs: logs, discovery, startup errors, shutdown."""
