"""A plan (方案): the chain run once for a city, a policy and a year's options, and every figure's derivation."""
