"""From what runs now to something better, with as few moves as that is worth."""
