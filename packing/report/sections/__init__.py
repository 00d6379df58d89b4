"""The sections of a summary: one file each, with a function `lines(account, page)`."""
