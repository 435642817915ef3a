"""Results kept for all sessions of the app, as long as what they are computed from stays the same."""
