"""Is a country ready, who released it, how many drives are ordered, and what came back of them."""
