"""The exact formulation for CP-SAT (docs/formulation.md)."""
