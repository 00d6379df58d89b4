"""Cold starts behind multi-model endpoints: predicted, and simulated event by event."""
