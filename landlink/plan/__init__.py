"""A plan (方案): the chain run once for a city, a policy and a year's options, and every figure's derivation.

Takes a city and a policy; gives a :class:`~landlink.plan.plan.Plan`. The modules are imported one by one, since siting
and access (:mod:`landlink.plan.chain`) need libraries that a quota does not.
"""
