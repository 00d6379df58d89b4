"""Stock that is short: how many copies must be missing, priority by priority, and plans that miss hardly more."""
