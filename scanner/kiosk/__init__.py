"""A self-service lane without a guard: what keeps it up, and what opens its turnstile."""
