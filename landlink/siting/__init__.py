"""Siting (选址): from granted land, parcels and people, the parcels that facilities take, to a proven gap."""
