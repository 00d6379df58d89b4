"""From histories of requests to traffic profiles with margins."""
