"""What every process of this service needs: logs, finding the work, a start and an end."""
