"""A self-service lane without a guard: its parent process, its service and its turnstile."""
