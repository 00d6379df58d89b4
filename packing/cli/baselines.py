"""What the same demand would cost in other ways, to compare a placement with."""
