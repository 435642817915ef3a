"""Which sites to open and what each serves under capacities: bounds, good plans, and programs that prove the best."""
