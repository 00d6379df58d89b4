"""Act: from one placement to the next. What differs, in which order to get there, what to do when accelerators run short."""
