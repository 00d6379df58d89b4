"""Large neighbourhood search: a few nodes at a time, placed anew by the exact formulation."""
